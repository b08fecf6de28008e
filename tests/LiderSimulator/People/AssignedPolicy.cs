using System.Globalization;
using System.Text.Json.Nodes;

namespace Ahenk.LiderSimulator.People;

/// <summary>One plugin's share of a policy.</summary>
/// <param name="Plugin">The plugin.</param>
/// <param name="Data">What it gets.</param>
public sealed record PolicyProfile(string Plugin, JsonObject Data)
{
    /// <summary>The version of the plugin that is asked for; every seeded one is 1.0.0 (PL 0.1).</summary>
    public string PluginVersion { get; init; } = "1.0.0";

    /// <summary>The profile's name.</summary>
    public string Label { get; init; } = "p";

    /// <summary>Whether a machine's profile leaves the word to a user's of the same plugin.</summary>
    public bool IsOverridable { get; init; } = true;
}

/// <summary>A policy as it is assigned to a user or a machine. A snapshot.</summary>
public sealed record AssignedPolicy
{
    /// <summary>The server's id of the policy.</summary>
    public required long PolicyId { get; init; }

    /// <summary>How often it was written: 1 at first, one more with each change (LP 5.1.6).</summary>
    public required int Number { get; init; }

    /// <summary>What <c>commandExecutionId</c> of its POLICY_STATUS is.</summary>
    public required long ExecutionId { get; init; }

    /// <summary>When it was assigned.</summary>
    public required DateTimeOffset AssignedAt { get; init; }

    /// <summary>When it ends; today's server leaves it to the agent to notice (LP 5.1.2).</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Its profiles.</summary>
    public required IReadOnlyList<PolicyProfile> Profiles { get; init; }

    /// <summary>The <c>fileServerConf</c>, where a profile's plugin uses files.</summary>
    public JsonObject? FileServer { get; init; }

    /// <summary>For this user there is an exception: it is assigned, but not sent (LP 5.1.3).</summary>
    public bool IsExcepted { get; init; }

    /// <summary>The version as it is sent.</summary>
    public string Version => string.Create(CultureInfo.InvariantCulture, $"{PolicyId}-{Number}");
}
