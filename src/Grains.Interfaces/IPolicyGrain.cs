namespace Ahenk.Grains.Interfaces;

/// <summary>
/// The policies of one user, by login name without domain, or of the machine (<see cref="MachineKey"/>): what is assigned, what is applied, and the way from
/// one to the other (LP 5, PL 0.3). No call waits for a plugin.
/// </summary>
public interface IPolicyGrain : IGrainWithStringKey, IPluginWorkOwner, IPluginWaiter
{
    /// <summary>The key of the machine's policies; no user can have it as a name.</summary>
    const string MachineKey = "/machine";

    /// <summary>
    /// The user has logged in and the plugins' safe modes have undone everything: Lider is asked for the policies, and what it answers is applied, or what is
    /// stored when it does not answer in time.
    /// </summary>
    /// <param name="user">The name as plugins know it, with the domain where there is one.</param>
    Task Enter(string user);

    /// <summary>The agent has started and the user is still logged in: as <see cref="Enter"/>, but what was applied is known and stays.</summary>
    /// <param name="user">The name as plugins know it.</param>
    Task Resume(string user);

    /// <summary>The user is leaving: nothing is applied any more.</summary>
    Task Leave();

    /// <summary>The plugins' safe modes have undone everything that was applied for the user.</summary>
    Task Undone();

    /// <summary>Lider's EXECUTE_POLICY (LP 2.5), stored when the call returns; applied if the user is logged in.</summary>
    /// <param name="body">The message as it came.</param>
    Task Receive(string body);

    /// <summary>A user came, went, or has other policies now: of the machine's own profiles others may take precedence. For the machine's grain.</summary>
    /// <param name="user">The user's key.</param>
    /// <param name="set">The user's policies as JSON; <see langword="null"/>: the user is logged out.</param>
    /// <param name="undone">Whether the plugins' safe modes ran for the user, which undoes what the machine's profiles did, too.</param>
    Task UserChanged(string user, string? set, bool undone);

    /// <summary>A plugin came or changed, or the agent has started: what is to be applied may be another.</summary>
    Task Replan();

    /// <summary>What would be done now, and why.</summary>
    Task<PolicyReportView> Explain();
}

/// <summary>Who waits for a plugin that is not here.</summary>
public interface IPluginWaiter : IGrain
{
    /// <summary>The plugin is here.</summary>
    Task PluginAvailable(string plugin);

    /// <summary>The plugin does not come, or not in time.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="reason">Why, as a sentence for the administrator.</param>
    Task PluginUnavailable(string plugin, string reason);
}

/// <summary>The policies of a user or of the machine, for people.</summary>
/// <param name="Policies">What is assigned.</param>
/// <param name="Steps">What would be done now, in order; what is applied already is among it, as nothing to do.</param>
/// <param name="ReceivedAt">When Lider last said what is assigned.</param>
[GenerateSerializer, Immutable]
public sealed record PolicyReportView(
    [property: Id(0)] IReadOnlyList<PolicyView> Policies,
    [property: Id(1)] IReadOnlyList<PolicyStepView> Steps,
    [property: Id(2)] DateTimeOffset? ReceivedAt);

/// <summary>One policy.</summary>
/// <param name="Id">Lider's id.</param>
/// <param name="Version">Its version.</param>
/// <param name="AssignDate">When it was assigned, as Lider wrote it.</param>
/// <param name="Expires">When it ends, as Lider wrote it.</param>
/// <param name="Plugins">The plugins of its profiles.</param>
[GenerateSerializer, Immutable]
public sealed record PolicyView(
    [property: Id(0)] long? Id,
    [property: Id(1)] string? Version,
    [property: Id(2)] string? AssignDate,
    [property: Id(3)] string? Expires,
    [property: Id(4)] IReadOnlyList<string> Plugins);

/// <summary>One step of a plan.</summary>
/// <param name="Kind">undo, apply, skip, wait or refuse.</param>
/// <param name="Scope">user or machine.</param>
/// <param name="Plugin">The plugin.</param>
/// <param name="Reason">Why, as a sentence.</param>
[GenerateSerializer, Immutable]
public sealed record PolicyStepView([property: Id(0)] string Kind, [property: Id(1)] string Scope, [property: Id(2)] string Plugin, [property: Id(3)] string Reason);
