using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>A file in a directory that everybody can write to, as Python plugins leave their results in /tmp (PL 0.2).</summary>
internal static partial class SharedFile
{
    private const int OpenFlags = 0x800 | 0x80000; // O_NONBLOCK, so that a named pipe does not hold the agent, and O_CLOEXEC.
    private const int EmptyPath = 0x1000;
    private const uint BasicFields = 0x7ff;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;

    // The one flag of open(2) used here whose number differs between machines.
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Copies a file that nobody but the agent's user or root can have put there, and takes it away.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The copy; must not exist.</param>
    /// <param name="md5">What its MD5 sum must be, as lower-case hex.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why it was not taken, to follow the file's name; <see langword="null"/> when it was.</returns>
    public static async Task<string?> TakeAsync(string path, string target, string md5, CancellationToken cancellationToken)
    {
        var descriptor = Open(path, OpenFlags | NoFollow);
        if (descriptor < 0)
        {
            return $"cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}";
        }

        await using var source = new FileStream(Own(descriptor, out var flaw), FileAccess.Read, bufferSize: 0);
        if (flaw is not null)
        {
            return flaw;
        }

        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        await using (var copy = new FileStream(target, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            var buffer = new byte[64 * 1024];
            int count;
            while ((count = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                sum.AppendData(buffer, 0, count);
                await copy.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }

        if (Convert.ToHexStringLower(sum.GetHashAndReset()) != md5)
        {
            File.Delete(target);
            return "has another content than its name says";
        }

        // What is a result for Lider is not for everybody who can read /tmp.
        File.Delete(path);
        return null;
    }

    private static unsafe SafeFileHandle Own(int descriptor, out string? flaw)
    {
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Status status;
        if (Statx(descriptor, "", EmptyPath, BasicFields, &status) < 0)
        {
            flaw = $"cannot be examined: {Marshal.GetLastPInvokeErrorMessage()}";
        }
        else if ((status.Mode & TypeMask) != RegularFile)
        {
            flaw = "is not a regular file";
        }
        else
        {
            flaw = status.Owner == 0 || status.Owner == GetEffectiveUser() ? null : "belongs to another user";
        }

        return handle;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, Status* status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    /// <summary>The beginning of struct statx, which is the same on every machine.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
