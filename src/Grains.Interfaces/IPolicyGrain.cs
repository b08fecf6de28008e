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

    /// <summary>
    /// The agent has started and the user is still logged in: as <see cref="Enter"/>, but what was applied is known and stays, and what is stored is applied
    /// without waiting for Lider.
    /// </summary>
    /// <param name="user">The name as plugins know it.</param>
    Task Resume(string user);

    /// <summary>The user is leaving: nothing is applied any more.</summary>
    Task Leave();

    /// <summary>The plugins' safe modes have undone everything that was applied for the user. Stored when the call returns.</summary>
    Task Undone();

    /// <summary>Lider's EXECUTE_POLICY (LP 2.5), stored when the call returns; applied if the user is logged in.</summary>
    /// <param name="body">The message as it came.</param>
    Task Receive(string body);

    /// <summary>
    /// A user came or went, has other policies, or uses other plugins now. For the machine's grain; asked by the user's, never the other way about. A plugin works for
    /// the machine or for users, never for both at a time: each side applies nothing through a plugin that the other one uses, and is told to plan anew
    /// (<see cref="Replan"/>) when it is let go.
    /// </summary>
    /// <param name="user">The user's key.</param>
    /// <param name="policies">What the user has; <see langword="null"/>: the user is logged out.</param>
    /// <param name="undone">Whether the plugins' safe modes ran for the user, which may have undone what the machine's profiles did, too.</param>
    /// <param name="answer">Lider's message with the user's policies, when it has just come: it may hold the machine's, too. Stored when the call returns.</param>
    /// <returns>What the machine has.</returns>
    Task<PoliciesInUse> UserChanged(string user, PoliciesInUse? policies, bool undone, string? answer);

    /// <summary>What is to be applied may be another: a plugin came or changed, the other side's policies did, or the agent has started.</summary>
    Task Replan();

    /// <summary>
    /// The machine has left Lider: nothing that is known only here is stored any more, and the next call begins with what is stored. What is applied stays until the plugins' safe
    /// modes undo it.
    /// </summary>
    Task Forget();

    /// <summary>What is assigned, and which plugins are used.</summary>
    Task<PoliciesInUse> GetPolicies();

    /// <summary>What would be done now, and why.</summary>
    Task<PolicyReportView> Explain();
}

/// <summary>Policies as one grain tells another of them.</summary>
/// <param name="Set">What is assigned, as JSON. May hold secrets.</param>
/// <param name="Plugins">The plugins through which something is applied, or about to be.</param>
[GenerateSerializer, Immutable]
public sealed record PoliciesInUse([property: Id(0)] string Set, [property: Id(1)] IReadOnlyList<string> Plugins)
{
    /// <summary>Without the policies.</summary>
    public override string ToString() => $"PoliciesInUse {{ Plugins = {string.Join(' ', Plugins)} }}";
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
