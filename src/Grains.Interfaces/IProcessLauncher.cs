namespace Ahenk.Grains.Interfaces;

/// <summary>Starts programs that live longer than one command: the hosts of plugins. For single commands there is <c>ICommandRunner</c>.</summary>
public interface IProcessLauncher
{
    /// <summary>
    /// Starts a program in a session and process group of its own, with default signals, the same small environment that commands get, and an oom_score_adj
    /// above the agent's.
    /// </summary>
    /// <exception cref="ProcessStartException">It could not be started; the message is a sentence for the administrator.</exception>
    IChildProcess Start(ProcessOrder order);
}

/// <summary>What to start.</summary>
/// <param name="Program">An absolute path, or a name that is looked up in the PATH that every program gets.</param>
/// <param name="Arguments">The arguments, each passed as it is.</param>
public sealed record ProcessOrder(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Variables added to the environment that every program gets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the program starts.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Whether descriptor 3 of the program is one end of <see cref="IChildProcess.Channel"/>.</summary>
    public bool WithChannel { get; init; }

    /// <summary>Whether its input is a pipe (<see cref="IChildProcess.Input"/>) and not /dev/null.</summary>
    public bool WithInput { get; init; }

    /// <summary>What it may use.</summary>
    public ProcessLimits Limits { get; init; } = new();

    /// <summary>Names its control group, where there is one. Letters, digits, <c>-</c>, <c>_</c> and <c>.</c></summary>
    public string Name { get; init; } = "plugin";
}

/// <summary>What a program and its children may use. Kept by a control group (version 2) where the agent may make one, else by rlimits.</summary>
public sealed record ProcessLimits
{
    /// <summary>Bytes of memory: of all together in a control group, else of each process; <see langword="null"/>: no limit.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Processor time in percent of one core (control groups only); <see langword="null"/>: no limit.</summary>
    public int? CpuPercent { get; init; }

    /// <summary>Processes and threads (control groups only); <see langword="null"/>: no limit.</summary>
    public int? Processes { get; init; }
}

/// <summary>A running program.</summary>
public interface IChildProcess : IAsyncDisposable
{
    /// <summary>The number of the process, its session and its group.</summary>
    int Pid { get; }

    /// <summary>What it reads, or <see langword="null"/> when that is /dev/null.</summary>
    Stream? Input { get; }

    /// <summary>What it writes to its standard output. Must be read, or the program stands still.</summary>
    Stream Output { get; }

    /// <summary>What it writes to its standard error. Must be read, or the program stands still.</summary>
    Stream Error { get; }

    /// <summary>The private channel, both ways, on its descriptor 3; <see langword="null"/> when none was ordered.</summary>
    Stream? Channel { get; }

    /// <summary>Completes when the program has ended.</summary>
    Task<ProcessEnd> Exited { get; }

    /// <summary>SIGTERM for the whole group, then, after <paramref name="grace"/>, SIGKILL; of a control group, to everything in it.</summary>
    /// <returns>How it ended.</returns>
    Task<ProcessEnd> EndAsync(TimeSpan grace);
}

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">The exit code; 128 + N when signal N ended it.</param>
/// <param name="OutOfMemory">Whether the kernel ended it, or one of its children, for using more than its limit of memory.</param>
public readonly record struct ProcessEnd(int ExitCode, bool OutOfMemory);

/// <summary>A program could not be started; the message is a sentence for the administrator.</summary>
public sealed class ProcessStartException(string message, Exception? innerException = null) : Exception(message, innerException);
