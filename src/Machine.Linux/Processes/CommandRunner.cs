using System.Buffers;
using System.ComponentModel;
using System.Globalization;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>
/// Runs programs. A child gets /dev/null or a pipe as its input, two pipes, no other descriptor, a session of its own, default signals and a
/// small environment that does not depend on how the agent was started: PATH, HOME, LANG=C.UTF-8 and what the command adds.
/// </summary>
public sealed partial class CommandRunner : ICommandRunner
{
    /// <summary>The directories in which programs are looked up, in order.</summary>
    public const string DefaultSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>How far above the agent's a child's oom_score_adj lies: the kernel shall end the job before the agent.</summary>
    public const int OomScoreDistance = 500;

    /// <summary>How long the streams may stay open after the program has ended, held by processes that it left behind.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    /// <summary>How long SIGKILL may take. What is not gone by then sleeps in the kernel, or has left the group and holds the pipes.</summary>
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ILogger<CommandRunner> _logger;
    private readonly string _oomScore;
    private readonly string _home;

    /// <summary>Makes a runner.</summary>
    public CommandRunner(TimeProvider time, ILogger<CommandRunner> logger)
    {
        _time = time;
        _logger = logger;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        _home = home.Length == 0 ? "/" : home;
        var own = int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture);
        _oomScore = Math.Min(1000, own + OomScoreDistance).ToString(CultureInfo.InvariantCulture);
        KeepExitCodes();
    }

    /// <summary>The PATH of the programs, by which they are also found. Default: <see cref="DefaultSearchPath"/>.</summary>
    public string SearchPath { get; init; } = DefaultSearchPath;

    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(command.OutputLimit);
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(command.TimeLimit, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        if (Start(command, out var startError) is not { } started)
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
        var exitCode = process.Exited.IsCompleted ? process.Reap() : 128 + Libc.SigKill;
        if (stopped)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return new CommandResult { ExitCode = exitCode, Output = output.Decode(), Error = error.Decode(), TimedOut = stopped };
    }

    private SpawnedProcess? Start(CommandLine command, out string? startError)
    {
        if (FindFlaw(command) is { } flaw)
        {
            startError = flaw;
            return null;
        }

        if (ProgramSearch.Find(command.Program, SearchPath) is not { } path)
        {
            startError = $"The program '{command.Program}' was not found in {SearchPath}.";
            return null;
        }

        var process = SpawnedProcess.TryStart(
            path, [command.Program, .. command.Arguments], MakeEnvironment(command), command.WorkingDirectory,
            withInput: command.StandardInput is not null, out var errno);
        startError = process is null ? Explain(errno, path, command) : null;
        if (process is not null)
        {
            RaiseOomScore(process.Pid);
        }

        return process;
    }

    private static string? FindFlaw(CommandLine command)
    {
        // In C a NUL ends the text: the program would get something else than what was asked for.
        const char Nul = '\0';
        if (command.Program.Length == 0)
        {
            return "The name of the program is empty.";
        }

        if (command.Program.Contains(Nul, StringComparison.Ordinal) || command.WorkingDirectory.Contains(Nul, StringComparison.Ordinal) ||
            command.Arguments.Any(argument => argument.Contains(Nul, StringComparison.Ordinal)))
        {
            return "The command holds a NUL character.";
        }

        foreach (var (name, value) in command.Environment)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains(Nul, StringComparison.Ordinal) ||
                value.Contains(Nul, StringComparison.Ordinal))
            {
                return $"The environment variable '{name.Replace("\0", "", StringComparison.Ordinal)}' is not a valid one.";
            }
        }

        return null;
    }

    private List<string> MakeEnvironment(CommandLine command)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = SearchPath,
            ["HOME"] = _home,
            ["LANG"] = "C.UTF-8",
        };
        foreach (var (name, value) in command.Environment)
        {
            variables[name] = value;
        }

        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }

    private static string Explain(int errno, string path, CommandLine command) => errno switch
    {
        _ when !Directory.Exists(command.WorkingDirectory) => $"The working directory '{command.WorkingDirectory}' does not exist.",
        Libc.NoEntry when File.Exists(path) => $"The interpreter that '{path}' names does not exist.",
        Libc.NoEntry => $"The program '{path}' does not exist.",
        Libc.AccessDenied => $"The program '{path}' is not executable.",
        Libc.NotExecutableFormat => $"The file '{path}' is not a program of this machine.",
        Libc.TooBig => "The arguments are too long.",
        _ => $"The program '{path}' could not be started: {new Win32Exception(errno).Message}.",
    };

    private void RaiseOomScore(int pid)
    {
        try
        {
            File.WriteAllText($"/proc/{pid}/oom_score_adj", _oomScore);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A program that has changed its user cannot be reached when the agent is not root. It runs all the same.
            LogOomScore(pid, failure.Message);
        }
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

    /// <summary>A parent that ignores SIGCHLD bequeaths that; the kernel would then throw the exit codes of our children away.</summary>
    private static void KeepExitCodes()
    {
        const string Field = "SigIgn:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        var ignored = ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if ((ignored & (1UL << (Libc.SigChild - 1))) != 0)
        {
            const nint SignalDefault = 0;
            Libc.Signal(Libc.SigChild, SignalDefault);
        }
    }

    [LoggerMessage(5001, LogLevel.Warning,
        "[MACHINE] {Program} (process {Pid}) ended and left processes that hold its output; its process group is ended")]
    private partial void LogLeftovers(string program, int pid);

    [LoggerMessage(5002, LogLevel.Debug, "[MACHINE] The oom_score_adj of process {Pid} could not be raised: {Reason}")]
    private partial void LogOomScore(int pid, string reason);
}
