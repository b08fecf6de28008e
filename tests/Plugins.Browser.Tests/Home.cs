using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Browser.Tests;

/// <summary>
/// A home of a user who exists by number only, and beside it a directory that is the user's too: nothing but what the plugin does keeps what is there safe.
/// </summary>
internal sealed partial class Home : IDisposable
{
    private const uint User = 54321;
    private const uint Group = 54322;
    private const UnixFileMode Everybody = (UnixFileMode)0x1ED;

    public Home()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can act as another user");
        Base = Directory.CreateTempSubdirectory("ahenk-firefox-").FullName;
        File.SetUnixFileMode(Base, Everybody);
        Path = MakeDirectory($"{Base}/home");
        Outside = MakeDirectory($"{Base}/outside");
        Account = new Account("ayse", User, Group, Path, "/bin/bash", [Group]);
    }

    public Account Account { get; }

    public string Base { get; }

    public string Path { get; }

    public string Outside { get; }

    /// <summary>All that is outside of the home: names, kinds, owners, permissions, times and contents, and the machine's secrets.</summary>
    public string Surroundings => string.Join('\n', Directory
        .EnumerateFileSystemEntries(Outside, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Concat([Outside, "/etc/shadow"])
        .Order(StringComparer.Ordinal)
        .Select(Describe)
        .Append(string.Join(' ', Directory.GetFileSystemEntries(Base).Order(StringComparer.Ordinal))));

    public void Dispose() => Directory.Delete(Base, recursive: true);

    /// <summary>Makes directories of the user.</summary>
    public static string MakeDirectory(string path, uint user = User)
    {
        if (!Directory.Exists(path))
        {
            MakeDirectory(System.IO.Path.GetDirectoryName(path)!, user);
            Directory.CreateDirectory(path);
            Give(path, user);
        }

        return path;
    }

    public static void MakeFile(string path, string text, uint user = User)
    {
        MakeDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        Give(path, user);
    }

    public static void MakeHuge(string path)
    {
        using (var huge = File.Create(path))
        {
            huge.SetLength(1L << 40);
        }

        Give(path);
    }

    public static void Link(string target, string path)
    {
        File.CreateSymbolicLink(path, target);
        Give(path);
    }

    public static void HardLink(string target, string path) => Assert.Equal(0, MakeLink(target, path));

    public static void MakePipe(string path)
    {
        Assert.Equal(0, MakeNode(path, 0x1180, 0));
        Give(path);
    }

    /// <summary>The endless device; where none may be made, a link to it.</summary>
    public static void MakeDevice(string path)
    {
        const ulong Zero = (1 << 8) | 5;
        if (MakeNode(path, 0x2180, Zero) == 0)
        {
            Give(path);
        }
        else
        {
            Link("/dev/zero", path);
        }
    }

    /// <summary>Exchanges two names in one step, if both are there.</summary>
    public static bool TryExchange(string one, string other) => Rename(-100, one, -100, other, 2) == 0;

    /// <summary>Owner and permissions, as <c>stat</c> says it of the thing itself.</summary>
    public static (uint User, UnixFileMode Mode) Owner(string path)
    {
        var status = new byte[256];
        Assert.Equal(0, Status(-100, path, 0x100, 0x7FF, status));
        return (BitConverter.ToUInt32(status, 20), (UnixFileMode)(BitConverter.ToUInt16(status, 28) & 0xFFF));
    }

    private static void Give(string path, uint user = User) => Assert.Equal(0, ChangeOwner(path, user, user == 0 ? 0 : Group));

    private static string Describe(string path)
    {
        var info = new FileInfo(path);
        var isFile = info.Exists && info.LinkTarget is null && info.Length < 1 << 20 && (info.Attributes & FileAttributes.Device) == 0;
        var content = isFile ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))) : info.LinkTarget ?? "";
        return $"{path} {Owner(path)} {info.LastWriteTimeUtc:O} {content}";
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "mknod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeNode(string path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeLink(string target, string path);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int oldDirectory, string oldPath, int newDirectory, string newPath, uint flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, [Out] byte[] status);
}
