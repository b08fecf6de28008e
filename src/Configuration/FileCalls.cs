using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Configuration;

/// <summary>What the framework cannot ask of the system. Numbers are those of Linux on x86-64 and arm64, which differ in two of them.</summary>
internal static partial class FileCalls
{
    internal const int NoEntry = 2;
    internal const int WouldBlock = 11;
    internal const int NoSpace = 28;
    internal const int ReadOnlyFileSystem = 30;
    internal const int TooManyLinks = 40;

    internal const int ReadOnly = 0;
    internal const int ReadWrite = 2;
    internal const int Create = 0x40;
    internal const int Append = 0x400;
    internal const int NonBlocking = 0x800;
    internal const int CloseOnExec = 0x80000;

    /// <summary>To look at the file alone: needs no permission to read it.</summary>
    internal const int PathOnly = 0x200000;

    internal const int LockExclusive = 2;
    internal const int LockNonBlocking = 4;
    internal const int Unlock = 8;

    internal static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;
    internal static readonly int OnlyDirectory = IsArm ? 0x4000 : 0x10000;

    private const int EmptyPath = 0x1000;
    private const uint BasicStatus = 0x7FF;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    internal static int Failure => Marshal.GetLastPInvokeError();

    internal static string FailureText => Marshal.GetLastPInvokeErrorMessage();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Synchronise(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    /// <summary>What the kernel says of an open file; <see langword="null"/> when it does not say.</summary>
    internal static FileStatus? Status(SafeFileHandle file) => Status(file, "", EmptyPath, BasicStatus, out var status) == 0 ? status : null;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(SafeFileHandle file, string path, int flags, uint mask, out FileStatus status);

    /// <summary>statx(2), whose layout is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct FileStatus
    {
        private const int TypeMask = 0xF000;

        [FieldOffset(20)]
        internal uint User;

        [FieldOffset(24)]
        internal uint Group;

        [FieldOffset(28)]
        private ushort _mode;

        [FieldOffset(32)]
        internal ulong Inode;

        [FieldOffset(40)]
        internal ulong Size;

        [FieldOffset(112)]
        internal long ChangedSeconds;

        [FieldOffset(120)]
        internal uint ChangedNanoseconds;

        [FieldOffset(136)]
        private uint _deviceMajor;

        [FieldOffset(140)]
        private uint _deviceMinor;

        internal readonly bool IsRegular => (_mode & TypeMask) == 0x8000;

        internal readonly bool IsSticky => (_mode & 0x200) != 0;

        internal readonly bool IsReadableByOthers => (_mode & 4) != 0;

        /// <summary>Whether somebody else than root and the process's own user can change it.</summary>
        internal readonly bool IsWritableByOthers =>
            (_mode & 2) != 0 || ((_mode & 0x10) != 0 && Group != 0) || (User != 0 && User != EffectiveUser());

        /// <summary>st_dev as stat(2) tells it (gnu_dev_makedev).</summary>
        internal readonly ulong Device =>
            ((ulong)(_deviceMajor & 0xFFFFF000u) << 32) | ((_deviceMajor & 0xFFFu) << 8) | ((ulong)(_deviceMinor & 0xFFFFFF00u) << 12) | (_deviceMinor & 0xFFu);

        /// <summary>Whether nothing has been written between the two.</summary>
        internal readonly bool IsSameAs(FileStatus other) =>
            (Inode, Device, Size, ChangedSeconds, ChangedNanoseconds) == (other.Inode, other.Device, other.Size, other.ChangedSeconds, other.ChangedNanoseconds);
    }
}
