using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Ahenk.Plugins.Sdk;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Plugins.FileManagement;

/// <summary>
/// Puts a file in a place as a whole: it is written beside it under a name that nobody knows, made equal in owner, mode and attributes to
/// what it replaces, flushed to the disk and renamed.
/// </summary>
internal static class Replacement
{
    private const uint NewFile = 0x1A4; // 0644
    private const uint OwnerOnly = 0x180; // 0600
    private const int LargestAttribute = 64 * 1024;
    private const string AccessList = "system.posix_acl_access";

    /// <summary>Writes the file.</summary>
    /// <exception cref="PluginInputException">It could not be written; what was there is unchanged.</exception>
    public static void Write(Place place, string path, byte[] content)
    {
        var temporary = ".ahenk-" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        using var file = Libc.OpenAt(
            place.Directory, temporary, Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollow | Libc.CloseOnExec, OwnerOnly);
        Check(file.IsInvalid ? -1 : 0, path);
        try
        {
            RandomAccess.Write(file, content, 0);
            if (place.Entry is { } old)
            {
                Check(Libc.ChangeOwner(file, place.Status.User, place.Status.Group), path);
                CopyAttributes(old, file, path);
            }

            Check(Libc.ChangeMode(file, place.Entry is null ? NewFile : place.Status.Permissions), path);
            RandomAccess.FlushToDisk(file);
            Check(Libc.RenameAt(place.Directory, temporary, place.Directory, place.Name), path);
        }
        catch (Exception failure)
        {
            _ = Libc.UnlinkAt(place.Directory, temporary, 0);
            if (failure is IOException or UnauthorizedAccessException)
            {
                throw new PluginInputException($"'{path}' was not written: {failure.Message}");
            }

            throw;
        }

        // The file is there; only a power cut within the next seconds could bring the old one back, so a failure here is none of the task.
        using var directory = Libc.OpenAt(place.Directory, ".", Libc.ReadOnly | Libc.OnlyDirectory | Libc.CloseOnExec, 0);
        if (!directory.IsInvalid)
        {
            _ = Libc.Synchronise(directory);
        }
    }

    /// <summary>
    /// Access list, security label and the users' own attributes. Not what belongs to the content that goes: capabilities and signatures of
    /// programs; nor does set-user-id survive, as it does not survive when a user writes.
    /// </summary>
    private static void CopyAttributes(SafeFileHandle old, SafeFileHandle file, string path)
    {
        using var source = Descriptors.Reopen(old);
        var names = Names(source, path);
        foreach (var name in names)
        {
            var value = Read(source, name, path);
            if (!value.AsSpan().SequenceEqual(Read(file, name, path)))
            {
                Check(Libc.SetAttribute(file, name, value!, value!.Length, 0), path);
            }
        }

        // The directory may have given the new file a list that the old one had not.
        if (!names.Contains(AccessList) && Libc.RemoveAttribute(file, AccessList) != 0 && Failure is not (Libc.NoData or Libc.NotSupported))
        {
            Check(-1, path);
        }
    }

    private static List<string> Names(SafeFileHandle file, string path)
    {
        var buffer = new byte[LargestAttribute];
        var length = (int)Libc.ListAttributes(file, buffer, buffer.Length);
        if (length < 0 && Failure == Libc.NotSupported)
        {
            return [];
        }

        Check(length, path);
        return [.. Encoding.UTF8.GetString(buffer, 0, length).Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(IsKept)];
    }

    private static bool IsKept(string name) =>
        name is AccessList or "security.selinux" or "security.SMACK64" || name.StartsWith("user.", StringComparison.Ordinal);

    private static byte[]? Read(SafeFileHandle file, string name, string path)
    {
        var buffer = new byte[LargestAttribute];
        var length = (int)Libc.GetAttribute(file, name, buffer, buffer.Length);
        if (length < 0 && Failure == Libc.NoData)
        {
            return null;
        }

        Check(length, path);
        return buffer[..length];
    }

    private static int Failure => Marshal.GetLastPInvokeError();

    private static void Check(int result, string path)
    {
        if (result < 0)
        {
            throw new PluginInputException(Failure == Libc.Busy
                ? $"'{path}' was not written: it is mounted by itself from elsewhere, as in containers. Change it where it comes from."
                : $"'{path}' was not written: {Libc.ErrorText}.");
        }
    }
}
