namespace Ahenk.Cli;

/// <summary>What <c>ahenk</c> ends with. Scripts go by these: none is ever given another meaning. The manual page and docs/cli.md have them from here.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The daemon did what was asked without success, or refused.</summary>
    public const int Refused = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The daemon is not running.</summary>
    public const int NotRunning = 3;

    /// <summary>SIGINT or SIGTERM ended it: 128 and the number of SIGINT, as shells tell it.</summary>
    public const int Interrupted = 130;

    /// <summary>Of <c>ahenk doctor</c> alone: the agent works, but there are warnings.</summary>
    public const int DoctorWarns = 1;

    /// <summary>Of <c>ahenk doctor</c> alone: something is broken, or nobody could look.</summary>
    public const int DoctorFoundBroken = 2;

    /// <summary>Each with its meaning, in English.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Success, "It is done."),
        (Refused, "The daemon refused, or what was asked for did not succeed."),
        (Usage, "The command line is wrong."),
        (NotRunning, "The daemon does not answer."),
        (Interrupted, "It was interrupted (SIGINT or SIGTERM)."),
    ];
}
