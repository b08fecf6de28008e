namespace Ahenk.Plugins.Sdk;

/// <summary>Runs programs from argument arrays, never through a shell.</summary>
public interface ICommandRunner
{
    /// <summary>
    /// Runs a program in a process group of its own and waits for it. Both streams are read while it runs. When the time limit passes or
    /// <paramref name="cancellationToken"/> is set, the whole group gets SIGTERM and, after
    /// <see cref="CommandLine.TerminationGrace"/>, SIGKILL. The child gets a higher oom_score_adj than the agent.
    /// </summary>
    /// <returns>How it ended; a program that cannot be started is a result too (<see cref="CommandResult.StartError"/>).</returns>
    /// <exception cref="OperationCanceledException">The token was set; the group has been killed by then.</exception>
    Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken);
}

/// <summary>A program and its arguments.</summary>
/// <param name="Program">An absolute path, or a name that is looked up in the PATH that every program gets.</param>
/// <param name="Arguments">The arguments, each passed as it is.</param>
public sealed record CommandLine(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Written to the program's standard input as UTF-8, which is then closed; <see langword="null"/>: an empty input.</summary>
    public string? StandardInput { get; init; }

    /// <summary>Variables added to the environment that every program gets: PATH, HOME and LANG=C.UTF-8, nothing of the agent's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the program starts. Default: <c>/</c>.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>How long it may run. Default: one minute.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time between SIGTERM and SIGKILL. Default: 5 seconds.</summary>
    public TimeSpan TerminationGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many bytes of each stream are kept. Default: 1 MiB.</summary>
    public int OutputLimit { get; init; } = 1 << 20;

    /// <summary>Which part of a stream that is longer than <see cref="OutputLimit"/> is kept. Default: the start.</summary>
    public KeptPart Keep { get; init; } = KeptPart.Start;
}

/// <summary>How a program ended.</summary>
public sealed record CommandResult
{
    /// <summary>The exit code; 128 + N when signal N ended the program; -1 when it could not be started.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Standard output, UTF-8 with U+FFFD for what is not; a cut is marked in the text.</summary>
    public required string Output { get; init; }

    /// <summary>Standard error, as <see cref="Output"/>.</summary>
    public required string Error { get; init; }

    /// <summary>The time limit ended it.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Why the program could not be started, or <see langword="null"/>.</summary>
    public string? StartError { get; init; }

    /// <summary>Whether it ran to its end with exit code 0.</summary>
    public bool Succeeded => ExitCode == 0 && !TimedOut && StartError is null;
}
