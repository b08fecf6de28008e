using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ahenk.Grains.Policies;

/// <summary>All that is stored of the policies of one user, or of the machine. Values never change.</summary>
public sealed record PolicyState
{
    /// <summary>The name that plugins get; <see langword="null"/> for the machine.</summary>
    [JsonPropertyName("user")]
    public string? User { get; init; }

    /// <summary>Whether the user is logged in, or not all that was applied has been undone since.</summary>
    [JsonPropertyName("in")]
    public bool IsIn { get; init; }

    /// <summary>The run of the machine in which this was stored; what was applied in an earlier one may not be in force any more.</summary>
    [JsonPropertyName("boot")]
    public string? Boot { get; init; }

    /// <summary>When Lider last said what is assigned.</summary>
    [JsonPropertyName("receivedAt")]
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>What is assigned.</summary>
    [JsonPropertyName("set")]
    public PolicySet Set { get; init; } = PolicySet.Empty;

    /// <summary>What is applied, in order.</summary>
    [JsonPropertyName("applied")]
    public IReadOnlyList<AppliedProfile> Applied { get; init; } = [];

    /// <summary>The prints of profiles that wait for their plugins and were reported as failed meanwhile.</summary>
    [JsonPropertyName("vain")]
    public IReadOnlyList<string> InVain { get; init; } = [];

    /// <summary>The form in which it is stored. Holds the profiles' data, and what is secret in them.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PolicyJson.Default.PolicyState);

    /// <summary>Reads what <see cref="ToJson"/> wrote, now or in an earlier version of the agent.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static PolicyState FromJson(string json) =>
        JsonSerializer.Deserialize(json, PolicyJson.Default.PolicyState) ?? throw new JsonException("The text is the JSON text null.");

    /// <summary>Who and how many; no data.</summary>
    public override string ToString() => $"PolicyState {{ {User}, {Set} }}";
}
