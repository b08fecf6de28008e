using Ahenk.Grains.Policies;
using Ahenk.Lider.Protocol;

namespace Ahenk.Grains.Tests.Policies;

[Trait("Category", "Unit")]
public sealed class PolicyMergeTests
{
    private const string Full = """
        {"type":"EXECUTE_POLICY","username":"ayse","policyID":12,"userPolicyVersion":"12-3","userCommandExecutionId":9007199254740993,
         "userPolicyExpirationDate":"31/12/2026 23:59:59","agentPolicyProfiles":null,"agentPolicyVersion":null,"isDeleted":false,"assignDate":"01/03/2026 09:15:22",
         "userPolicyProfiles":[
           {"id":32,"label":"two","overridable":null,"profileData":{"k":"ı \"v\""},"plugin":{"id":7,"name":" Script ","version":"1.0.0"}},
           {"id":31,"label":"one","overridable":true,"active":false,"deleted":true,"profileData":null,"plugin":null}]}
        """;

    [Fact]
    public void All_that_is_needed_later_is_kept_as_it_came()
    {
        var set = Merge(PolicySet.Empty, List(Full));

        var policy = Assert.Single(PolicySet.FromJson(set.ToJson()).Policies);
        Assert.Equal((12L, "12-3", "01/03/2026 09:15:22", 9007199254740993), (policy.Id, policy.Version, policy.AssignDate, policy.ExecutionId));
        Assert.Equal("31/12/2026 23:59:59", policy.ExpirationText);
        Assert.Equal(new DateTimeOffset(2026, 12, 31, 20, 59, 59, TimeSpan.Zero), policy.EndsAt(PolicyZone.Istanbul));
        var (one, two) = (policy.Profiles[0], policy.Profiles[1]);
        Assert.Equal((31L, "one", "", null, "{}", true, false), (one.Id, one.Label, one.Plugin, one.PluginVersion, one.Data, one.Overridable, one.IsInUse));
        Assert.Equal((32L, "script", "1.0.0", null, true), (two.Id, two.Plugin, two.PluginVersion, two.Overridable, two.IsInUse));
        Assert.Equal("ı \"v\"", (string?)System.Text.Json.Nodes.JsonNode.Parse(two.Data)!["k"]);
    }

    [Fact]
    public void What_earlier_versions_stored_can_be_read()
    {
        var set = PolicySet.FromJson("""
            {"policies":[{"id":12,"version":"12-3","assignDate":"01/03/2026 09:15:22","expires":"1772432482000","executionId":901,"of later versions":1,
              "profiles":[{"id":31,"label":"l","plugin":"script","pluginVersion":"1.0.0","data":"{\"a\":1}","overridable":false,"active":true,"deleted":false}]}]}
            """);
        var applied = AppliedProfile.FromJson("""[{"plugin":"script","scope":"user","policy":12,"profile":31,"print":"abc","refused":true}]""");

        Assert.Equal("01/03/2026 09:15:22", set.Policies[0].AssignDate);
        Assert.Equal(("script", """{"a":1}""", false), (set.Policies[0].Profiles[0].Plugin, set.Policies[0].Profiles[0].Data, set.Policies[0].Profiles[0].Overridable));
        Assert.Equal(
            new AppliedProfile { Plugin = "script", Scope = PolicyScope.User, PolicyId = 12, ProfileId = 31, Print = "abc", IsRefused = true }, Assert.Single(applied));
        Assert.Equal(applied, AppliedProfile.FromJson(AppliedProfile.ToJson(applied)));
    }

    [Fact]
    public void Nothing_that_is_secret_is_shown()
    {
        var set = Merge(PolicySet.Empty, List(Full.Replace("\"k\"", "\"s3cret\"", StringComparison.Ordinal)));

        Assert.DoesNotContain("s3cret", $"{set} {set.Policies[0]} {set.Policies[0].Profiles[1]}", StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_list_means_that_nothing_is_assigned() => Assert.Empty(Merge(Merge(PolicySet.Empty, List(Full)), List()).Policies);

    [Fact]
    public void An_answer_that_calls_something_deleted_takes_nothing_away()
    {
        var stored = Merge(PolicySet.Empty, List(Full));

        var set = Merge(stored, List("""{"policyID":12,"isDeleted":true}""", Full.Replace("12", "9", StringComparison.Ordinal)));

        Assert.Equal([12L, 9L], set.Policies.Select(policy => policy.Id).OrderDescending().Cast<long>());
    }

    [Fact]
    public void An_entry_without_an_id_is_left_out() => Assert.Empty(Merge(PolicySet.Empty, List(Full.Replace("policyID", "policyId", StringComparison.Ordinal))).Policies);

    [Fact]
    public void Of_a_policy_that_comes_through_two_groups_the_last_assignment_counts_in_any_order()
    {
        var later = Full.Replace("01/03/2026 09:15:22", "02/02/2027 00:00:00", StringComparison.Ordinal).Replace("9007199254740993", "5", StringComparison.Ordinal);

        var one = Merge(PolicySet.Empty, List(Full, later));
        var other = Merge(PolicySet.Empty, List(later, Full));

        Assert.Equal(5, Assert.Single(one.Policies).ExecutionId);
        Assert.Equal(one.ToJson(), other.ToJson());
    }

    [Fact]
    public void The_machine_s_policies_of_an_old_server_end_with_it()
    {
        var flat = Flat("""{"agentPolicyVersion":"3-1","agentCommandExecutionId":7,"agentPolicyProfiles":[{"id":1,"plugin":{"name":"usb"},"profileData":{}}]}""");
        var machine = PolicyMerge.Merge(PolicySet.Empty, flat, PolicyScope.Machine);

        Assert.Equal((null, "3-1", 7L), (machine.Flat!.Id, machine.Flat.Version, machine.Flat.ExecutionId));
        Assert.Empty(Merge(PolicySet.Empty, flat).Policies);
        Assert.Empty(PolicyMerge.Merge(machine, List(Full), PolicyScope.Machine).Policies);
    }

    [Fact]
    public void Unchanged_in_the_old_form_keeps_all_but_the_execution()
    {
        var stored = Merge(PolicySet.Empty, Flat(
            """{"userPolicyVersion":"a-1","userCommandExecutionId":7,"userPolicyExpirationDate":1772432482000,"userPolicyProfiles":[{"id":1,"plugin":{"name":"usb"},"profileData":{"k":1}}]}"""));

        var set = Merge(stored, Flat("""{"userPolicyVersion":"A-1","userCommandExecutionId":8,"userPolicyProfiles":null}"""));

        Assert.Equal(("a-1", "1772432482000", 8L), (set.Flat!.Version, set.Flat.ExpirationText, set.Flat.ExecutionId));
        Assert.Equal("""{"k":1}""", set.Flat.Profiles[0].Data);
    }

    [Fact]
    public void A_version_without_its_profiles_leaves_what_there_is()
    {
        var stored = Merge(PolicySet.Empty, Flat("""{"userPolicyVersion":"a-1","userPolicyProfiles":[{"id":1}]}"""));

        Assert.Equal(stored.ToJson(), Merge(stored, Flat("""{"userPolicyVersion":"b-1"}""")).ToJson());
        Assert.Empty(Merge(PolicySet.Empty, Flat("""{"userPolicyVersion":"b-1"}""")).Policies);
    }

    [Fact]
    public void No_version_in_the_old_form_means_no_policy()
    {
        var stored = Merge(Merge(PolicySet.Empty, List(Full)), Flat("""{"userPolicyVersion":"a-1","userPolicyProfiles":[{"id":1}]}"""));

        Assert.Equal("a-1", Assert.Single(stored.Policies).Version);
        Assert.Empty(Merge(stored, Flat("""{"userPolicyVersion":null,"userPolicyProfiles":null}""")).Policies);
    }

    [Fact]
    public void The_request_lists_nothing_and_echoes_the_old_server_s_versions_to_the_letter()
    {
        var user = Merge(PolicySet.Empty, Flat("""{"userPolicyVersion":" İ-3 \\ ","userPolicyProfiles":[]}"""));
        var machine = PolicyMerge.Merge(PolicySet.Empty, Flat("""{"agentPolicyVersion":"m-1","agentPolicyProfiles":[]}"""), PolicyScope.Machine);

        var request = PolicyRequest.For("ayse", user, machine, new DateTimeOffset(2026, 3, 5, 23, 41, 0, TimeSpan.Zero));

        Assert.Equal(
            """{"type":"GET_POLICIES","username":"ayse","policyList":{},"userPolicyVersion":" İ-3 \\ ","agentPolicyVersion":"m-1","timestamp":"05-03-2026 23:41"}""",
            request.ToBody());
        Assert.Null(PolicyRequest.For("ayse", Merge(PolicySet.Empty, List(Full)), PolicySet.Empty, default).UserPolicyVersion);
    }

    private static PolicySet Merge(PolicySet stored, ExecutePolicyMessage reply) => PolicyMerge.Merge(stored, reply, PolicyScope.User);

    private static ExecutePolicyMessage List(params string[] entries) =>
        AssignmentHistoryTests.Parse($$"""{"type":"EXECUTE_POLICY","username":"ayse","executePolicyList":[{{string.Join(',', entries)}}]}""");

    private static ExecutePolicyMessage Flat(string members) => AssignmentHistoryTests.Parse($$"""{"type":"EXECUTE_POLICY","username":"ayse",{{members[1..]}}""");
}
