using System.ComponentModel;
using System.Runtime.InteropServices;
using Ahenk.Grains.Interfaces;

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
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _reaped;

    private SpawnedProcess(int pid, Stream? input, Stream output, Stream error, Stream? channel)
    {
        Pid = pid;
        Input = input;
        Output = output;
        Error = error;
        Channel = channel;
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

    /// <summary>The other end of its descriptor 3, or <see langword="null"/> when it has none.</summary>
    public Stream? Channel { get; }

    /// <summary>Completes when the program has ended, with its exit code; 128 + N when signal N ended it.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Starts a program.</summary>
    /// <param name="path">The program's file.</param>
    /// <param name="environment">Its environment as <c>NAME=value</c>.</param>
    /// <param name="order">The rest.</param>
    /// <param name="errno">Why it could not be started.</param>
    /// <returns>The process, or <see langword="null"/> when it could not be started.</returns>
    /// <exception cref="Win32Exception">The agent is out of file descriptors.</exception>
    public static unsafe SpawnedProcess? TryStart(string path, IReadOnlyList<string> environment, ProcessOrder order, out int errno)
    {
        using var input = order.WithInput ? DescriptorPair.Pipe() : null;
        using var output = DescriptorPair.Pipe();
        using var error = DescriptorPair.Pipe();
        using var channel = order.WithChannel ? DescriptorPair.Socket() : null;
        using var argv = new NativeStrings([order.Program, .. order.Arguments]);
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
                : Libc.FileActionsAddDup2(actions, input.First, 0));
            Check(Libc.FileActionsAddDup2(actions, output.Second, 1));
            Check(Libc.FileActionsAddDup2(actions, error.Second, 2));
            if (channel is not null)
            {
                Check(Libc.FileActionsAddDup2(actions, channel.Second, DescriptorPair.Highest));
            }

            if (Libc.FileActionsAddCloseFrom is not null)
            {
                // The framework opens everything with O_CLOEXEC; this is for what native libraries opened, or whoever started the agent
                // left open.
                Check(Libc.FileActionsAddCloseFrom(actions, channel is null ? DescriptorPair.Highest : DescriptorPair.Highest + 1));
            }

            Check(Libc.FileActionsAddChangeDirectory(actions, order.WorkingDirectory));

            // The runtime ignores SIGPIPE, and ignored signals survive an exec: a program would write into a closed pipe for ever.
            Check(Libc.SignalSetFill(signals));
            Check(Libc.AttributesSetSignalDefaults(attributes, signals));
            Check(Libc.SignalSetEmpty(signals));
            Check(Libc.AttributesSetSignalMask(attributes, signals));
            Check(Libc.AttributesSetFlags(attributes, Libc.SpawnSetSession | Libc.SpawnSetSignalDefaults | Libc.SpawnSetSignalMask));

            int pid;
            errno = Libc.Spawn(&pid, file.Pointer[0], actions, attributes, argv.Pointer, envp.Pointer);
            return errno == 0
                ? new SpawnedProcess(pid, input?.OpenWriter(), output.OpenReader(), error.OpenReader(), channel?.OpenSocket())
                : null;
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

    /// <summary>Lets go of the number of a program that has ended; the group must not be signalled afterwards.</summary>
    public unsafe void Reap()
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
    }

    /// <summary>Closes the streams. A program that has not been reaped is killed with its group, and reaped as soon as it is gone.</summary>
    public void Dispose()
    {
        Input?.Dispose();
        Output.Dispose();
        Error.Dispose();
        Channel?.Dispose();
        if (_reaped)
        {
            return;
        }

        SignalGroup(Libc.SigKill);
        _ = Exited.ContinueWith(_ => Reap(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    private unsafe void AwaitExit()
    {
        Libc.ChildInfo info;
        while (Libc.WaitId(Libc.WaitForPid, Pid, &info, Libc.WaitExited | Libc.WaitNoReap) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Libc.Interrupted)
            {
                _exited.SetException(new Win32Exception(errno));
                return;
            }
        }

        _exited.SetResult(info.Code == Libc.ChildExited ? info.Status : 128 + info.Status);
    }

    private static void Check(int errno)
    {
        if (errno != 0)
        {
            throw new Win32Exception(errno);
        }
    }
}
