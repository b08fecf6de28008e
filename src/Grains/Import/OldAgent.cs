namespace Ahenk.Grains.Import;

/// <summary>What the Python Ahenk of this machine knew, as its tables have it (PL 2.9): texts that nobody has checked.</summary>
public sealed record OldAgent
{
    /// <summary>Its scheduled tasks, in the order in which they were stored.</summary>
    public IReadOnlyList<OldTask> Tasks { get; init; } = [];

    /// <summary>The policies of users and of the machine.</summary>
    public IReadOnlyList<OldPolicy> Policies { get; init; } = [];

    /// <summary>The newest text of the user agreement.</summary>
    public OldContract? Contract { get; init; }

    /// <summary>What users said to texts of the agreement.</summary>
    public IReadOnlyList<OldAnswer> Answers { get; init; } = [];

    /// <summary>Who is logged in.</summary>
    public IReadOnlyList<OldSession> Sessions { get; init; } = [];
}

/// <summary>A scheduled task.</summary>
/// <param name="Id">Lider's id.</param>
/// <param name="Plugin">The plugin.</param>
/// <param name="PluginVersion">Its version.</param>
/// <param name="Command">The command.</param>
/// <param name="Parameters">JSON. May hold secrets.</param>
/// <param name="Cron">When it runs.</param>
/// <param name="FileServer">JSON, or nothing. Holds a password.</param>
public sealed record OldTask(long Id, string? Plugin, string? PluginVersion, string? Command, string? Parameters, string? Cron, string? FileServer)
{
    /// <summary>Without the parameters.</summary>
    public override string ToString() => $"OldTask {{ Id = {Id} }}";
}

/// <summary>A policy.</summary>
/// <param name="User">Whose; <see langword="null"/>: the machine's.</param>
/// <param name="Id">Lider's id; none from the old server.</param>
/// <param name="Version">Its version, to the letter.</param>
/// <param name="AssignDate">When it was assigned, to the letter.</param>
/// <param name="Expires">When it ends.</param>
/// <param name="ExecutionId">What its answers bear.</param>
/// <param name="Profiles">Its profiles, in order.</param>
public sealed record OldPolicy(
    string? User, long? Id, string? Version, string? AssignDate, string? Expires, long? ExecutionId, IReadOnlyList<OldProfile> Profiles);

/// <summary>A profile of a policy.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Plugin">The plugin.</param>
/// <param name="PluginVersion">Its version.</param>
/// <param name="Data">JSON. May hold secrets.</param>
/// <param name="Overridable">As on the wire.</param>
/// <param name="Active">As on the wire.</param>
/// <param name="Deleted">As on the wire.</param>
public sealed record OldProfile(string? Label, string? Plugin, string? PluginVersion, string? Data, bool? Overridable, bool? Active, bool? Deleted)
{
    /// <summary>Without the data.</summary>
    public override string ToString() => $"OldProfile {{ Plugin = {Plugin} }}";
}

/// <summary>A text of the user agreement.</summary>
/// <param name="Id">Its number, by which answers name it.</param>
/// <param name="Text">The text.</param>
/// <param name="At">When it came.</param>
public sealed record OldContract(string Id, string Text, string? At);

/// <summary>What a user said to a text.</summary>
/// <param name="User">The user.</param>
/// <param name="ContractId">The text's number; -1: the one that the Python Ahenk brought along.</param>
/// <param name="Choice">Y or N.</param>
/// <param name="At">When.</param>
public sealed record OldAnswer(string? User, string? ContractId, string? Choice, string? At);

/// <summary>A user who is logged in.</summary>
/// <param name="User">The login name.</param>
/// <param name="Domain">The directory domain.</param>
/// <param name="Display">The display.</param>
/// <param name="Desktop">The desktop.</param>
/// <param name="Host">Where the session comes from.</param>
/// <param name="At">Since when, in seconds since 1970.</param>
public sealed record OldSession(string? User, string? Domain, string? Display, string? Desktop, string? Host, string? At);
