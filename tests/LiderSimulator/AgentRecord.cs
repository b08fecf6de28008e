namespace Ahenk.LiderSimulator;

/// <summary>What the server knows of an agent. A snapshot.</summary>
public sealed record AgentRecord
{
    /// <summary>The local part of its JID.</summary>
    public required string Name { get; init; }

    /// <summary>Whether <c>c_agent</c> has a row for it: only then are its answers stored.</summary>
    public bool IsRegistered { get; init; }

    /// <summary>The password its XMPP account has, as far as the server knows.</summary>
    public string? AccountPassword { get; init; }

    /// <summary>The host name from REGISTER.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Hardware addresses from REGISTER, lower case.</summary>
    public IReadOnlyList<string> MacAddresses { get; init; } = [];

    /// <summary>Names of the properties stored from REGISTER's <c>data</c>.</summary>
    public IReadOnlySet<string> Properties { get; init; } = new HashSet<string>();

    /// <summary>Those of them that a LOGIN reads as a Java int and cannot: it fails (LP 3.5).</summary>
    public IReadOnlySet<string> UnreadableProperties { get; init; } = new HashSet<string>();

    /// <summary>How many REGISTERs were answered REGISTERED.</summary>
    public int Registrations { get; init; }

    /// <summary>It has accepted the server's presence subscription (LP 1.7).</summary>
    public bool HasAcceptedSubscription { get; init; }

    /// <summary>Its presence is available: the server shows it as online.</summary>
    public bool IsOnline { get; init; }

    /// <summary>The priority of its last available presence.</summary>
    public int Priority { get; init; }
}
