using System.Runtime.InteropServices;
using System.Text;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests.Sessions;

/// <summary>A home of a user who exists by number only, and beside it a directory that is the user's too: nothing but the path keeps what is there safe.</summary>
public abstract partial class HomeTest : IDisposable
{
    private const uint User = 54321;
    private const uint Group = 54322;

    private protected HomeTest()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can act as another user");
        Base = Directory.CreateTempSubdirectory("ahenk-homes-").FullName;
        File.SetUnixFileMode(Base, (UnixFileMode)0x1ED);
        Home = MakeDirectory($"{Base}/home");
        Outside = MakeDirectory($"{Base}/outside");
        Victim = MakeFile($"{Outside}/victim", "untouched");
        Account = new Account("ayse", User, Group, Home, "/bin/bash", [Group]);
    }

    private protected static HomeFiles Files { get; } = new();

    private protected string Base { get; }

    private protected string Home { get; }

    private protected string Outside { get; }

    private protected string Victim { get; }

    private protected Account Account { get; }

    public void Dispose()
    {
        Directory.Delete(Base, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected void Write(string path, string text) => Files.Write(Account, path, Encoding.UTF8.GetBytes(text));

    private protected string? Read(string path) => Files.Read(Account, path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private protected static string MakeDirectory(string path)
    {
        Directory.CreateDirectory(path);
        Give(path);
        return path;
    }

    private protected static string MakeFile(string path, string text, uint user = User)
    {
        File.WriteAllText(path, text);
        Give(path, user);
        return path;
    }

    private protected static void Give(string path, uint user = User) => Assert.Equal(0, ChangeOwner(path, user, Group));

    private protected static void MakePipe(string path)
    {
        Assert.Equal(0, MakeFifo(path, 0x180));
        Give(path);
    }

    private protected static void Link(string target, string path) => File.CreateSymbolicLink(path, target);

    private protected static void HardLink(string target, string path) => Assert.Equal(0, MakeLink(target, path));

    /// <summary>Exchanges two names in one step.</summary>
    private protected static int Exchange(string one, string other) => Rename(-100, one, -100, other, 2);

    private protected static (uint User, uint Group, uint Mode) Owner(string path)
    {
        using var file = FileCalls.Open(path, FileCalls.PathOnly | FileCalls.CloseOnExec | FileCalls.NoFollow);
        Assert.Equal(0, FileCalls.Status(file, "", FileCalls.EmptyPath, FileCalls.BasicStatus, out var status));
        return (status.User, MemoryMarshal.Read<uint>(MemoryMarshal.AsBytes(new ReadOnlySpan<FileCalls.FileStatus>(ref status))[24..]), status.Permissions);
    }

    private protected void NothingOutsideChanged()
    {
        Assert.Equal("untouched", File.ReadAllText(Victim));
        Assert.Equal([Victim], Directory.GetFileSystemEntries(Outside));
        Assert.Equal(["home", "outside"], Directory.GetFileSystemEntries(Base).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        Assert.Empty(Directory.EnumerateFiles(Home, ".ahenk-*", everywhere));
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeLink(string target, string path);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int oldDirectory, string oldPath, int newDirectory, string newPath, uint flags);
}
