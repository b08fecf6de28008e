using System.Runtime.InteropServices;

namespace Ahenk.Plugins.FileManagement.Tests;

/// <summary>What tests need to make the files that the plugin has to get along with.</summary>
internal static partial class NativeFiles
{
    public static void MakeFifo(string path) => Check(MakeFifo(path, 0x180));

    public static void SetOwner(string path, uint user, uint group) => Check(ChangeOwner(path, user, group));

    public static (uint User, uint Group) GetOwner(string path)
    {
        var buffer = new byte[256];
        Check(Status(-100, path, 0x100, 0x7FF, buffer));
        return (BitConverter.ToUInt32(buffer, 20), BitConverter.ToUInt32(buffer, 24));
    }

    public static void MakeHardLink(string path, string other) => Check(Link(path, other));

    public static void SetAttribute(string path, string name, byte[] value) => Check(SetAttribute(path, name, value, value.Length, 0));

    public static byte[]? GetAttribute(string path, string name)
    {
        var buffer = new byte[256];
        var length = (int)GetAttribute(path, name, buffer, buffer.Length);
        return length < 0 ? null : buffer[..length];
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string other);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, [Out] byte[] status);

    [LibraryImport("libc", EntryPoint = "setxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetAttribute(string path, string name, byte[] value, nint size, int flags);

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetAttribute(string path, string name, [Out] byte[] value, nint size);
}
