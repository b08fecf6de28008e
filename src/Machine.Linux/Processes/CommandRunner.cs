using System.Buffers;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>
/// Runs programs. A child gets /dev/null or a pipe as its input, two pipes, no other descriptor, a session of its own, default signals and a
/// small environment that does not depend on how the agent was started: PATH, HOME, LANG=C.UTF-8 and what the command adds.
/// </summary>
public sealed partial class CommandRunner : ICommandRunner
{
    /// <summary>How long the streams may stay open after the program has ended, held by processes that it left behind.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    /// <summary>How long SIGKILL may take. What is not gone by then sleeps in the kernel, or has left the group and holds the pipes.</summary>
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ILogger<CommandRunner> _logger;
    private readonly ProgramStarter _starter;

    /// <summary>Makes a runner.</summary>
    public CommandRunner(TimeProvider time, ILogger<CommandRunner> logger)
    {
        _time = time;
        _logger = logger;
        _starter = new ProgramStarter(logger);
    }

    /// <summary>The PATH of the programs, by which they are also found. Default: <see cref="ProgramStarter.DefaultSearchPath"/>.</summary>
    public string SearchPath
    {
        get => _starter.SearchPath;
        init => _starter.SearchPath = value;
    }

    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(command.OutputLimit);
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(command.TimeLimit, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var order = new ProcessOrder(command.Program, command.Arguments)
        {
            Environment = command.Environment,
            WorkingDirectory = command.WorkingDirectory,
            WithInput = command.StandardInput is not null,
        };
        if (_starter.TryStart(order, out var startError) is not { } started)
        {
            return new CommandResult { ExitCode = -1, Output = "", Error = "", StartError = startError };
        }

        using var process = started;
        var output = new OutputCapture(command.OutputLimit, command.Keep);
        var error = new OutputCapture(command.OutputLimit, command.Keep);
        using var abandon = new CancellationTokenSource();
        var streams = Task.WhenAll(
            ReadAsync(process.Output, output, abandon.Token),
            ReadAsync(process.Error, error, abandon.Token),
            WriteAsync(process.Input, command.StandardInput, abandon.Token));

        var stopped = !await CompletesAsync(process.Exited, stop.Token);
        if (stopped)
        {
            await EndGroupAsync(process, streams, command.TerminationGrace);
        }
        else
        {
            await DrainAsync(command, process, streams, stop.Token);
        }

        await abandon.CancelAsync();
        await streams;

        // A program that SIGKILL has not ended yet will have ended by it; Dispose reaps it then.
        var exitCode = 128 + Libc.SigKill;
        if (process.Exited.IsCompleted)
        {
            exitCode = await process.Exited;
            process.Reap();
        }

        if (stopped)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return new CommandResult { ExitCode = exitCode, Output = output.Decode(), Error = error.Decode(), TimedOut = stopped };
    }

    private async Task DrainAsync(CommandLine command, SpawnedProcess process, Task streams, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(DrainTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        if (!await CompletesAsync(streams, either.Token))
        {
            LogLeftovers(command.Program, process.Pid);
            await EndGroupAsync(process, streams, command.TerminationGrace);
        }
    }

    private async Task EndGroupAsync(SpawnedProcess process, Task streams, TimeSpan grace)
    {
        var gone = Task.WhenAll(process.Exited, streams);

        // The clock runs before the signal leaves, so that whoever sees the signal's effect may count on it.
        using var patience = new CancellationTokenSource(grace, _time);
        process.SignalGroup(Libc.SigTerm);
        await CompletesAsync(gone, patience.Token);

        using var last = new CancellationTokenSource(KillTime, _time);
        process.SignalGroup(Libc.SigKill);
        await CompletesAsync(gone, last.Token);
    }

    /// <summary>Waits for a task, or for the token. A failure of the task is thrown.</summary>
    /// <returns>Whether it completed.</returns>
    private static async Task<bool> CompletesAsync(Task task, CancellationToken stop)
    {
        await task.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!task.IsCompleted)
        {
            return false;
        }

        await task;
        return true;
    }

    private static async Task ReadAsync(Stream stream, OutputCapture capture, CancellationToken abandon)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, abandon)) > 0)
            {
                capture.Add(buffer.AsSpan(0, count));
            }
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // Somebody outside the group holds the pipe; what was read is the answer.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task WriteAsync(Stream? stream, string? text, CancellationToken abandon)
    {
        if (stream is null || text is null)
        {
            return;
        }

        try
        {
            await using (stream)
            {
                await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), abandon);
            }
        }
        catch (IOException)
        {
            // EPIPE: a program need not read its input to the end.
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // The program has ended, and a child of it has the input and does not read it.
        }
    }

    [LoggerMessage(5001, LogLevel.Warning,
        "[MACHINE] {Program} (process {Pid}) ended and left processes that hold its output; its process group is ended")]
    private partial void LogLeftovers(string program, int pid);
}
