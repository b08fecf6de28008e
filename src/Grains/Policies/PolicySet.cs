using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ahenk.Lider.Protocol;

namespace Ahenk.Grains.Policies;

/// <summary>Whom policies are about.</summary>
public enum PolicyScope
{
    /// <summary>The machine, whoever uses it; only the old server has such (LP 5.1.7).</summary>
    [JsonStringEnumMemberName("machine")]
    Machine,

    /// <summary>One user.</summary>
    [JsonStringEnumMemberName("user")]
    User,
}

/// <summary>The policies that are assigned to one user, or to the machine, as they are stored. Values never change.</summary>
public sealed record PolicySet
{
    /// <summary>No policies.</summary>
    public static PolicySet Empty { get; } = new();

    /// <summary>The policies in the order in which they are applied: as they were assigned.</summary>
    [JsonPropertyName("policies")]
    public IReadOnlyList<StoredPolicy> Policies { get; init; } = [];

    /// <summary>The policy of the old server, which has one at most and gives it no id (LP 5.2).</summary>
    [JsonIgnore]
    public StoredPolicy? Flat => Policies.FirstOrDefault(policy => policy.Id is null);

    /// <summary>The form in which it is stored. Holds the profiles' data, and what is secret in them.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PolicyJson.Default.PolicySet);

    /// <summary>Reads what <see cref="ToJson"/> wrote, now or in an earlier version of the agent.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static PolicySet FromJson(string json) =>
        JsonSerializer.Deserialize(json, PolicyJson.Default.PolicySet) ?? throw new JsonException("The text is the JSON text null.");

    /// <summary>How many there are.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"PolicySet {{ Policies = {Policies.Count} }}");
}

/// <summary>One assigned policy: the part of it that is about the scope it is stored for.</summary>
public sealed record StoredPolicy
{
    /// <summary>Lider's id; <see langword="null"/> for the policy of the old server.</summary>
    [JsonPropertyName("id")]
    public long? Id { get; init; }

    /// <summary>Its version, to the letter.</summary>
    [JsonPropertyName("version")]
    public string? Version { get; init; }

    /// <summary>When it was assigned, to the letter (LP 5.1.3).</summary>
    [JsonPropertyName("assignDate")]
    public string? AssignDate { get; init; }

    /// <summary>When it ends, to the letter; <see langword="null"/>: never.</summary>
    [JsonPropertyName("expires")]
    public string? ExpirationText { get; init; }

    /// <summary>What POLICY_STATUS has to bear as <c>commandExecutionId</c>; without it nothing can be reported (LP 3.6).</summary>
    [JsonPropertyName("executionId")]
    public long? ExecutionId { get; init; }

    /// <summary>Its profiles, in the order in which they are applied.</summary>
    [JsonPropertyName("profiles")]
    public IReadOnlyList<StoredProfile> Profiles { get; init; } = [];

    /// <summary>When it ends.</summary>
    /// <param name="zone">The zone of Lider's wall clock (LP 2.5), see <see cref="PolicyZone"/>.</param>
    /// <returns><see langword="null"/>: it does not end, or Lider's text cannot be read.</returns>
    public DateTimeOffset? EndsAt(TimeZoneInfo zone) => LiderDate.TryParse(ExpirationText)?.ToInstant(zone);

    /// <summary>Id and version, for people and logs.</summary>
    public override string ToString() => Id is { } id
        ? string.Create(CultureInfo.InvariantCulture, $"policy {id} (version {Version ?? "unknown"})")
        : $"the policy of version {Version ?? "unknown"}";
}

/// <summary>One plugin's share of a policy.</summary>
public sealed record StoredProfile
{
    /// <summary>Lider's id of it.</summary>
    [JsonPropertyName("id")]
    public long? Id { get; init; }

    /// <summary>Its name.</summary>
    [JsonPropertyName("label")]
    public string? Label { get; init; }

    /// <summary>The plugin's name, lower case; empty when Lider named none.</summary>
    [JsonPropertyName("plugin")]
    public string Plugin { get; init; } = "";

    /// <summary>The version of the plugin that is wanted; <see langword="null"/>: any.</summary>
    [JsonPropertyName("pluginVersion")]
    public string? PluginVersion { get; init; }

    /// <summary>What the plugin gets, as JSON text of an object. May hold secrets.</summary>
    [JsonPropertyName("data")]
    public string Data { get; init; } = "{}";

    /// <summary>Whether a user's profile takes its place, as on the wire.</summary>
    [JsonPropertyName("overridable")]
    public bool? Overridable { get; init; }

    /// <summary>Whether it is active, as on the wire.</summary>
    [JsonPropertyName("active")]
    public bool? Active { get; init; }

    /// <summary>Whether it is deleted, as on the wire.</summary>
    [JsonPropertyName("deleted")]
    public bool? Deleted { get; init; }

    /// <summary>Whether Lider wants it applied: it does unless it says otherwise.</summary>
    [JsonIgnore]
    public bool IsInUse => Active != false && Deleted != true;

    /// <summary>Id and plugin; never the data.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"profile {Id} of the plugin '{Plugin}'");
}

/// <summary>
/// A profile that was handed to its plugin, whatever the plugin answered, and has not been undone since; or one that was refused, so that it is not
/// refused again.
/// </summary>
public sealed record AppliedProfile
{
    /// <summary>The plugin, lower case.</summary>
    [JsonPropertyName("plugin")]
    public required string Plugin { get; init; }

    /// <summary>Whose profile it was.</summary>
    [JsonPropertyName("scope")]
    public required PolicyScope Scope { get; init; }

    /// <summary>The policy's id.</summary>
    [JsonPropertyName("policy")]
    public long? PolicyId { get; init; }

    /// <summary>The profile's id.</summary>
    [JsonPropertyName("profile")]
    public long? ProfileId { get; init; }

    /// <summary>What it was, see <see cref="ProfilePrint"/>; empty when nobody knows how much of it is in force.</summary>
    [JsonPropertyName("print")]
    public required string Print { get; init; }

    /// <summary>Whether it was refused: then there is nothing to undo.</summary>
    [JsonPropertyName("refused")]
    public bool IsRefused { get; init; }

    /// <summary>Whether nobody knows how much of it is in force.</summary>
    [JsonIgnore]
    public bool IsInterrupted => Print.Length == 0;

    /// <summary>The same, of which nobody knows how much is in force. What was refused stays refused.</summary>
    public AppliedProfile Interrupted() => IsRefused ? this : this with { Print = "" };

    /// <summary>The form in which a list of them is stored, in the order in which they were applied.</summary>
    public static string ToJson(IReadOnlyList<AppliedProfile> applied) =>
        JsonSerializer.Serialize(applied, PolicyJson.Default.IReadOnlyListAppliedProfile);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static IReadOnlyList<AppliedProfile> FromJson(string json) =>
        JsonSerializer.Deserialize(json, PolicyJson.Default.IReadOnlyListAppliedProfile) ?? throw new JsonException("The text is the JSON text null.");
}

/// <summary>
/// Readers and writers of what is stored. Each member names itself on the disk, so that no renaming in the code orphans a row; a new member must
/// be one that older rows can lack.
/// </summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PolicySet))]
[JsonSerializable(typeof(IReadOnlyList<AppliedProfile>))]
[JsonSerializable(typeof(PolicyState))]
internal sealed partial class PolicyJson : JsonSerializerContext;
