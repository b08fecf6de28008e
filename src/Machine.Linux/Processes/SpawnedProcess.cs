using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>
/// A child that leads a session, and so a process group, of its own.
/// </summary>
/// <remarks>
/// <para>
/// posix_spawn and not <see cref="System.Diagnostics.Process"/>: the latter cannot make a process group, without which a time limit
/// ends the program and leaves its children. A <c>setsid</c> wrapper would cost a second exec a run and would report a missing program
/// as its own exit code 127; posix_spawn returns the errno of the exec.
/// </para>
/// <para>
/// The end is awaited by a thread in waitid. A SIGCHLD handler would need no thread, but is deaf when whoever started the agent left
/// the signal blocked; the thread costs some 0.2 ms of the 1.3 ms that a run of <c>true</c> takes (measured on two virtual cores, where
/// <see cref="System.Diagnostics.Process"/> takes 1.0 ms). WNOWAIT leaves the zombie until <see cref="Reap"/>: as long as it stands, its
/// number cannot be given to another group, so that no signal meets a stranger. The framework's own SIGCHLD handling reaps only what
/// <see cref="System.Diagnostics.Process"/> has started.
/// </para>
/// </remarks>
internal sealed class SpawnedProcess : IDisposable
{
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _reaped;

    private SpawnedProcess(int pid, Stream? input, Stream output, Stream error)
    {
        Pid = pid;
        Input = input;
        Output = output;
        Error = error;
        new Thread(AwaitExit, maxStackSize: 128 * 1024) { IsBackground = true, Name = "child" }.Start();
    }

    /// <summary>The number of the process, its session and its group.</summary>
    public int Pid { get; }

    /// <summary>What the program reads, or <see langword="null"/> when that is /dev/null.</summary>
    public Stream? Input { get; }

    /// <summary>What it writes to its standard output.</summary>
    public Stream Output { get; }

    /// <summary>What it writes to its standard error.</summary>
    public Stream Error { get; }

    /// <summary>Completes when the program has ended.</summary>
    public Task Exited => _exited.Task;

    /// <summary>Starts a program.</summary>
    /// <param name="path">The program's file.</param>
    /// <param name="arguments">Its arguments, its own name first.</param>
    /// <param name="environment">Its environment as <c>NAME=value</c>.</param>
    /// <param name="workingDirectory">Where it starts.</param>
    /// <param name="withInput">Whether <see cref="Input"/> is a pipe.</param>
    /// <param name="errno">Why it could not be started.</param>
    /// <returns>The process, or <see langword="null"/> when it could not be started.</returns>
    /// <exception cref="Win32Exception">The agent is out of file descriptors.</exception>
    public static unsafe SpawnedProcess? TryStart(
        string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string workingDirectory, bool withInput,
        out int errno)
    {
        using var input = withInput ? new PipePair() : null;
        using var output = new PipePair();
        using var error = new PipePair();
        using var argv = new NativeStrings(arguments);
        using var envp = new NativeStrings(environment);
        using var file = new NativeStrings([path]);
        var actions = stackalloc byte[Libc.OpaqueSize];
        var attributes = stackalloc byte[Libc.OpaqueSize];
        var signals = stackalloc byte[Libc.OpaqueSize];
        Check(Libc.FileActionsInit(actions));
        Check(Libc.AttributesInit(attributes));
        try
        {
            Check(input is null
                ? Libc.FileActionsAddOpen(actions, 0, "/dev/null", Libc.OpenReadOnly, 0)
                : Libc.FileActionsAddDup2(actions, input.ReadEnd, 0));
            Check(Libc.FileActionsAddDup2(actions, output.WriteEnd, 1));
            Check(Libc.FileActionsAddDup2(actions, error.WriteEnd, 2));
            if (Libc.FileActionsAddCloseFrom is not null)
            {
                // The framework opens everything with O_CLOEXEC; this is for what native libraries opened, or whoever started the agent
                // left open.
                Check(Libc.FileActionsAddCloseFrom(actions, 3));
            }

            Check(Libc.FileActionsAddChangeDirectory(actions, workingDirectory));

            // The runtime ignores SIGPIPE, and ignored signals survive an exec: a program would write into a closed pipe for ever.
            Check(Libc.SignalSetFill(signals));
            Check(Libc.AttributesSetSignalDefaults(attributes, signals));
            Check(Libc.SignalSetEmpty(signals));
            Check(Libc.AttributesSetSignalMask(attributes, signals));
            Check(Libc.AttributesSetFlags(attributes, Libc.SpawnSetSession | Libc.SpawnSetSignalDefaults | Libc.SpawnSetSignalMask));

            int pid;
            errno = Libc.Spawn(&pid, file.Pointer[0], actions, attributes, argv.Pointer, envp.Pointer);
            return errno == 0 ? new SpawnedProcess(pid, input?.OpenWriteEnd(), output.OpenReadEnd(), error.OpenReadEnd()) : null;
        }
        finally
        {
            Libc.FileActionsDestroy(actions);
            Libc.AttributesDestroy(attributes);
        }
    }

    /// <summary>Signals every process of the group; a group that is gone is no error.</summary>
    public void SignalGroup(int signal)
    {
        if (!_reaped)
        {
            // The result says nothing: ESRCH cannot be while the zombie stands, and EPERM is a group of set-user-id programs that only
            // root may end.
            _ = Libc.Kill(-Pid, signal);
        }
    }

    /// <summary>Takes the exit status of a program that has ended; the group must not be signalled afterwards.</summary>
    /// <returns>The exit code, 128 + N when signal N ended it.</returns>
    public unsafe int Reap()
    {
        int status;
        int result;
        do
        {
            result = Libc.WaitPid(Pid, &status, 0);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted);

        _reaped = true;
        if (result < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /// <summary>Closes the streams. A program that has not been reaped is killed with its group, and reaped as soon as it is gone.</summary>
    public void Dispose()
    {
        Input?.Dispose();
        Output.Dispose();
        Error.Dispose();
        if (_reaped)
        {
            return;
        }

        SignalGroup(Libc.SigKill);
        _ = Exited.ContinueWith(_ => Reap(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    private unsafe void AwaitExit()
    {
        while (Libc.WaitId(Libc.WaitForPid, Pid, null, Libc.WaitExited | Libc.WaitNoReap) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Libc.Interrupted)
            {
                _exited.SetException(new Win32Exception(errno));
                return;
            }
        }

        _exited.SetResult();
    }

    private static void Check(int errno)
    {
        if (errno != 0)
        {
            throw new Win32Exception(errno);
        }
    }

    /// <summary>A pipe of which one end goes to the child. Ends that were not taken are closed.</summary>
    private sealed unsafe class PipePair : IDisposable
    {
        private readonly int[] _ends = [-1, -1];

        public PipePair()
        {
            fixed (int* ends = _ends)
            {
                if (Libc.Pipe2(ends, Libc.CloseOnExec) < 0)
                {
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
                }
            }

            // Where the agent was started without one of 0 to 2, the pipe takes its number, and the child's dup2 would overwrite it.
            for (var i = 0; i < 2; i++)
            {
                if (_ends[i] <= 2)
                {
                    var low = _ends[i];
                    _ends[i] = Libc.Fcntl(low, Libc.DuplicateCloseOnExec, 3);
                    var errno = Marshal.GetLastPInvokeError();
                    Libc.Close(low);
                    if (_ends[i] < 0)
                    {
                        Dispose();
                        throw new Win32Exception(errno);
                    }
                }
            }
        }

        public int ReadEnd => _ends[0];

        public int WriteEnd => _ends[1];

        public AnonymousPipeClientStream OpenReadEnd() => Open(0, PipeDirection.In);

        public AnonymousPipeClientStream OpenWriteEnd() => Open(1, PipeDirection.Out);

        public void Dispose()
        {
            for (var i = 0; i < 2; i++)
            {
                if (_ends[i] >= 0)
                {
                    Libc.Close(_ends[i]);
                    _ends[i] = -1;
                }
            }
        }

        // This stream reads and writes pipes through epoll: no thread waits for a silent program, and a read can be cancelled.
        private AnonymousPipeClientStream Open(int end, PipeDirection direction)
        {
            var handle = new SafePipeHandle(_ends[end], ownsHandle: true);
            _ends[end] = -1;
            return new AnonymousPipeClientStream(direction, handle);
        }
    }
}
