using System.Globalization;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Policies;

namespace Ahenk.Grains.Tests.Policies;

[Trait("Category", "Unit")]
public sealed class PolicyPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.FromHours(3));

    /// <summary>Issue 5's override rule: user's profile, machine's profile, machine's overridable, plugin present; what becomes of user's and machine's.</summary>
    [Theory]
    [InlineData(false, false, false, false, "")]
    [InlineData(false, false, false, true, "")]
    [InlineData(false, false, true, false, "")]
    [InlineData(false, false, true, true, "")]
    [InlineData(false, true, false, false, "machine Wait PluginMissing")]
    [InlineData(false, true, false, true, "machine Apply Assigned")]
    [InlineData(false, true, true, false, "machine Wait PluginMissing")]
    [InlineData(false, true, true, true, "machine Apply Assigned")]
    [InlineData(true, false, false, false, "user Wait PluginMissing")]
    [InlineData(true, false, false, true, "user Apply Assigned")]
    [InlineData(true, false, true, false, "user Wait PluginMissing")]
    [InlineData(true, false, true, true, "user Apply Assigned")]
    [InlineData(true, true, false, false, "machine Wait PluginMissing; user Skip Overridden")]
    [InlineData(true, true, false, true, "machine Apply Assigned; user Skip Overridden")]
    [InlineData(true, true, true, false, "machine Skip Overridden; user Wait PluginMissing")]
    [InlineData(true, true, true, true, "machine Skip Overridden; user Apply Assigned")]
    public void The_override_rule(bool user, bool machine, bool overridable, bool present, string expected)
    {
        var plan = PolicyPlan.Make(new PolicyInput
        {
            User = user ? Set(Policy(1, "a", Profile(1, "usb"))) : PolicySet.Empty,
            Machine = machine ? Set(Policy(2, "b", Profile(2, "usb") with { Overridable = overridable })) : PolicySet.Empty,
            Now = Now,
            FindPlugin = (_, _) => present ? default : new PluginLookup("It is not here.", Missing: true, false, false),
        });

        Assert.Equal(expected, string.Join("; ", plan.Steps.Select(step => $"{step.Scope.ToString().ToLowerInvariant()} {step.Kind} {step.Cause}")));
    }

    [Fact]
    public void A_machine_s_profile_that_does_not_say_whether_it_is_overridable_is_not() => Assert.Equal(
        ["Apply usb 2 Assigned", "Skip usb 1 Overridden"], Words(Plan(Set(Policy(1, "a", Profile(1, "usb"))), machine: Set(Policy(2, "b", Profile(2, "usb"))))));

    [Fact]
    public void One_profile_of_the_machine_that_may_not_be_overridden_keeps_all_of_its_plugin()
    {
        var machine = Set(Policy(2, "b", Profile(2, "usb") with { Overridable = true }, Profile(3, "usb"), Profile(4, "conky") with { Overridable = true }));

        Assert.Equal(
            ["Apply usb 2 Assigned", "Apply usb 3 Assigned", "Skip conky 4 Overridden", "Skip usb 1 Overridden", "Apply conky 5 Assigned"],
            Words(Plan(Set(Policy(1, "a", Profile(1, "usb"), Profile(5, "conky"))), machine: machine)));
    }

    [Fact]
    public void An_ended_profile_overrides_nothing_and_is_overridden_by_nothing()
    {
        var ended = Policy(1, "a", Profile(1, "usb")) with { ExpirationText = "02/03/2026 12:00:00" };
        var machine = Set(Policy(2, "b", Profile(2, "usb") with { Overridable = true }));

        Assert.Equal(["Apply usb 2 Assigned", "Skip usb 1 Expired"], Words(Plan(Set(ended), machine: machine)));
    }

    [Theory]
    [InlineData("02/03/2026 11:59:59", false)]
    [InlineData("02/03/2026 12:00:00", false)]
    [InlineData("02/03/2026 12:00:01", true)]
    [InlineData("1772442000000", false)]
    [InlineData("1772442000001", true)]
    [InlineData("some day", true)]
    [InlineData("", true)]
    [InlineData(null, true)]
    public void A_policy_is_applied_until_its_end_on_Lider_s_clock(string? end, bool applied)
    {
        var set = Set(Policy(1, "a", Profile(1, "usb")) with { ExpirationText = end });

        Assert.Equal([applied ? "Apply usb 1 Assigned" : "Skip usb 1 Expired"], Words(Plan(set)));
    }

    [Fact]
    public void An_end_that_cannot_be_read_is_told()
    {
        var step = Assert.Single(Plan(Set(Policy(1, "a", Profile(1, "usb")) with { ExpirationText = "some day" })).Steps);

        Assert.Contains("'some day' cannot be read", step.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_end_is_known()
    {
        var set = Set(
            Policy(1, "a", Profile(1, "usb")) with { ExpirationText = "01/01/2020 00:00:00" },
            Policy(2, "b", Profile(2, "usb")) with { ExpirationText = "05/03/2026 00:00:00" },
            Policy(3, "c", Profile(3, "usb")) with { ExpirationText = "04/03/2026 00:00:00" },
            Policy(4, "d", Profile(4, "usb")));

        Assert.Equal(new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.FromHours(3)), Plan(set).NextEnd);
        Assert.Null(Plan(PolicySet.Empty).NextEnd);
    }

    [Fact]
    public void A_late_reply_that_changes_nothing_runs_nothing()
    {
        var set = Set(Policy(1, "a", Profile(1, "usb"), Profile(2, "script") with { Data = """{"a":{"b":1,"c":[2]},"d":3}""" }));
        var applied = Run(Plan(set));

        // The same with another execution, another order of members and another end: none of it is applied.
        var late = Set(
            (Policy(1, "a", Profile(1, "usb"), Profile(2, "script") with { Data = """{"d":3,"a":{"c":[2],"b":1}}""" }) with { ExecutionId = 77, ExpirationText = "05/03/2026 00:00:00" }));

        Assert.Equal(["Skip usb 1 Unchanged", "Skip script 2 Unchanged"], Words(Plan(late, applied)));
    }

    [Fact]
    public void What_a_late_reply_changes_is_undone_and_applied_and_nothing_else()
    {
        var applied = Run(Plan(Set(Policy(1, "a", Profile(1, "usb"), Profile(2, "script")), Policy(2, "b", Profile(3, "conky")))));
        var late = Set(Policy(1, "a", Profile(1, "usb"), Profile(2, "script") with { Data = """{"k":2}""" }), Policy(3, "c", Profile(4, "browser")));

        var plan = Plan(late, applied);

        Assert.Equal(
            ["Undo script Changed", "Undo conky Unassigned", "Skip usb 1 Unchanged", "Apply script 2 Changed", "Apply browser 4 Assigned"], Words(plan));
        Assert.All(Plan(late, Run(plan, applied)).Steps, step => Assert.Equal((PolicyStepKind.Skip, PolicyCause.Unchanged), (step.Kind, step.Cause)));
    }

    [Theory]
    [InlineData("version")]
    [InlineData("assignDate")]
    [InlineData("plugin version")]
    public void A_new_assignment_or_version_is_applied_again(string what)
    {
        var policy = Policy(1, "a", Profile(1, "usb"));
        var applied = Run(Plan(Set(policy)));
        var changed = what switch
        {
            "version" => policy with { Version = "1-2" },
            "assignDate" => policy with { AssignDate = "b" },
            _ => policy with { Profiles = [Profile(1, "usb") with { PluginVersion = "2" }] },
        };

        Assert.Equal(["Undo usb Changed", "Apply usb 1 Changed"], Words(Plan(Set(changed), applied)));
    }

    [Fact]
    public void What_is_undone_takes_the_other_profiles_of_its_plugin_with_it_and_they_are_applied_again()
    {
        var (one, two) = (Policy(1, "a", Profile(1, "usb")), Policy(2, "b", Profile(2, "usb")));
        var applied = Run(Plan(Set(one, two)));

        Assert.Equal(["Undo usb Unassigned", "Apply usb 2 UndoneWithAnother"], Words(Plan(Set(two), applied)));
        Assert.Equal(["Skip usb 1 Unchanged"], Words(Plan(Set(one), Run(Plan(Set(one))))));
        Assert.Equal(["Undo usb Expired", "Skip usb 1 Expired", "Apply usb 2 UndoneWithAnother"], Words(Plan(Set(one with { ExpirationText = "1" }, two), applied)));
        Assert.Equal(
            ["Undo usb NotInUse", "Apply usb 1 UndoneWithAnother", "Skip usb 2 NotInUse"],
            Words(Plan(Set(one, Policy(2, "b", Profile(2, "usb") with { Active = false })), applied)));
    }

    [Fact]
    public void A_profile_that_comes_before_an_applied_one_of_its_plugin_is_not_applied_over_it()
    {
        var (one, two, three) = (Policy(1, "a", Profile(1, "usb")), Policy(2, "b", Profile(2, "usb")), Policy(3, "c", Profile(3, "usb")));
        var applied = Run(Plan(Set(two)));

        Assert.Equal(["Skip usb 2 Unchanged", "Apply usb 3 Assigned"], Words(Plan(Set(two, three), applied)));
        Assert.Equal(["Undo usb Changed", "Apply usb 1 Assigned", "Apply usb 2 UndoneWithAnother"], Words(Plan(Set(one, two), applied)));
    }

    [Fact]
    public void When_a_user_s_profile_comes_the_machine_s_that_it_overrides_is_undone_even_if_both_are_equal()
    {
        var machine = Set(Policy(null, "m", Profile(1, "usb") with { Overridable = true }));
        var applied = Run(Plan(PolicySet.Empty, machine: machine));

        var plan = Plan(Set(Policy(null, "m", Profile(1, "usb") with { Overridable = true })), applied, machine);

        Assert.Equal(["Undo usb Overridden", "Skip usb 1 Overridden", "Apply usb 1 Assigned"], Words(plan));
        Assert.Equal([PolicyScope.Machine, PolicyScope.Machine, PolicyScope.User], plan.Steps.Select(step => step.Scope));
    }

    [Fact]
    public void A_profile_whose_plugin_is_missing_waits_in_nobody_s_way_and_runs_in_its_place_when_the_plugin_has_come()
    {
        var set = Set(Policy(1, "a", Profile(1, "usb") with { PluginVersion = "2" }, Profile(2, "usb")));
        PluginLookup Old(string name, string? version) => version == "2" ? new PluginLookup($"{name} {version} is not here.", true, false, false) : default;
        var plan = Plan(set, find: Old);
        var applied = Run(plan);

        Assert.Equal(["Wait usb 1 PluginMissing", "Apply usb 2 Assigned"], Words(plan));
        Assert.EndsWith("waits for its plugin. usb 2 is not here.", plan.Steps[0].Reason, StringComparison.Ordinal);
        Assert.Equal(["Wait usb 1 PluginMissing", "Skip usb 2 Unchanged"], Words(Plan(set, applied, find: Old)));
        Assert.Equal(["Undo usb Changed", "Apply usb 1 Assigned", "Apply usb 2 UndoneWithAnother"], Words(Plan(set, applied)));
    }

    [Fact]
    public void A_profile_that_cannot_be_applied_is_refused_once()
    {
        var set = Set(Policy(1, "a", Profile(1, ""), Profile(2, "ldap"), Profile(3, "ldap")));
        PluginLookup Unfit(string name, string? version) => new($"The plugin {name} has no policy.", false, false, false);
        var plan = Plan(set, find: Unfit);
        var applied = Run(plan);

        Assert.Equal(["Refuse  1 PluginUnfit", "Refuse ldap 2 PluginUnfit", "Refuse ldap 3 PluginUnfit"], Words(plan));
        Assert.Contains("Lider named no plugin", plan.Steps[0].Reason, StringComparison.Ordinal);
        Assert.All(Plan(set, applied, find: Unfit).Steps, step => Assert.Equal(PolicyStepKind.Skip, step.Kind));
        Assert.Equal(["Skip  1 Unchanged", "Apply ldap 2 Assigned", "Apply ldap 3 Assigned"], Words(Plan(set, applied)));
        Assert.Empty(Plan(PolicySet.Empty, applied).Steps);
        Assert.Equal(["Skip  1 Unchanged", "Skip ldap 2 Unchanged", "Skip ldap 3 Unchanged"], Words(Plan(set, Run(Plan(set, applied), applied))));
    }

    [Theory]
    [InlineData(PolicyStepKind.Apply)]
    [InlineData(PolicyStepKind.Undo)]
    public void What_was_under_way_is_undone_and_applied_again(PolicyStepKind kind)
    {
        var set = Set(Policy(1, "a", Profile(1, "usb"), Profile(2, "usb"), Profile(3, "conky")));
        var applied = Run(Plan(set));
        var step = (kind == PolicyStepKind.Apply ? Plan(set) : Plan(PolicySet.Empty, applied)).Steps.First(step => step.Plugin == "usb");
        var interrupted = kind == PolicyStepKind.Apply ? step.Begun([]) : step.Begun(applied);

        Assert.All(interrupted.Where(profile => profile.Plugin == "usb"), profile => Assert.True(profile.IsInterrupted));
        var plan = Plan(set, interrupted);
        Assert.Equal("Undo usb Interrupted", Words(plan).First());
        Assert.Contains("Apply usb 1 Interrupted", Words(plan));
        Assert.Equal(ByPlugin(Run(Plan(set))), ByPlugin(Run(plan, interrupted)));
        Assert.Equal("Undo usb Unassigned", Words(Plan(PolicySet.Empty, interrupted)).First());
    }

    [Fact]
    public void Every_step_says_why_in_a_sentence_and_shows_no_data()
    {
        var set = Set(
            Policy(1, "a", Profile(1, "usb") with { Data = """{"s3cret":1}""" }, Profile(2, "conky") with { Deleted = true }),
            Policy(2, "b", Profile(3, "usb")) with { ExpirationText = "1" });

        Assert.All(Plan(set, [Applied("browser"), Applied("usb")]).Steps, step =>
        {
            Assert.EndsWith(".", step.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret", step.ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Random_changes_end_as_if_the_last_set_had_been_applied_to_a_clean_machine()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            IReadOnlyList<AppliedProfile> applied = [];
            for (var i = 0; i < 15; i++)
            {
                var (user, machine) = (RandomSet(random), RandomSet(random));

                applied = Run(Plan(user, applied, machine), applied);

                var clean = Run(Plan(user, machine: machine));
                Assert.Equal(ByPlugin(clean), ByPlugin(applied));
                Assert.DoesNotContain(Plan(user, applied, machine).Steps, step => step.Kind is PolicyStepKind.Undo or PolicyStepKind.Apply);
            }
        }
    }

    private static IEnumerable<string> ByPlugin(IEnumerable<AppliedProfile> applied) =>
        applied.GroupBy(profile => profile.Plugin).Select(profiles => string.Join(' ', profiles.Select(profile => profile.Print).Prepend(profiles.Key))).Order();

    private static PolicySet RandomSet(Random random) => Set(
    [
        .. Enumerable.Range(1, 4).Where(_ => random.Next(3) > 0).Select(id => Policy(
            id,
            "a",
            [
                .. Enumerable.Range(1, random.Next(4)).Select(profile => Profile(profile, random.Next(2) == 0 ? "usb" : "conky") with
                {
                    Overridable = random.Next(4) > 0,
                    Active = random.Next(8) > 0,
                    Data = $$"""{"k":{{random.Next(2)}}}""",
                }),
            ])),
    ]);

    private static PolicyPlan Plan(
        PolicySet user, IReadOnlyList<AppliedProfile>? applied = null, PolicySet? machine = null, Func<string, string?, PluginLookup>? find = null) =>
        PolicyPlan.Make(new PolicyInput
        {
            User = user,
            Machine = machine ?? PolicySet.Empty,
            Applied = applied ?? [],
            Now = Now,
            FindPlugin = find ?? ((_, _) => default),
        });

    private static IReadOnlyList<AppliedProfile> Run(PolicyPlan plan, IReadOnlyList<AppliedProfile>? applied = null) =>
        plan.Steps.Aggregate(applied ?? [], (now, step) => step.Done(now));

    private static IEnumerable<string> Words(PolicyPlan plan) => plan.Steps.Select(step => step.Kind == PolicyStepKind.Undo
        ? $"Undo {step.Plugin} {step.Cause}"
        : string.Create(CultureInfo.InvariantCulture, $"{step.Kind} {step.Plugin} {step.Profile!.Id} {step.Cause}"));

    private static PolicySet Set(params StoredPolicy[] policies) => new() { Policies = policies };

    private static StoredPolicy Policy(long? id, string assigned, params StoredProfile[] profiles) =>
        new() { Id = id, Version = $"{id}-1", AssignDate = assigned, ExecutionId = 900 + id, Profiles = profiles };

    private static StoredProfile Profile(long id, string plugin) => new() { Id = id, Plugin = plugin, PluginVersion = "1.0.0" };

    private static AppliedProfile Applied(string plugin) => new() { Plugin = plugin, Scope = PolicyScope.User, Print = "of old" };
}
