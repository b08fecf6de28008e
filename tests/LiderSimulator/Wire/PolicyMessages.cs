using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.People;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>Composes EXECUTE_POLICY (LP 2.5) of both servers.</summary>
public static class PolicyMessages
{
    /// <summary>The list form, of today's server.</summary>
    public static string List(string? username, JsonArray elements) => JacksonJson.Write(new JsonObject
    {
        ["type"] = "EXECUTE_POLICY",
        ["timestamp"] = null,
        ["username"] = username,
        ["executePolicyList"] = elements,
    });

    /// <summary>An element of the list: a policy in full.</summary>
    public static JsonObject Element(string? username, AssignedPolicy policy)
    {
        var element = Empty(username, policy.PolicyId, isDeleted: false);
        element["userPolicyProfiles"] = Profiles(policy, LiderEdition.Current);
        element["userPolicyVersion"] = policy.Version;
        element["userCommandExecutionId"] = policy.ExecutionId;
        element["userPolicyExpirationDate"] = policy.Expires is { } end ? LiderDates.SecondsInIstanbul(end) : null;
        element["fileServerConf"] = policy.FileServer?.DeepClone();
        element["assignDate"] = LiderDates.SecondsInIstanbul(policy.AssignedAt);
        return element;
    }

    /// <summary>An element of the list: a policy that is said to be assigned no more.</summary>
    public static JsonObject Deleted(string? username, long policyId) => Empty(username, policyId, isDeleted: true);

    /// <summary>The flat form, of the old server. A policy whose version the agent knows has neither profiles nor an end, but version and execution id.</summary>
    /// <param name="username">The user of the request.</param>
    /// <param name="user">The user's policy, and the version that the agent knows.</param>
    /// <param name="machine">The machine's policy, and the version that the agent knows.</param>
    /// <param name="now">The time.</param>
    public static string Flat(string? username, (AssignedPolicy? Policy, string? Known) user, (AssignedPolicy? Policy, string? Known) machine, DateTimeOffset now)
    {
        var message = new JsonObject { ["type"] = "EXECUTE_POLICY", ["username"] = username };
        foreach (var (name, (policy, known)) in (new[] { ("user", user), ("agent", machine) }))
        {
            var isNew = policy is not null && !string.Equals(policy.Version, known, StringComparison.OrdinalIgnoreCase);
            message[name + "PolicyProfiles"] = isNew ? Profiles(policy!, LiderEdition.Old) : null;
            message[name + "PolicyVersion"] = policy?.Version;
            message[name + "CommandExecutionId"] = policy?.ExecutionId;
            message[name + "PolicyExpirationDate"] = isNew ? policy!.Expires?.ToUnixTimeMilliseconds() : null;
        }

        message["timestamp"] = now.ToUnixTimeMilliseconds();
        message["fileServerConf"] = (user.Policy?.FileServer ?? machine.Policy?.FileServer)?.DeepClone();
        return JacksonJson.Write(message);
    }

    private static JsonObject Empty(string? username, long policyId, bool isDeleted) => new()
    {
        ["type"] = "EXECUTE_POLICY",
        ["timestamp"] = null,
        ["username"] = username,
        ["policyID"] = policyId,
        ["userPolicyProfiles"] = null,
        ["userPolicyVersion"] = null,
        ["userCommandExecutionId"] = null,
        ["userPolicyExpirationDate"] = null,
        ["agentPolicyProfiles"] = null,
        ["agentPolicyVersion"] = null,
        ["agentCommandExecutionId"] = null,
        ["agentPolicyExpirationDate"] = null,
        ["fileServerConf"] = null,
        ["isDeleted"] = isDeleted,
        ["assignDate"] = null,
    };

    private static JsonArray Profiles(AssignedPolicy policy, LiderEdition edition) =>
        new([.. policy.Profiles.Select((profile, index) => (JsonNode)Profile(profile, (policy.PolicyId * 100) + index, policy.AssignedAt, edition))]);

    private static JsonObject Profile(PolicyProfile profile, long id, DateTimeOffset created, LiderEdition edition)
    {
        var isCurrent = edition == LiderEdition.Current;
        var result = new JsonObject
        {
            ["id"] = id,
            ["plugin"] = LiderMessages.Plugin(profile.Plugin, profile.PluginVersion, usesFiles: false, created, edition),
            ["label"] = profile.Label,
            ["description"] = null,
            ["overridable"] = profile.IsOverridable,
            ["active"] = true,
            ["deleted"] = false,
            ["profileData"] = profile.Data.DeepClone(),
            ["createDate"] = isCurrent ? LiderDates.SecondsInIstanbul(created) : created.ToUnixTimeMilliseconds(),
            ["modifyDate"] = null,
        };
        if (isCurrent)
        {
            result["pluginName"] = null;
        }

        return result;
    }
}
