using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.People;
using Ahenk.LiderSimulator.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.LiderSimulator.Tests;

[Trait("Category", "Unit")]
public sealed class PolicyRepliesTests
{
    private static readonly TimeSpan Istanbul = TimeSpan.FromHours(3);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 6, 15, 22, 700, TimeSpan.Zero));
    private readonly PolicyTables _tables;

    public PolicyRepliesTests()
    {
        _tables = new PolicyTables(_time);
        foreach (var id in (long[])[9, 12, 15])
        {
            _tables.Define(id, new PolicyProfile("script", new JsonObject { ["k"] = "v" }));
        }
    }

    [Fact]
    public void A_policy_is_sent_in_full_as_the_server_writes_it()
    {
        _tables.Define(12, new PolicyProfile("script", new JsonObject { ["k"] = "v" }));
        _tables.Assign(12, "ayse", expires: _time.GetUtcNow().AddDays(1));

        Assert.Equal(
            """{"type":"EXECUTE_POLICY","timestamp":null,"username":"ayse","executePolicyList":[{"type":"EXECUTE_POLICY","timestamp":null,"username":"ayse","policyID":12,"userPolicyProfiles":[{"id":1200,"plugin":{"id":7,"name":"script","version":"1.0.0","description":null,"active":true,"deleted":false,"machineOriented":true,"userOriented":true,"policyPlugin":true,"taskPlugin":true,"usesFileTransfer":false,"xBased":false,"createDate":"01/03/2026 06:15:22","modifyDate":null},"label":"p","description":null,"overridable":true,"active":true,"deleted":false,"profileData":{"k":"v"},"createDate":"01/03/2026 09:15:22","modifyDate":null,"pluginName":null}],"userPolicyVersion":"12-2","userCommandExecutionId":901,"userPolicyExpirationDate":"02/03/2026 09:15:22","agentPolicyProfiles":null,"agentPolicyVersion":null,"agentCommandExecutionId":null,"agentPolicyExpirationDate":null,"fileServerConf":null,"isDeleted":false,"assignDate":"01/03/2026 09:15:22"}]}""",
            PolicyMessages.List("ayse", Reply(Request())));
    }

    [Fact]
    public void Nobody_and_a_stranger_have_no_policies() => Assert.Equal([], Reply(Request() with { User = null }).Concat(Reply(Request() with { User = "mehmet" })));

    [Fact]
    public void What_the_agent_has_is_not_sent_again()
    {
        _tables.Assign(12, "ayse");

        Assert.Empty(Reply(Request(12)));
    }

    [Fact]
    public void A_new_version_and_a_new_assignment_are_sent_in_full_and_each_is_its_own()
    {
        var first = _tables.Assign(12, "ayse");
        var before = Request(12);
        _tables.Define(12, new PolicyProfile("script", []));
        var changed = Reply(before);
        Assert.Equal(("12-2", first.ExecutionId), ((string)changed[0]!["userPolicyVersion"]!, (long)changed[0]!["userCommandExecutionId"]!));

        var known = Request(12);
        _tables.Unassign(12, "ayse");
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = _tables.Assign(12, "ayse");

        Assert.Equal((second.ExecutionId, "01/03/2026 09:15:23"), ((long)Reply(known)[0]!["userCommandExecutionId"]!, (string)Reply(known)[0]!["assignDate"]!));
    }

    [Fact]
    public void A_policy_that_is_taken_away_is_said_to_be_deleted()
    {
        _tables.Assign(12, "ayse");
        var request = Request(12);
        _tables.Unassign(12, "ayse");

        Assert.Equal(["12 deleted"], Shown(Reply(request)));
    }

    [Fact]
    public void Of_several_assigned_policies_all_but_the_last_are_said_to_be_deleted_although_nothing_changed()
    {
        AssignThree();

        Assert.Equal(["9 deleted", "12 deleted"], Shown(Reply(Request(9, 12, 15))));
    }

    [Fact]
    public void The_flags_flap_from_request_to_request()
    {
        AssignThree();
        var full = Shown(Reply(Request()));
        var second = Shown(Reply(Request(9, 12, 15)));
        var third = Shown(Reply(Request(15)));

        Assert.Equal(["9 full", "12 full", "15 full"], full);
        Assert.Equal(["9 deleted", "12 deleted"], second);
        Assert.Equal(["9 full", "12 full"], third);
    }

    [Fact]
    public void A_changed_policy_that_is_not_the_last_comes_in_full_and_as_deleted()
    {
        AssignThree();
        var request = Request(9, 12, 15);
        _tables.Define(9, new PolicyProfile("script", []));

        Assert.Equal(["9 full", "9 deleted", "12 deleted"], Shown(Reply(request)));
    }

    [Fact]
    public void When_the_last_policy_is_excepted_all_are_said_to_be_deleted()
    {
        AssignThree();
        var request = Request(9, 12, 15);
        _tables.Except(15, "ayse");

        Assert.Equal(["9 deleted", "12 deleted", "15 deleted"], Shown(Reply(request)));
        Assert.Equal(["9 full", "12 full"], Shown(Reply(Request())));
        _tables.Except(15, "ayse", isExcepted: false);
        Assert.Equal(["9 deleted", "12 deleted"], Shown(Reply(request)));
    }

    [Fact]
    public void A_policy_out_of_use_is_gone_and_comes_back_with_the_same_version()
    {
        _tables.Assign(12, "ayse");
        var request = Request(12);
        _tables.SetActive(12, false);
        var passive = Shown(Reply(request));
        _tables.SetActive(12, true);

        Assert.Equal(["12 deleted"], passive);
        Assert.Empty(Reply(request));
    }

    [Fact]
    public void A_policy_through_two_groups_is_sent_twice_group_by_group()
    {
        var first = _tables.Assign(12, "ayse", "staff");
        _time.Advance(TimeSpan.FromSeconds(5));
        _tables.Assign(9, "ayse", "students");
        _time.Advance(TimeSpan.FromSeconds(5));
        var second = _tables.Assign(12, "ayse", "students");

        var reply = Reply(Request());

        Assert.Equal(["12 full", "9 full", "12 full"], Shown(reply));
        Assert.Equal([first.ExecutionId, second.ExecutionId], new[] { reply[0], reply[2] }.Select(element => (long)element!["userCommandExecutionId"]!));
    }

    [Fact]
    public void A_server_outside_Istanbul_finds_nothing_up_to_date()
    {
        _tables.Assign(12, "ayse");

        Assert.Equal(["12 full"], Shown(PolicyReplies.Current(Request(12), _tables.Of("ayse"), TimeSpan.Zero)));
    }

    [Fact]
    public void An_expired_policy_is_sent_by_todays_server_and_not_by_the_old_one()
    {
        _tables.Assign(12, "ayse", expires: _time.GetUtcNow().AddSeconds(-1));

        Assert.Equal(["12 full"], Shown(Reply(Request())));
        Assert.Null(Old(null, null)["userPolicyVersion"]);
    }

    [Fact]
    public void The_old_server_sends_the_newest_of_the_user_and_of_the_machine()
    {
        _tables.Assign(12, "ayse");
        _time.Advance(TimeSpan.FromSeconds(1));
        var user = _tables.Assign(9, "ayse", expires: _time.GetUtcNow().AddHours(1));
        var machine = _tables.AssignToMachine(15, "pc-01");

        var reply = Old(null, null);

        Assert.Equal(("9-1", user.ExecutionId, "15-1", machine.ExecutionId), (
            (string)reply["userPolicyVersion"]!, (long)reply["userCommandExecutionId"]!, (string)reply["agentPolicyVersion"]!, (long)reply["agentCommandExecutionId"]!));
        Assert.Equal(_time.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds(), (long)reply["userPolicyExpirationDate"]!);
        var profile = Assert.Single(reply["agentPolicyProfiles"]!.AsArray())!.AsObject();
        Assert.Equal(_time.GetUtcNow().ToUnixTimeMilliseconds(), (long)profile["createDate"]!);
        Assert.False(profile.ContainsKey("pluginName"));
        Assert.All((string[])["executePolicyList", "policyID", "isDeleted", "assignDate"], name => Assert.False(reply.ContainsKey(name)));
    }

    [Fact]
    public void The_old_server_leaves_out_what_is_known_and_names_no_version_where_there_is_no_policy()
    {
        var user = _tables.Assign(9, "ayse");

        var reply = Old("9-1", "15-1");

        Assert.Equal(("9-1", user.ExecutionId), ((string)reply["userPolicyVersion"]!, (long)reply["userCommandExecutionId"]!));
        Assert.All((string[])["userPolicyProfiles", "agentPolicyProfiles", "agentPolicyVersion", "agentCommandExecutionId"], name =>
        {
            Assert.True(reply.ContainsKey(name));
            Assert.Null(reply[name]);
        });
    }

    private void AssignThree()
    {
        foreach (var id in (long[])[9, 12, 15])
        {
            _tables.Assign(id, "ayse");
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>What an agent asks that has these policies as they stand.</summary>
    private PolicyRequest Request(params long[] known)
    {
        var assigned = _tables.Of("ayse").ToLookup(policy => policy.PolicyId);
        return new PolicyRequest(
            "pc-01", "ayse", known.ToDictionary(id => id, id => (assigned[id].Single().Version, LiderDates.SecondsInIstanbul(assigned[id].Single().AssignedAt))), null, null, _time.GetUtcNow());
    }

    private JsonArray Reply(PolicyRequest request) => PolicyReplies.Current(request, _tables.Of(request.User), Istanbul);

    private JsonObject Old(string? userVersion, string? machineVersion) => JsonNode.Parse(PolicyReplies.Old(
        Request() with { UserVersion = userVersion, MachineVersion = machineVersion }, _tables.Of("ayse"), _tables.OfMachine("pc-01"), _time.GetUtcNow()))!.AsObject();

    private static string[] Shown(JsonArray elements) =>
        [.. elements.Select(element => $"{element!["policyID"]} {((bool)element["isDeleted"]! ? "deleted" : "full")}")];
}
