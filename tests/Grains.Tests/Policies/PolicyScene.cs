using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Policies;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests.Policies;

/// <summary>A machine with policies: what Lider says, what plugins are asked, what is reported.</summary>
internal sealed class PolicyScene : IAsyncDisposable
{
    public const string Machine = IPolicyGrain.MachineKey;

    private PolicyScene(GrainCluster silo) => Silo = silo;

    public GrainCluster Silo { get; private set; }

    public FakeDocumentStore Store => Silo.Documents;

    public ScriptedHost Host => Silo.Host;

    /// <summary>What plugins were asked, in order: <c>apply usb 901 ayse</c>, <c>safe usb ayse</c>, without a name for the machine.</summary>
    public IReadOnlyList<string> Done => [.. Host.Works.Select(Describe)];

    /// <summary>What was reported, in order: <c>901 POLICY_PROCESSED</c>.</summary>
    public IReadOnlyList<string> Reports => [.. Statuses.Select(status => $"{status["commandExecutionId"]} {status["responseCode"]}")];

    public IReadOnlyList<JsonNode> Statuses => Sent("POLICY_STATUS");

    public IReadOnlyList<JsonNode> Requests => Sent("GET_POLICIES");

    public static async Task<PolicyScene> StartAsync(bool isRegistered = true)
    {
        var scene = new PolicyScene(await GrainCluster.StartAsync());
        await scene.Register(isRegistered);
        return scene;
    }

    public IPolicyGrain Of(string key) => Silo.Policies(key);

    /// <summary>The agent ends, in order or because it is killed, and starts again over the same database.</summary>
    public async Task Restart(bool isKilled = false, string boot = "boot-1")
    {
        var old = Silo;
        if (isKilled)
        {
            Store.FailNext(int.MaxValue);
        }

        await old.DisposeAsync();
        Store.FailNext(0);
        Silo = await GrainCluster.StartAsync(documents: old.Documents);
        Silo.Host.OnFind = old.Host.OnFind;
        Silo.Boot.Id = boot;
        await Register(true);
    }

    /// <summary>A whole login: what Lider says comes in time.</summary>
    public async Task Login(string user, string reply)
    {
        await Of(user).Enter(user);
        await Of(user).Receive(reply);
        await Settle(user);
    }

    public async Task Logout(string user)
    {
        await Of(user).Leave();
        await Of(user).Undone();
        await Settle();
    }

    /// <summary>Waits until nothing more happens for these users and the machine.</summary>
    public async Task Settle(params string[] users)
    {
        for (var round = 0; round < 3; round++)
        {
            foreach (var key in users.Append(Machine))
            {
                await Of(key).Replan();
                await Store.WaitAsync(store => !(store.Documents.GetValueOrDefault(new DocumentKey(DocumentKinds.Policies, key)) ?? "").Contains("\"print\":\"\"", StringComparison.Ordinal));
            }
        }
    }

    public Task WhenReported(int count) => Silo.AdvanceUntil(Store.WaitAsync(_ => Statuses.Count >= count));

    public PolicyState State(string key) => PolicyState.FromJson(Store.Documents[new DocumentKey(DocumentKinds.Policies, key)]);

    /// <summary>Lider's answer in today's form.</summary>
    public static string List(string user, params JsonObject[] policies) =>
        new JsonObject { ["type"] = "EXECUTE_POLICY", ["timestamp"] = null, ["username"] = user, ["executePolicyList"] = new JsonArray([.. policies]) }.ToJsonString();

    /// <summary>An entry of it; its execution is 900 more than its id.</summary>
    public static JsonObject Policy(long id, int edition, params JsonObject[] profiles) => new()
    {
        ["policyID"] = id,
        ["userPolicyVersion"] = $"{id}-{edition}",
        ["userCommandExecutionId"] = 900 + id,
        ["userPolicyExpirationDate"] = null,
        ["isDeleted"] = false,
        ["assignDate"] = "01/03/2026 09:15:22",
        ["userPolicyProfiles"] = new JsonArray([.. profiles]),
    };

    /// <summary>The answer of the old server, with a policy of the user and one of the machine; its executions are 901 and 801.</summary>
    public static string Flat(string? user, JsonObject[]? userProfiles, JsonObject[]? machineProfiles, int edition = 1)
    {
        var body = new JsonObject { ["type"] = "EXECUTE_POLICY", ["username"] = user, ["timestamp"] = 1772432482000 };
        foreach (var (prefix, profiles, execution) in ((string, JsonObject[]?, int)[])[("user", userProfiles, 901), ("agent", machineProfiles, 801)])
        {
            body[$"{prefix}PolicyVersion"] = profiles is null ? null : $"{prefix}-{edition}";
            body[$"{prefix}CommandExecutionId"] = profiles is null ? null : execution;
            body[$"{prefix}PolicyProfiles"] = profiles is null ? null : new JsonArray([.. profiles]);
        }

        return body.ToJsonString();
    }

    public static JsonObject Profile(long id, string plugin, int data = 1, bool overridable = false, string version = "1.0.0") => new()
    {
        ["id"] = id,
        ["overridable"] = overridable,
        ["active"] = true,
        ["deleted"] = false,
        ["profileData"] = new JsonObject { ["n"] = data },
        ["plugin"] = new JsonObject { ["name"] = plugin, ["version"] = version },
    };

    public ValueTask DisposeAsync() => Silo.DisposeAsync();

    private static string Describe((string Plugin, PluginWork Work) run) => (run.Work.Kind switch
    {
        PluginWorkKind.Mode => $"{run.Work.Command.ToLowerInvariant()} {run.Plugin}",
        _ => string.Create(CultureInfo.InvariantCulture, $"apply {run.Plugin} {run.Work.Id}"),
    }) + (run.Work.UserName is { } user ? $" {user}" : "");

    private IReadOnlyList<JsonNode> Sent(string type) =>
        [.. Store.Messages.Select(draft => JsonNode.Parse(draft.Body)!).Where(message => (string?)message["type"] == type)];

    private async Task Register(bool isRegistered)
    {
        Host.Plugins = [.. ((string[])["usb", "conky", "script"]).Select(name => new PluginReport { Name = name, Kind = "dotnet", Status = PluginStatus.Active, Folder = "/test" })];
        if (isRegistered)
        {
            await Silo.Agent.MarkRegistered("{}", null);
        }
    }
}
