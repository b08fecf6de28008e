using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>Policies over the control socket.</summary>
internal sealed class PolicyControl(IGrainFactory grains, IDocumentStore store) : IControlMethods
{
    public IEnumerable<ControlMethod> Methods => [new("policies", async (request, _, _) => await ExplainAsync(request.OptionalText("user")))];

    /// <summary>What is assigned, and what would be done now.</summary>
    /// <param name="user">Whose policies, beside the machine's, also as <c>DOMAIN\user</c>; <see langword="null"/>: everybody's of whom something is stored.</param>
    /// <exception cref="ControlException">Nothing is stored of this user.</exception>
    public async Task<JsonArray> ExplainAsync(string? user)
    {
        var known = (await store.ListAsync(DocumentKinds.Policies)).Select(document => document.Key.Name).Where(name => name != IPolicyGrain.MachineKey).ToArray();
        if (user is not null)
        {
            var name = user[(user.LastIndexOf('\\') + 1)..];
            known = known.Contains(name)
                ? [name]
                : throw new ControlException(JsonRpc.InvalidParams, $"Nothing is stored of policies of '{name}': that user has not logged in since the agent was installed.");
        }

        var described = await Task.WhenAll(known.Prepend(IPolicyGrain.MachineKey).Select(async key => Describe(key, await grains.GetGrain<IPolicyGrain>(key).Explain())));
        return new JsonArray([.. described]);
    }

    private static JsonObject Describe(string key, PolicyReportView view) => new JsonObject
    {
        ["user"] = key == IPolicyGrain.MachineKey ? null : key,
        ["received_at"] = view.ReceivedAt,
        ["policies"] = new JsonArray([.. view.Policies.Select(policy => (JsonNode)new JsonObject
        {
            ["id"] = policy.Id,
            ["version"] = policy.Version,
            ["assigned"] = policy.AssignDate,
            ["expires"] = policy.Expires,
            ["plugins"] = new JsonArray([.. policy.Plugins.Select(plugin => JsonValue.Create(plugin))]),
        })]),
        ["plan"] = new JsonArray([.. view.Steps.Select(step => (JsonNode)new JsonObject
        {
            ["kind"] = step.Kind,
            ["scope"] = step.Scope,
            ["plugin"] = step.Plugin,
            ["reason"] = step.Reason,
        })]),
    };
}
