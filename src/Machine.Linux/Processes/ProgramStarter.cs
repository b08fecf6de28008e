using System.ComponentModel;
using System.Globalization;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>
/// What all programs have in common, those of single commands and those that live on: how they are found, the small environment that does not depend on how
/// the agent was started, an oom_score_adj above the agent's, and a sentence for each reason why one cannot be started.
/// </summary>
internal sealed partial class ProgramStarter
{
    /// <summary>The directories in which programs are looked up, in order.</summary>
    public const string DefaultSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>How far above the agent's a child's oom_score_adj lies: the kernel shall end the job before the agent.</summary>
    public const int OomScoreDistance = 500;

    private readonly ILogger _logger;
    private readonly string _oomScore;
    private readonly string _home;

    public ProgramStarter(ILogger logger)
    {
        _logger = logger;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        _home = home.Length == 0 ? "/" : home;
        var own = int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture);
        _oomScore = Math.Min(1000, own + OomScoreDistance).ToString(CultureInfo.InvariantCulture);
        KeepExitCodes();
    }

    /// <summary>The PATH of the programs, by which they are also found.</summary>
    public string SearchPath { get; set; } = DefaultSearchPath;

    /// <summary>Starts a program.</summary>
    /// <returns>The process, or <see langword="null"/> when it could not be started.</returns>
    /// <exception cref="Win32Exception">The agent is out of file descriptors.</exception>
    public SpawnedProcess? TryStart(ProcessOrder order, out string? startError)
    {
        if (FindFlaw(order) is { } flaw)
        {
            startError = flaw;
            return null;
        }

        if (ProgramSearch.Find(order.Program, SearchPath) is not { } path)
        {
            startError = $"The program '{order.Program}' was not found in {SearchPath}.";
            return null;
        }

        var process = SpawnedProcess.TryStart(path, MakeEnvironment(order), order, out var errno);
        startError = process is null ? Explain(errno, path, order) : null;
        if (process is not null)
        {
            RaiseOomScore(process.Pid);
        }

        return process;
    }

    private static string? FindFlaw(ProcessOrder order)
    {
        // In C a NUL ends the text: the program would get something else than what was asked for.
        const char Nul = '\0';
        if (order.Program.Length == 0)
        {
            return "The name of the program is empty.";
        }

        if (order.Program.Contains(Nul, StringComparison.Ordinal) || order.WorkingDirectory.Contains(Nul, StringComparison.Ordinal) ||
            order.Arguments.Any(argument => argument.Contains(Nul, StringComparison.Ordinal)))
        {
            return "The command holds a NUL character.";
        }

        foreach (var (name, value) in order.Environment)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains(Nul, StringComparison.Ordinal) ||
                value.Contains(Nul, StringComparison.Ordinal))
            {
                return $"The environment variable '{name.Replace("\0", "", StringComparison.Ordinal)}' is not a valid one.";
            }
        }

        return null;
    }

    private List<string> MakeEnvironment(ProcessOrder order)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = SearchPath,
            ["HOME"] = _home,
            ["LANG"] = "C.UTF-8",
        };
        foreach (var (name, value) in order.Environment)
        {
            variables[name] = value;
        }

        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }

    private static string Explain(int errno, string path, ProcessOrder order) => errno switch
    {
        _ when !Directory.Exists(order.WorkingDirectory) => $"The working directory '{order.WorkingDirectory}' does not exist.",
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

    [LoggerMessage(5002, LogLevel.Debug, "[MACHINE] The oom_score_adj of process {Pid} could not be raised: {Reason}")]
    private partial void LogOomScore(int pid, string reason);
}
