using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Interfaces;

/// <summary>Finds, loads and runs plugins of every kind. Nothing it is asked throws because of a plugin.</summary>
public interface IPluginHost
{
    /// <summary>Looks a plugin and one of its commands up; neither name's case matters. What is loaded for it is loaded off the caller's scheduler.</summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="version">The version that is wanted; <see langword="null"/> or empty: any.</param>
    /// <param name="command">The command's id; <see langword="null"/>: its policy.</param>
    ValueTask<PluginLookup> FindAsync(string plugin, string? version, string? command);

    /// <summary>All that stands in the plugin directories, by name; what is superseded comes after what it is superseded by.</summary>
    IReadOnlyList<PluginReport> List();

    /// <summary>
    /// Runs a command, profile or mode off the caller's scheduler. Whatever the plugin does, the outcome is a value; its time limit is enforced here.
    /// </summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="work">What to run.</param>
    /// <param name="cancellationToken">The agent ends: the work is cancelled and its outcome says so.</param>
    /// <returns>How it ended.</returns>
    Task<PluginRun> RunAsync(string plugin, PluginWork work, CancellationToken cancellationToken);

    /// <summary>Reads the plugin's folder anew and makes it ready; its old form, if any, is unloaded. None of its work may be running.</summary>
    Task<PluginReport> LoadAsync(string plugin);

    /// <summary>Unloads the plugin. It is not used until it is loaded again. None of its work may be running.</summary>
    Task UnloadAsync(string plugin);

    /// <summary>
    /// Names of plugins whose folders appeared, changed or went and have been still since; the first ones are those that are there at the start. There is one
    /// reader.
    /// </summary>
    IAsyncEnumerable<string> WatchAsync(CancellationToken cancellationToken);
}

/// <summary>What became of a look-up.</summary>
/// <param name="Problem">Why the command cannot be run, as a sentence for the administrator; <see langword="null"/> when it can.</param>
/// <param name="Missing">It cannot be run because the plugin is not here, or not in the version wanted: it may come.</param>
/// <param name="Idempotent">Whether it may be run again after an interruption.</param>
/// <param name="Parallel">Whether it may overlap with other such commands.</param>
public readonly record struct PluginLookup(string? Problem, bool Missing, bool Idempotent, bool Parallel);

/// <summary>How a run ended.</summary>
/// <param name="Outcome">The answer.</param>
/// <param name="AfterAnswer">What is to be done once Lider has the answer, or <see langword="null"/>.</param>
public sealed record PluginRun(TaskOutcome Outcome, Func<CancellationToken, Task>? AfterAnswer = null)
{
    /// <summary>Whether it was cancelled before its end because the agent stops.</summary>
    public bool WasInterrupted { get; init; }
}

/// <summary>How a plugin is.</summary>
public enum PluginStatus
{
    /// <summary>It can be used.</summary>
    Active,

    /// <summary>The administrator has taken it out of use.</summary>
    Disabled,

    /// <summary>It cannot work on this machine: its kind is not known or its interpreter is missing.</summary>
    NotSupported,

    /// <summary>It is broken: its manifest, its files, their owner or mode, its code.</summary>
    Malfunctioned,

    /// <summary>Another folder of the same name comes first.</summary>
    Superseded,
}

/// <summary>One plugin folder.</summary>
public sealed record PluginReport
{
    /// <summary>The plugin's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its version; <see langword="null"/>: it takes any (PL 0.1), or it is not known.</summary>
    public string? Version { get; init; }

    /// <summary>What it is made of: <c>dotnet</c>, <c>python</c>, <c>executable</c>; empty when that is not known.</summary>
    public required string Kind { get; init; }

    /// <summary>How it is.</summary>
    public required PluginStatus Status { get; init; }

    /// <summary>Why it is not active.</summary>
    public string? Reason { get; init; }

    /// <summary>Its folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether its code is in memory, or its process runs.</summary>
    public bool IsLoaded { get; init; }

    /// <summary>The modes it has.</summary>
    public IReadOnlyList<PluginMode> Modes { get; init; } = [];
}
