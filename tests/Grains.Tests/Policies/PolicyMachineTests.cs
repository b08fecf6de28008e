using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using static Ahenk.Grains.Tests.Policies.PolicyScene;

namespace Ahenk.Grains.Tests.Policies;

/// <summary>The machine's policies beside those of users: who takes precedence, and that a plugin works for one of them at a time.</summary>
[Trait("Category", "Unit")]
public sealed class PolicyMachineTests : IAsyncLifetime
{
    private PolicyScene _scene = null!;

    public async ValueTask InitializeAsync() => _scene = await PolicyScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    /// <summary>Issue 5's table, through the grains: what is done at a login, and what after the logout.</summary>
    [Theory]
    [InlineData(false, false, false, false, "", "")]
    [InlineData(false, false, false, true, "", "")]
    [InlineData(false, false, true, false, "", "")]
    [InlineData(false, false, true, true, "", "")]
    [InlineData(false, true, false, false, "", "")]
    [InlineData(false, true, false, true, "machine", "machine")]
    [InlineData(false, true, true, false, "", "")]
    [InlineData(false, true, true, true, "machine", "machine")]
    [InlineData(true, false, false, false, "", "")]
    [InlineData(true, false, false, true, "user", "")]
    [InlineData(true, false, true, false, "", "")]
    [InlineData(true, false, true, true, "user", "")]
    [InlineData(true, true, false, false, "", "")]
    [InlineData(true, true, false, true, "machine", "machine")]
    [InlineData(true, true, true, false, "", "")]
    [InlineData(true, true, true, true, "user", "machine")]
    public async Task The_override_rule(bool user, bool machine, bool overridable, bool present, string atLogin, string afterLogout)
    {
        _scene.Host.OnFind = (_, _, _) => present ? default : new PluginLookup("It is not here.", true, false, false);

        await _scene.Login("ayse", Flat("ayse", user ? [Profile(1, "usb")] : null, machine ? [Profile(2, "usb", overridable: overridable)] : null));

        Assert.Equal(Expected(atLogin), _scene.Done);
        Assert.Equal(atLogin switch { "user" => ["901 POLICY_PROCESSED"], "machine" => ["801 POLICY_PROCESSED"], _ => [] }, _scene.Reports);

        var before = _scene.Done.Count;
        await _scene.Logout("ayse");
        await _scene.Settle();

        // Nobody knows whether the machine's was applied before the safe modes of the logout or after.
        string[] doubted = (atLogin, afterLogout) == ("machine", "machine") ? ["safe usb"] : [];
        Assert.Equal(doubted.Concat(Expected(afterLogout)), _scene.Done.Skip(before));

        static string[] Expected(string who) => who switch { "user" => ["apply usb 901 ayse"], "machine" => ["apply usb 801"], _ => [] };
    }

    [Fact]
    public async Task The_machine_s_policies_are_applied_at_its_start_without_a_user_and_left_alone_when_only_the_agent_starts()
    {
        await _scene.Of(Machine).Receive(Flat(null, null, [Profile(2, "usb")]));
        await _scene.Settle();
        Assert.Equal(["apply usb 801"], _scene.Done);

        await _scene.Restart();
        await _scene.Settle();
        Assert.Empty(_scene.Done);

        await _scene.Restart(boot: "boot-2");
        await _scene.Settle();
        Assert.Equal(["safe usb", "apply usb 801"], _scene.Done);
        Assert.Equal(2, _scene.Reports.Count);
    }

    [Fact]
    public async Task A_login_undoes_the_machine_s_too_so_they_are_applied_and_reported_once_more()
    {
        var reply = Flat("ayse", null, [Profile(2, "usb")]);
        await _scene.Login("ayse", reply);
        await _scene.Logout("ayse");
        var before = _scene.Done.Count;

        await _scene.Login("ayse", reply);

        Assert.Equal(["safe usb", "apply usb 801"], _scene.Done.Skip(before));
        Assert.Equal(_scene.Done.Count(line => line.StartsWith("apply", StringComparison.Ordinal)), _scene.Reports.Count);
    }

    [Fact]
    public async Task The_machine_s_profile_is_undone_before_the_user_s_is_applied()
    {
        await _scene.Login("can", Flat("can", null, [Profile(2, "usb", overridable: true)]));
        Assert.Equal(["apply usb 801"], _scene.Done);
        await _scene.Login("ayse", Flat("ayse", null, [Profile(2, "usb", overridable: true)]));
        var before = _scene.Done.Count;

        await _scene.Of("ayse").Receive(Flat("ayse", [Profile(1, "usb")], [Profile(2, "usb", overridable: true)]));
        await _scene.Settle("ayse", "can");

        Assert.Equal(["safe usb", "apply usb 901 ayse"], _scene.Done.Skip(before));
    }

    [Fact]
    public async Task The_user_s_profile_is_undone_before_the_machine_s_takes_its_place()
    {
        var go = new TaskCompletionSource();
        await _scene.Login("ayse", Flat("ayse", [Profile(1, "usb")], [Profile(2, "usb", overridable: true)]));
        Assert.Equal(["apply usb 901 ayse"], _scene.Done);
        _scene.Host.Gate = (_, work) => work.Kind == PluginWorkKind.Mode ? go.Task : Task.CompletedTask;

        await _scene.Of("ayse").Receive(Flat("ayse", [Profile(1, "usb")], [Profile(2, "usb")], edition: 2));
        await _scene.Host.WhenWorked(works => works.Count == 2);
        await _scene.Of(Machine).Replan();
        go.SetResult();
        await _scene.Settle("ayse");

        Assert.Equal(["apply usb 901 ayse", "safe usb ayse", "apply usb 801"], _scene.Done);
        Assert.Equal(["901 POLICY_PROCESSED", "801 POLICY_PROCESSED"], _scene.Reports);
    }

    [Fact]
    public async Task Of_two_users_one_keeps_the_machine_s_profile_away_as_long_as_that_one_is_here()
    {
        JsonObject[] MachineProfile() => [Profile(2, "usb", overridable: true)];
        await _scene.Login("ayse", Flat("ayse", [Profile(1, "usb")], MachineProfile()));
        await _scene.Login("can", Flat("can", null, MachineProfile()));
        await _scene.Settle("ayse", "can");
        Assert.Equal(["apply usb 901 ayse"], _scene.Done);

        await _scene.Logout("ayse");
        await _scene.Settle("can");
        Assert.Equal(["apply usb 901 ayse", "apply usb 801"], _scene.Done);
    }

    [Fact]
    public async Task After_a_restart_the_machine_takes_nothing_that_a_user_still_uses()
    {
        await _scene.Login("ayse", Flat("ayse", [Profile(1, "usb")], [Profile(2, "usb", overridable: true)]));
        await _scene.Restart();

        await _scene.Settle();
        await _scene.Of("ayse").Resume("ayse");
        await _scene.Settle("ayse");
        Assert.Empty(_scene.Done);

        // Gone while the agent was away.
        await _scene.Restart();
        await _scene.Settle();
        await _scene.Logout("ayse");
        await _scene.Settle();
        Assert.Equal(["apply usb 801"], _scene.Done);
    }

    [Fact]
    public async Task The_versions_of_the_old_server_are_sent_back_to_the_letter()
    {
        await _scene.Login("ayse", Flat("ayse", [Profile(1, "usb")], [Profile(2, "conky")]));
        await _scene.Logout("ayse");
        await _scene.Of("ayse").Enter("ayse");

        Assert.Equal(("user-1", "agent-1"), ((string?)_scene.Requests[1]["userPolicyVersion"], (string?)_scene.Requests[1]["agentPolicyVersion"]));
    }

    [Fact]
    public async Task A_message_without_a_user_is_the_machine_s_alone()
    {
        await _scene.Of(Machine).Receive(Flat(null, [Profile(1, "usb")], [Profile(2, "conky")]));
        await _scene.Settle();

        Assert.Equal(["apply conky 801"], _scene.Done);
        Assert.Equal([Machine], _scene.Store.Documents.Keys.Select(key => key.Name));
    }

    [Fact]
    public async Task Today_s_server_has_nothing_for_machines_and_leaves_nothing_behind_there()
    {
        await _scene.Login("ayse", List("ayse", Policy(1, 1, Profile(1, "usb"))));
        Assert.Equal(["ayse"], _scene.Store.Documents.Keys.Select(key => key.Name));

        await _scene.Of("ayse").Receive(Flat("ayse", null, [Profile(2, "conky")]));
        await _scene.Settle("ayse");
        await _scene.Of("ayse").Receive(List("ayse"));
        await _scene.Settle("ayse");
        Assert.Equal("safe conky", _scene.Done[^1]);
        Assert.Empty(_scene.State(Machine).Set.Policies);
    }

    [Fact]
    public async Task With_a_server_that_calls_assigned_policies_deleted_exactly_what_changed_is_touched()
    {
        var random = new Random(5);
        var server = new PolicyServer();
        server.AddGroup();
        server.AddGroup();
        for (var id = 1L; id <= 5; id++)
        {
            server.Policies.Add(id, new PolicyServer.Policy(id));
        }

        await _scene.Of("ayse").Enter("ayse");
        Dictionary<long, (string Version, string AssignDate, long ExecutionId)> before = [];
        for (var exchange = 0; exchange < 40; exchange++)
        {
            var id = random.NextInt64(1, 6);
            var group = random.Next(2);
            switch (random.Next(4))
            {
                case 0:
                    server.Policies[id].Edition++;
                    break;
                case 1 when server.RowCount(group) > 0:
                    server.Unassign(group, random.Next(server.RowCount(group)));
                    break;
                default:
                    server.Assign(group, id);
                    break;
            }

            var (assigned, done, reports) = (server.Assigned(), _scene.Done.Count, _scene.Reports.Count);
            await _scene.Of("ayse").Receive(server.Answer(_scene.Requests[^1].ToJsonString()));
            await _scene.Settle("ayse");

            var stays = assigned.Where(pair => before.TryGetValue(pair.Key, out var old) && (old.Version, old.AssignDate) == (pair.Value.Version, pair.Value.AssignDate)).Select(pair => pair.Key).ToHashSet();
            var expected = assigned.Keys.Except(stays).Select(policy => string.Create(CultureInfo.InvariantCulture, $"apply plugin-{policy} {assigned[policy].ExecutionId} ayse"))
                .Concat(before.Keys.Except(stays).Select(policy => string.Create(CultureInfo.InvariantCulture, $"safe plugin-{policy} ayse")));
            Assert.Equal(expected.Order(), _scene.Done.Skip(done).Order());
            Assert.Equal(assigned.Count - stays.Count, _scene.Reports.Count - reports);
            before = assigned;
        }
    }
}
