using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>
/// The calls of the C library that work relative to an open directory, and those that change whose rights a thread has with files. Numbers are those of Linux
/// on x86-64 and arm64, which differ in two of them.
/// </summary>
internal static partial class FileCalls
{
    internal const int NoEntry = 2;
    internal const int NotDirectory = 20;
    internal const int Exists = 17;
    internal const int TooManyLinks = 40;

    internal const int ReadOnly = 0;
    internal const int WriteOnly = 1;
    internal const int Create = 0x40;
    internal const int Exclusive = 0x80;
    internal const int NoTerminal = 0x100;
    internal const int NonBlocking = 0x800;
    internal const int CloseOnExec = 0x80000;
    internal const int PathOnly = 0x200000;

    internal static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;
    internal static readonly int OnlyDirectory = IsArm ? 0x4000 : 0x10000;

    internal const int EmptyPath = 0x1000;
    internal const int LinkItself = 0x100;
    internal const uint BasicStatus = 0x7FF;
    internal const uint StatusWithBirth = 0xFFF;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    internal static int Failure => Marshal.GetLastPInvokeError();

    internal static string FailureText => Marshal.GetLastPInvokeErrorMessage();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle OpenAt(SafeFileHandle directory, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeDirectoryAt(SafeFileHandle directory, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int RenameAt(SafeFileHandle oldDirectory, string oldName, SafeFileHandle newDirectory, string newName);

    /// <summary>flock(2).</summary>
    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int UnlinkAt(SafeFileHandle directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Status(SafeFileHandle file, string path, int flags, uint mask, out FileStatus status);

    /// <summary>As the other one, of a path from the root.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Status(int ignored, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Synchronise(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    internal static partial uint EffectiveGroup();

    /// <summary>Sets whose files the calling thread may touch. Answers what was set before, also when nothing changes.</summary>
    [LibraryImport("libc", EntryPoint = "setfsuid")]
    internal static partial uint SetFileUser(uint user);

    /// <summary>As <see cref="SetFileUser"/>, of the group.</summary>
    [LibraryImport("libc", EntryPoint = "setfsgid")]
    internal static partial uint SetFileGroup(uint group);

    /// <summary>What the kernel says of a file (statx(2), whose layout is the same on every architecture).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct FileStatus
    {
        private const int TypeMask = 0xF000;

        [FieldOffset(20)]
        internal uint User;

        [FieldOffset(28)]
        private ushort _mode;

        [FieldOffset(32)]
        internal ulong Inode;

        [FieldOffset(40)]
        internal ulong Size;

        /// <summary>When it was made, 0 where the file system does not know: seconds, and the billionths of the next one.</summary>
        [FieldOffset(80)]
        internal long BornSecond;

        [FieldOffset(88)]
        internal uint BornNanosecond;

        /// <summary>When its content last changed: seconds, and the billionths of the next one.</summary>
        [FieldOffset(112)]
        internal long ChangedSecond;

        [FieldOffset(120)]
        internal uint ChangedNanosecond;

        /// <summary>The device it lies on, both parts of its number.</summary>
        [FieldOffset(136)]
        internal ulong Device;

        internal readonly bool IsRegular => (_mode & TypeMask) == 0x8000;

        internal readonly bool IsDirectory => (_mode & TypeMask) == 0x4000;

        internal readonly bool IsCharacterDevice => (_mode & TypeMask) == 0x2000;

        internal readonly bool IsLink => (_mode & TypeMask) == 0xA000;

        /// <summary>Who may read, write and run it; without set-user-id and its like.</summary>
        internal readonly uint Permissions => _mode & 0x1FFu;
    }
}
