using System.CommandLine;

namespace Ahenk.Cli;

/// <summary>A run of a command, and what tells it the time.</summary>
internal sealed class Invocation : InvocationConfiguration
{
    public Invocation(TimeProvider time)
    {
        Time = time;

        // Program has one place for failures, and listens for signals.
        EnableDefaultExceptionHandler = false;
        ProcessTerminationTimeout = null;
    }

    public TimeProvider Time { get; }

    /// <summary>What tells the time to the command that runs.</summary>
    public static TimeProvider TimeOf(ParseResult parsed) => ((Invocation)parsed.InvocationConfiguration).Time;
}
