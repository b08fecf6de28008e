using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Ahenk.Lider.Protocol;

/// <summary>LOGIN: a user logged in; brings Lider's inventory up to date as well (LP 3.5).</summary>
public sealed record LoginMessage() : AgentMessage("LOGIN")
{
    /// <summary>The login name; <see langword="null"/>: only the inventory is brought up to date.</summary>
    public string? Username { get; init; }

    /// <summary>The machine's host name.</summary>
    public required string Hostname { get; init; }

    /// <summary>The machine's addresses, separated by commas. Without them the server fails (LP 8.13).</summary>
    public required string IpAddresses { get; init; }

    /// <summary>The address of a thin client.</summary>
    public string? UserIp { get; init; }

    /// <summary>The distribution's version.</summary>
    public string? OsVersion { get; init; }

    /// <summary>The agent's version. Without it the server fails (LP 8.13).</summary>
    public required string AgentVersion { get; init; }

    /// <summary>Size of the disks in MB; the server takes no more than 2^31-1.</summary>
    public required int DiskTotal { get; init; }

    /// <summary>Used space in MB.</summary>
    public required int DiskUsed { get; init; }

    /// <summary>Free space in MB.</summary>
    public required int DiskFree { get; init; }

    /// <summary>Memory in MB.</summary>
    public required int Memory { get; init; }

    /// <summary>The SSDs as text. Without it the server fails once it was ever reported (LP 8.13).</summary>
    public required string HardwareDiskSsdInfo { get; init; }

    /// <summary>The hard disks as text. Without it the server fails once it was ever reported (LP 8.13).</summary>
    public required string HardwareDiskHddInfo { get; init; }

    private protected override string Subject => InboundParser.Quote(Username);

    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.LoginMessage;
}

/// <summary>LOGOUT: a user logged out (LP 3.5).</summary>
public sealed record LogoutMessage() : AgentMessage("LOGOUT")
{
    /// <summary>The login name.</summary>
    public required string Username { get; init; }

    /// <summary>The address of a thin client.</summary>
    public string? UserIp { get; init; }

    private protected override string Subject => InboundParser.Quote(Username);

    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.LogoutMessage;
}

/// <summary>GET_POLICIES: asks for a user's policies (LP 3.3); answered by <see cref="ExecutePolicyMessage"/>.</summary>
public sealed record GetPoliciesMessage() : AgentMessage("GET_POLICIES")
{
    /// <summary>The directory user.</summary>
    public required string Username { get; init; }

    /// <summary>The policies the agent has, by id; empty: Lider sends the whole set (LP 5.1.4).</summary>
    [JsonConverter(typeof(WirePoliciesConverter))]
    public IReadOnlyDictionary<long, KnownPolicy> PolicyList { get; init; } = new Dictionary<long, KnownPolicy>();

    /// <summary>The version of the user's policy; only the old server looks at it.</summary>
    public string? UserPolicyVersion { get; init; }

    /// <summary>The version of the machine's policy; only the old server looks at it.</summary>
    public string? AgentPolicyVersion { get; init; }

    private protected override string Subject => InboundParser.Quote(Username);

    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.GetPoliciesMessage;
}

/// <summary>A policy the agent has.</summary>
/// <param name="Version">Its version, as it came.</param>
/// <param name="AssignDate">
/// Its assignDate, exactly as it came. A server that cannot read it as <c>dd/MM/yyyy HH:mm:ss</c> never answers, so a policy without a
/// legible one is left out of the list (LP 3.3).
/// </param>
public readonly record struct KnownPolicy(string Version, string AssignDate);
