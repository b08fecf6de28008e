using Ahenk.Plugins.Sdk;
using Orleans.Concurrency;

namespace Ahenk.Grains.Interfaces;

/// <summary>
/// One plugin, by its lower-case name: the plugin's own thread. It runs one item at a time, in the order in which they were handed over; commands that are
/// declared parallel may overlap with each other.
/// </summary>
public interface IPluginGrain : IGrainWithStringKey
{
    /// <summary>Puts work at the end of the plugin's queue and returns at once.</summary>
    Task Enqueue(PluginWork work);

    /// <summary>
    /// Somebody needs this plugin and it is not here, or not in that version: Lider is asked for it once (LP 7), and who waits is told when the plugin has come
    /// or will not come. To say again that one waits is harmless.
    /// </summary>
    Task Await(IPluginWaiter waiter, string? version);

    /// <summary>Lider has the plugin: fetch, check and install it. Returns at once; the outcome reaches those who wait.</summary>
    Task Install(PluginPackage package);

    /// <summary>Lider has no such plugin.</summary>
    Task NotFound();

    /// <summary>
    /// Loads, unloads or reloads the plugin once what is in its queue has run: <see cref="PluginMode.Shutdown"/> before it goes, <see cref="PluginMode.Init"/> after
    /// it has come.
    /// </summary>
    /// <returns>What became of it, as a sentence for the administrator; when the queue takes longer than some seconds, that it will be done.</returns>
    [AlwaysInterleave]
    Task<string> Change(PluginChange change);

    /// <summary>Takes a command out of the queue, or cancels it while it runs. Returns at once.</summary>
    /// <param name="id">The id of its task, or of a local run.</param>
    [AlwaysInterleave]
    Task<WorkCancel> Cancel(long id);
}

/// <summary>What became of a command that is to be cancelled.</summary>
public enum WorkCancel
{
    /// <summary>The plugin does not have it.</summary>
    NotHere,

    /// <summary>It was waiting for its turn and is not run; its owner is not told.</summary>
    Removed,

    /// <summary>It runs and is cancelled; its owner is told how it ended.</summary>
    Ending,
}

/// <summary>What can be asked of a plugin.</summary>
public enum PluginChange
{
    /// <summary>Its folder appeared or changed, or the administrator wants it: loaded anew.</summary>
    Load,

    /// <summary>Unloaded and not used until it is loaded again.</summary>
    Remove,
}

/// <summary>Whoever handed work to a plugin and is told how it ended.</summary>
public interface IPluginWorkOwner : IGrain
{
    /// <summary>
    /// The work ended. When the call returns, the answer's place among the others is decided; it is stored soon after, if need be when the
    /// disk takes it again.
    /// </summary>
    /// <param name="work">What was handed over.</param>
    /// <param name="outcome">How it ended.</param>
    Task Complete(PluginWork work, TaskOutcome outcome);
}

/// <summary>Who waits for a plugin that is not here.</summary>
public interface IPluginWaiter : IGrain
{
    /// <summary>The plugin has come, in a version that is waited for.</summary>
    Task PluginAvailable(string plugin);

    /// <summary>
    /// The plugin will not come, as far as is known. What waits for it is reported as failed and still done when the plugin comes after all; that is reported
    /// then, too.
    /// </summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="version">The version that was waited for.</param>
    /// <param name="reason">Why, in sentences for the administrator.</param>
    Task PluginUnavailable(string plugin, string? version, string reason);
}

/// <summary>What kind of work it is.</summary>
public enum PluginWorkKind
{
    /// <summary>A command of a task.</summary>
    Command,

    /// <summary>A profile of a policy.</summary>
    Profile,

    /// <summary>A mode.</summary>
    Mode,
}

/// <summary>One item of work.</summary>
[GenerateSerializer, Immutable]
public sealed record PluginWork
{
    /// <summary>What it is.</summary>
    [Id(0)]
    public PluginWorkKind Kind { get; init; }

    /// <summary>The task's id; of a profile its commandExecutionId; 0 for a mode.</summary>
    [Id(1)]
    public long Id { get; init; }

    /// <summary>The command's id, or the mode's name; empty for a profile.</summary>
    [Id(2)]
    public string Command { get; init; } = "";

    /// <summary>The parameters, or the profile's data, as JSON text of an object.</summary>
    [Id(3)]
    public string Parameters { get; init; } = "{}";

    /// <summary>Whether it may be run again after an interruption; no note of its start is needed then.</summary>
    [Id(4)]
    public bool Idempotent { get; init; }

    /// <summary>Whether it may overlap with other such work.</summary>
    [Id(5)]
    public bool Parallel { get; init; }

    /// <summary>The file server as <c>FileServer.ToJson</c> wrote it, or <see langword="null"/>. Holds a password.</summary>
    [Id(6)]
    public string? FileServer { get; init; }

    /// <summary>Whose profile or mode it is.</summary>
    [Id(7)]
    public string? UserName { get; init; }

    /// <summary>The policy's version, of a profile.</summary>
    [Id(8)]
    public string? PolicyVersion { get; init; }

    /// <summary>Who is told; <see langword="null"/>: nobody.</summary>
    [Id(9)]
    public IPluginWorkOwner? Owner { get; init; }

    /// <summary>The occurrence that this is the run of, for a scheduled task; its owner is asked before it starts.</summary>
    [Id(10)]
    public DateTimeOffset? Run { get; init; }

    /// <summary>Whatever the owner wants to know it again by; not looked at on the way.</summary>
    [Id(11)]
    public string? Tag { get; init; }

    /// <summary>Without the parameters, which may hold secrets.</summary>
    public override string ToString() => $"PluginWork {{ {Kind} {Id} {Command} }}";
}

/// <summary>Where the package of a plugin lies (LP 2.8).</summary>
/// <param name="Version">The version Lider says it is.</param>
/// <param name="Source">The file, as <c>FileServer.ToJson</c> wrote it: its path or address is the file itself. Holds a password.</param>
/// <param name="Md5">Its MD5 sum as hex, or <see langword="null"/>.</param>
[GenerateSerializer, Immutable]
public sealed record PluginPackage([property: Id(0)] string? Version, [property: Id(1)] string Source, [property: Id(2)] string? Md5)
{
    /// <summary>Without the source.</summary>
    public override string ToString() => $"PluginPackage {{ Version = {Version} }}";
}
