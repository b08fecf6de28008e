using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Ahenk.Lider.Protocol;

/// <summary>
/// EXECUTE_POLICY: the answer to GET_POLICIES (LP 2.5), the list form of today's server and the flat form of the old one in one model.
/// </summary>
public sealed record ExecutePolicyMessage() : LiderMessage(TypeName)
{
    internal const string TypeName = "EXECUTE_POLICY";

    /// <summary>The user it is about, as the request named them.</summary>
    public string? Username { get; init; }

    /// <summary>
    /// Whether it came in the old server's flat form: then there is exactly one entry, without <see cref="PolicyEntry.PolicyId"/>, and a
    /// <see cref="PolicyPart.Version"/> of <see langword="null"/> means that no policy is assigned (LP 5.2).
    /// </summary>
    public bool IsFlat { get; init; }

    /// <summary>The entries; in the list form, none means that nothing has changed (LP 5.1.5).</summary>
    public required IReadOnlyList<PolicyEntry> Policies { get; init; }

    private protected override string Subject =>
        string.Create(CultureInfo.InvariantCulture, $"for {InboundParser.Quote(Username)}, {Policies.Count} {(IsFlat ? "flat" : "listed")}");
}

/// <summary>What Lider says about one policy.</summary>
public sealed record PolicyEntry
{
    /// <summary>Lider's id of the policy; <see langword="null"/> in the flat form.</summary>
    public long? PolicyId { get; init; }

    /// <summary>The user it is about.</summary>
    public string? Username { get; init; }

    /// <summary>
    /// Whether the policy is no longer assigned. Not to be believed when the same message holds the policy in full (LP 5.1.4).
    /// </summary>
    public bool IsDeleted { get; init; }

    /// <summary>When it was assigned, exactly as it came: GET_POLICIES has to echo it (LP 5.1.3).</summary>
    public string? AssignDate { get; init; }

    /// <summary>The part that is about the user.</summary>
    public required PolicyPart User { get; init; }

    /// <summary>The part that is about the machine; only the old server fills it (LP 5.1.7).</summary>
    public required PolicyPart Agent { get; init; }

    /// <summary>Where files go; only when a profile's plugin uses files.</summary>
    public FileServer? FileServer { get; init; }
}

/// <summary>The profiles of a policy that are about the user, or about the machine.</summary>
public sealed record PolicyPart
{
    /// <summary>What to apply; <see langword="null"/> when there is nothing, or nothing new (LP 5.2).</summary>
    public IReadOnlyList<PolicyProfile>? Profiles { get; init; }

    /// <summary>The version, for example <c>12-3</c>.</summary>
    public string? Version { get; init; }

    /// <summary>What POLICY_STATUS has to bear as <c>commandExecutionId</c>.</summary>
    public long? CommandExecutionId { get; init; }

    /// <summary>When the policy ends, as it came; <see langword="null"/>: never.</summary>
    public string? ExpirationDateText { get; init; }

    /// <summary>The same as a date; <see langword="null"/> also when the text cannot be read.</summary>
    public LiderDate? ExpirationDate => LiderDate.TryParse(ExpirationDateText);
}

/// <summary>One plugin's share of a policy (LP 2.5.1).</summary>
public sealed record PolicyProfile
{
    /// <summary>Lider's id of the profile.</summary>
    public long? Id { get; init; }

    /// <summary>The plugin that applies it; <see langword="null"/> or nameless when Lider left it out.</summary>
    [JsonConverter(typeof(LenientObjectConverter<PluginDescription>))]
    public PluginDescription? Plugin { get; init; }

    /// <summary>The profile's name.</summary>
    public string? Label { get; init; }

    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>Whether a user may override it.</summary>
    public bool? Overridable { get; init; }

    /// <summary>Whether it is active.</summary>
    public bool? Active { get; init; }

    /// <summary>Whether it is deleted.</summary>
    public bool? Deleted { get; init; }

    /// <summary>What the plugin gets. May hold secrets.</summary>
    public JsonObject? ProfileData { get; init; }

    /// <summary>When it was made.</summary>
    public LiderDate? CreateDate { get; init; }

    /// <summary>When it was changed.</summary>
    public LiderDate? ModifyDate { get; init; }

    /// <summary>Id, label and plugin; never the data.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"profile {Id} {InboundParser.Quote(Label)} of {InboundParser.Quote(Plugin?.Name)}");
}

/// <summary>EXECUTE_POLICY as it comes: the outer object of either form, and an element of the list.</summary>
internal sealed class ExecutePolicyWire
{
    public LiderDate? Timestamp { get; init; }

    public string? Username { get; init; }

    // Undefined when the field is absent, which is what tells the forms apart.
    public JsonElement ExecutePolicyList { get; init; }

    [JsonPropertyName("policyID")]
    public long? PolicyId { get; init; }

    public bool? IsDeleted { get; init; }

    public string? AssignDate { get; init; }

    [JsonConverter(typeof(LenientListConverter<PolicyProfile>))]
    public IReadOnlyList<PolicyProfile>? UserPolicyProfiles { get; init; }

    public string? UserPolicyVersion { get; init; }

    public long? UserCommandExecutionId { get; init; }

    public string? UserPolicyExpirationDate { get; init; }

    [JsonConverter(typeof(LenientListConverter<PolicyProfile>))]
    public IReadOnlyList<PolicyProfile>? AgentPolicyProfiles { get; init; }

    public string? AgentPolicyVersion { get; init; }

    public long? AgentCommandExecutionId { get; init; }

    public string? AgentPolicyExpirationDate { get; init; }

    [JsonConverter(typeof(LenientObjectConverter<FileServerWire>))]
    public FileServerWire? FileServerConf { get; init; }

    public LiderInbound ToMessage()
    {
        if (ExecutePolicyList.ValueKind == JsonValueKind.Undefined)
        {
            return new ExecutePolicyMessage { Username = Username, IsFlat = true, Policies = [ToEntry()], Timestamp = Timestamp };
        }

        // A list that cannot be read must not pass for the flat form, where its absence would mean "no policy".
        if (ExecutePolicyList.ValueKind != JsonValueKind.Array)
        {
            return InboundParser.Invalid(ExecutePolicyMessage.TypeName, "executePolicyList is not a list, so nothing is changed");
        }

        var entries = new List<PolicyEntry>();
        foreach (var element in ExecutePolicyList.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                entries.Add(element.Deserialize(InboundJson.Default.ExecutePolicyWire)!.ToEntry());
            }
        }

        return new ExecutePolicyMessage { Username = Username, Policies = entries, Timestamp = Timestamp };
    }

    private PolicyEntry ToEntry() => new()
    {
        PolicyId = PolicyId,
        Username = Username,
        IsDeleted = IsDeleted ?? false,
        AssignDate = AssignDate,
        User = new PolicyPart
        {
            Profiles = UserPolicyProfiles,
            Version = UserPolicyVersion,
            CommandExecutionId = UserCommandExecutionId,
            ExpirationDateText = UserPolicyExpirationDate,
        },
        Agent = new PolicyPart
        {
            Profiles = AgentPolicyProfiles,
            Version = AgentPolicyVersion,
            CommandExecutionId = AgentCommandExecutionId,
            ExpirationDateText = AgentPolicyExpirationDate,
        },
        FileServer = FileServerConf?.ToFileServer(),
    };
}
