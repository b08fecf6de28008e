using System.Runtime.InteropServices;

namespace Ahenk.Machine.Linux;

/// <summary>How full a file system is, as statvfs(3) tells it.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="FreeBytes">What is left for the agent.</param>
/// <param name="Inodes">How many files it can hold; 0: as many as fit.</param>
/// <param name="FreeInodes">How many more it can hold.</param>
/// <param name="IsReadOnly">Whether it is mounted read-only.</param>
public sealed record FileSystemSpace(long Bytes, long FreeBytes, long Inodes, long FreeInodes, bool IsReadOnly)
{
    private const ulong ReadOnlyFlag = 1;

    /// <summary>Asks about the file system that a file or directory is on.</summary>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileSystemSpace Of(string path) => StatVfs(path, out var said) == 0
        ? new FileSystemSpace(
            (long)(said.Blocks * said.FragmentSize), (long)(said.Available * said.FragmentSize), (long)said.Files, (long)said.FreeFiles, (said.Flags & ReadOnlyFlag) != 0)
        : throw new IOException($"'{path}' cannot be looked at: {Marshal.GetLastPInvokeErrorMessage()}.");

    [DllImport("libc", EntryPoint = "statvfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatVfs([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out Status status);

    /// <summary>struct statvfs of 64-bit Linux, with room to spare.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(8)]
        public ulong FragmentSize;

        [FieldOffset(16)]
        public ulong Blocks;

        [FieldOffset(32)]
        public ulong Available;

        [FieldOffset(40)]
        public ulong Files;

        [FieldOffset(56)]
        public ulong FreeFiles;

        [FieldOffset(72)]
        public ulong Flags;
    }
}
