using System.Runtime.InteropServices;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>The calls of the C library that the framework does not offer. Numbers are those of Linux on x86-64 and arm64.</summary>
internal static unsafe partial class Libc
{
    internal const int NoEntry = 2;
    internal const int NoProcess = 3;
    internal const int Interrupted = 4;
    internal const int TooBig = 7;
    internal const int NotExecutableFormat = 8;
    internal const int NoChild = 10;
    internal const int AccessDenied = 13;
    internal const int NoDevice = 19;

    internal const int SigKill = 9;
    internal const int SigTerm = 15;
    internal const int SigChild = 17;

    internal const int OpenReadOnly = 0;
    internal const int CloseOnExec = 0x80000;
    internal const int ExecuteAccess = 1;
    internal const int DuplicateCloseOnExec = 1030;

    internal const short SpawnSetSignalDefaults = 0x04;
    internal const short SpawnSetSignalMask = 0x08;
    internal const short SpawnSetSession = 0x80;

    internal const int UnixFamily = 1;
    internal const int StreamSocket = 1;

    /// <summary>RLIMIT_DATA: private memory that can be written to, mapped or not (setrlimit(2), from Linux 4.7 on).</summary>
    internal const int LimitData = 2;

    internal const int WaitForPid = 1;
    internal const int WaitExited = 4;
    internal const int WaitNoReap = 0x0100_0000;

    /// <summary>The si_code of a process that ended by itself, and not by a signal.</summary>
    internal const int ChildExited = 1;

    /// <summary>Room for posix_spawnattr_t (336 bytes), posix_spawn_file_actions_t (80) and sigset_t (128), of glibc as of musl.</summary>
    internal const int OpaqueSize = 512;

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int Pipe2(int* descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    internal static partial int SocketPair(int family, int type, int protocol, int* descriptors);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int RemoveDirectory(string path);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    internal static partial int SetLimit(int pid, int resource, ResourceLimit* limit, ResourceLimit* old);

    [LibraryImport("libc", EntryPoint = "signal")]
    internal static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    internal static partial int WaitId(int idType, int id, ChildInfo* info, int options);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    internal static partial int Spawn(int* pid, byte* path, void* fileActions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static partial int FileActionsInit(void* fileActions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static partial void FileActionsDestroy(void* fileActions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static partial int FileActionsAddDup2(void* fileActions, int descriptor, int newDescriptor);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FileActionsAddOpen(void* fileActions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FileActionsAddChangeDirectory(void* fileActions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static partial int AttributesInit(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    internal static partial void AttributesDestroy(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static partial int AttributesSetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static partial int AttributesSetSignalDefaults(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static partial int AttributesSetSignalMask(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    internal static partial int SignalSetEmpty(void* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    internal static partial int SignalSetFill(void* signals);

    /// <summary>
    /// posix_spawn_file_actions_addclosefrom_np, or <see langword="null"/>: glibc has it from 2.34 on, older distributions and musl do not.
    /// </summary>
    internal static readonly delegate* unmanaged<void*, int, int> FileActionsAddCloseFrom = FindAddCloseFrom();

    private static delegate* unmanaged<void*, int, int> FindAddCloseFrom()
    {
        var library = NativeLibrary.Load("libc", typeof(Libc).Assembly, null);
        return NativeLibrary.TryGetExport(library, "posix_spawn_file_actions_addclosefrom_np", out var address)
            ? (delegate* unmanaged<void*, int, int>)address
            : null;
    }

    /// <summary>struct rlimit.</summary>
    /// <param name="Current">The limit that holds.</param>
    /// <param name="Maximum">How far the process itself may raise it.</param>
    internal readonly record struct ResourceLimit(ulong Current, ulong Maximum);

    /// <summary>siginfo_t as waitid fills it on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    internal struct ChildInfo
    {
        /// <summary>si_code: how it ended.</summary>
        [FieldOffset(8)]
        internal int Code;

        /// <summary>si_status: its exit code, or the signal.</summary>
        [FieldOffset(24)]
        internal int Status;
    }
}
