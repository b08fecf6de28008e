using System.Globalization;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>A program that lives on, and its control group where there is one.</summary>
internal sealed class ChildProcess : IChildProcess
{
    /// <summary>How long SIGKILL may take. What is not gone by then sleeps in the kernel.</summary>
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    /// <summary>How often it is looked whether the group is empty; nothing else tells of the end of a grandchild.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly SpawnedProcess _process;
    private readonly ControlGroups? _groups;
    private readonly ControlGroup? _group;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Task<ProcessEnd>? _ending;
    private bool _isDisposed;

    public ChildProcess(SpawnedProcess process, ControlGroups? groups, ControlGroup? group, TimeProvider time)
    {
        _process = process;
        _groups = groups;
        _group = group;
        _time = time;
        Exited = AwaitExitAsync();
    }

    public int Pid => _process.Pid;

    public Stream? Input => _process.Input;

    public Stream Output => _process.Output;

    public Stream Error => _process.Error;

    public Stream? Channel => _process.Channel;

    public Task<ProcessEnd> Exited { get; }

    /// <summary>Whether a living process is in the control group, or in the process group where there is none.</summary>
    private bool HasMembers => _group?.IsPopulated ?? HasLivingMember(Pid);

    public Task<ProcessEnd> EndAsync(TimeSpan grace)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _ending ??= EndGroupAsync(grace);
        }
    }

    /// <summary>
    /// Closes the streams; a program that still runs is killed with its group. What a program that has ended by itself left running lives on, as with single
    /// commands.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Task<ProcessEnd>? ending;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            ending = _ending ?? (Exited.IsCompleted ? null : EndGroupAsync(TimeSpan.Zero));
        }

        if (ending is not null)
        {
            await ending;
        }

        if (Exited.IsCompleted)
        {
            _process.Reap();
        }

        _process.Dispose();
        if (_group is not null)
        {
            _groups!.Remove(_group);
        }
    }

    private async Task<ProcessEnd> AwaitExitAsync()
    {
        var exitCode = await _process.Exited;
        return new ProcessEnd(exitCode, _group?.WasOutOfMemory ?? false);
    }

    private async Task<ProcessEnd> EndGroupAsync(TimeSpan grace)
    {
        if (grace > TimeSpan.Zero)
        {
            // The clock runs before the signal leaves, so that whoever sees the signal's effect may count on it.
            using var patience = new CancellationTokenSource(grace, _time);
            _process.SignalGroup(Libc.SigTerm);
            _group?.Signal(Libc.SigTerm);
            await EmptyAsync(patience.Token);
        }

        using var last = new CancellationTokenSource(KillTime, _time);
        _process.SignalGroup(Libc.SigKill);
        _group?.Kill();
        await EmptyAsync(last.Token);
        return Exited.IsCompleted ? await Exited : new ProcessEnd(128 + Libc.SigKill, false);
    }

    /// <summary>Waits until the program and everything in its group is gone, or for the token.</summary>
    private async Task EmptyAsync(CancellationToken stop)
    {
        await ((Task)Exited).WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (!stop.IsCancellationRequested && HasMembers)
            {
                await timer.WaitForNextTickAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The patience is at its end.
        }
    }

    private static bool HasLivingMember(int processGroup)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (char.IsAsciiDigit(directory["/proc/".Length]) && IsLivingMember(directory, processGroup))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLivingMember(string directory, int processGroup)
    {
        try
        {
            // proc_pid_stat(5): "pid (name) state ppid pgrp ..."; the name may hold anything.
            var stat = File.ReadAllText($"{directory}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 4);
            return fields[0] is not ("Z" or "X") && int.Parse(fields[2], CultureInfo.InvariantCulture) == processGroup;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return false;
        }
    }
}
