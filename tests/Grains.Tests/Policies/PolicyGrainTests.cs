using Ahenk.Grains.Interfaces;
using static Ahenk.Grains.Tests.Policies.PolicyScene;

namespace Ahenk.Grains.Tests.Policies;

/// <summary>The policies of one user, from login to logout.</summary>
[Trait("Category", "Unit")]
public sealed class PolicyGrainTests : IAsyncLifetime
{
    private PolicyScene _scene = null!;

    private IPolicyGrain Ayse => _scene.Of("ayse");

    public async ValueTask InitializeAsync() => _scene = await PolicyScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task Lider_is_asked_at_login_and_what_it_says_is_applied_at_once_and_reported()
    {
        await Ayse.Enter("FIRMA\\ayse");
        var request = Assert.Single(_scene.Requests);
        Assert.Equal(("ayse", "{}"), ((string?)request["username"], request["policyList"]!.ToJsonString()));
        Assert.False(Assert.Single(_scene.Store.Messages).IsFinal);
        Assert.Empty(_scene.Done);

        await Ayse.Receive(List("ayse", Policy(1, 3, Profile(1, "usb")), Policy(2, 1, Profile(2, "conky"), Profile(3, "usb"))));
        await _scene.Settle("ayse");

        Assert.Equal(["apply usb 901 FIRMA\\ayse", "apply usb 902 FIRMA\\ayse"], _scene.Done.Where(work => work.Contains("usb", StringComparison.Ordinal)));
        Assert.Contains("apply conky 902 FIRMA\\ayse", _scene.Done);
        Assert.Equal(["901 POLICY_PROCESSED", "902 POLICY_PROCESSED", "902 POLICY_PROCESSED"], _scene.Reports.Order());
        Assert.Equal("1-3", (string?)_scene.Statuses.First(status => (long?)status["commandExecutionId"] == 901)["policyVersion"]);
        Assert.All(_scene.Store.Messages.Skip(1), draft => Assert.True(draft.IsFinal));
        var work = _scene.Host.Works.First(run => run.Plugin == "conky").Work;
        Assert.Equal(("""{"n":1}""", "2-1", PluginWorkKind.Profile), (work.Parameters, work.PolicyVersion, work.Kind));
    }

    [Fact]
    public async Task When_Lider_is_silent_what_is_stored_is_applied()
    {
        await _scene.Login("ayse", List("ayse", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Logout("ayse");

        await Ayse.Enter("ayse");
        await Ayse.Replan();
        Assert.Single(_scene.Done);
        await _scene.WhenReported(2);

        Assert.Equal(["apply usb 901 ayse", "apply usb 901 ayse"], _scene.Done);
        Assert.Equal(2, _scene.Requests.Count);
    }

    [Fact]
    public async Task A_late_answer_is_applied_without_touching_what_has_not_changed()
    {
        await _scene.Login("ayse", List("ayse", Policy(1, 1, Profile(1, "usb")), Policy(2, 1, Profile(2, "conky"))));
        await _scene.Logout("ayse");
        await Ayse.Enter("ayse");
        await _scene.WhenReported(4);

        await Ayse.Receive(List("ayse", Policy(1, 1, Profile(1, "usb")), Policy(2, 2, Profile(2, "conky", 2)), Policy(3, 1, Profile(3, "script"))));
        await _scene.Settle("ayse");

        Assert.Equal(["apply conky 902 ayse", "apply script 903 ayse", "safe conky ayse"], _scene.Done.Skip(4).Order());
        Assert.Equal(6, _scene.Reports.Count);
    }

    [Fact]
    public async Task An_answer_that_changes_nothing_runs_nothing()
    {
        var reply = List("ayse", Policy(1, 1, Profile(1, "usb")));
        await _scene.Login("ayse", reply);

        await Ayse.Receive(reply);
        await _scene.Settle("ayse");

        Assert.Single(_scene.Done);
        Assert.Single(_scene.Reports);
    }

    [Fact]
    public async Task Each_login_applies_and_reports_anew()
    {
        var reply = List("ayse", Policy(1, 1, Profile(1, "usb")));
        await _scene.Login("ayse", reply);
        await _scene.Logout("ayse");
        await _scene.Login("ayse", reply);

        Assert.Equal(["apply usb 901 ayse", "apply usb 901 ayse"], _scene.Done);
        Assert.Equal(["901 POLICY_PROCESSED", "901 POLICY_PROCESSED"], _scene.Reports);
    }

    [Fact]
    public async Task What_is_no_longer_assigned_is_undone_in_the_user_s_name_and_not_reported()
    {
        await _scene.Login("ayse", List("ayse", Policy(1, 1, Profile(1, "usb"))));

        await Ayse.Receive(List("ayse"));
        await _scene.Settle("ayse");

        Assert.Equal(["apply usb 901 ayse", "safe usb ayse"], _scene.Done);
        Assert.Single(_scene.Reports);
        Assert.Empty(_scene.State("ayse").Applied);
    }

    [Fact]
    public async Task A_policy_that_ends_is_undone_then_and_not_applied_any_more()
    {
        var policy = Policy(1, 1, Profile(1, "usb"));
        policy["userPolicyExpirationDate"] = "01/01/2026 15:02:00"; // In Istanbul it is 15:00.
        var reply = List("ayse", policy);
        await _scene.Login("ayse", reply);
        await _scene.Silo.AdvanceUntil(_scene.Host.WhenWorked(works => works.Count == 2));
        await _scene.Settle("ayse");
        Assert.Equal(["apply usb 901 ayse", "safe usb ayse"], _scene.Done);
        Assert.InRange(_scene.Silo.Clock.GetUtcNow(), Rig.Given.Now + TimeSpan.FromMinutes(2), Rig.Given.Now + TimeSpan.FromHours(1));

        await _scene.Logout("ayse");
        await _scene.Login("ayse", reply);
        Assert.Equal(2, _scene.Done.Count);
    }

    [Fact]
    public async Task What_comes_when_the_user_is_gone_is_only_stored()
    {
        await _scene.Login("ayse", List("ayse"));
        await _scene.Logout("ayse");

        await Ayse.Receive(List("ayse", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Settle("ayse");

        Assert.Empty(_scene.Done);
        Assert.Single(_scene.State("ayse").Set.Policies);
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_user_who_was_never_here()
    {
        await _scene.Of("stranger").Receive(List("stranger", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Logout("stranger");

        Assert.Empty(_scene.Store.Documents);
    }

    [Fact]
    public async Task A_machine_that_is_not_registered_asks_nobody_and_applies_what_it_has()
    {
        await _scene.Login("ayse", List("ayse", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Logout("ayse");
        await _scene.Silo.Agent.MarkUnregistered();

        await Ayse.Enter("ayse");
        await _scene.WhenReported(2);

        Assert.Single(_scene.Requests);
    }

    [Fact]
    public async Task A_policy_without_an_execution_is_applied_and_cannot_be_reported()
    {
        var policy = Policy(1, 1, Profile(1, "usb"));
        policy["userCommandExecutionId"] = null;

        await _scene.Login("ayse", List("ayse", policy));

        Assert.Equal(["apply usb 0 ayse"], _scene.Done);
        Assert.Empty(_scene.Reports);
    }

    [Fact]
    public async Task A_profile_that_fails_is_reported_once_and_not_tried_again_until_the_next_login()
    {
        _scene.Host.OnRun = _ => TaskOutcome.Error("The stick is locked.");
        await _scene.Login("ayse", List("ayse", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Settle("ayse");

        Assert.Equal(["901 POLICY_ERROR"], _scene.Reports);
        Assert.Equal("The stick is locked.", (string?)_scene.Statuses[0]["responseMessage"]);
        Assert.Single(_scene.Done);
    }

    [Fact]
    public async Task Plugins_apply_beside_each_other_and_each_one_in_order()
    {
        var usb = new TaskCompletionSource();
        _scene.Host.Gate = (plugin, _) => plugin == "usb" ? usb.Task : Task.CompletedTask;
        await Ayse.Enter("ayse");
        await Ayse.Receive(List("ayse", Policy(1, 1, Profile(1, "usb"), Profile(2, "usb"), Profile(3, "conky"), Profile(4, "conky"))));
        await _scene.Store.WaitAsync(_ => _scene.Reports.Count == 2);
        Assert.Equal(["apply conky 901 ayse", "apply conky 901 ayse", "apply usb 901 ayse"], _scene.Done.Order());

        usb.SetResult();
        await _scene.Settle("ayse");
        Assert.Equal(4, _scene.Reports.Count);
    }

    [Fact]
    public async Task What_changes_while_profiles_are_applied_is_planned_when_they_are_done()
    {
        var usb = new TaskCompletionSource();
        _scene.Host.Gate = (plugin, _) => plugin == "usb" ? usb.Task : Task.CompletedTask;
        await Ayse.Enter("ayse");
        await Ayse.Receive(List("ayse", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Host.WhenWorked(works => works.Count == 1);

        await Ayse.Receive(List("ayse", Policy(2, 1, Profile(2, "conky"))));
        await Ayse.Replan();
        Assert.Single(_scene.Done);
        usb.SetResult();
        await _scene.Settle("ayse");

        Assert.Equal(["apply usb 901 ayse", "apply conky 902 ayse", "safe usb ayse"], _scene.Done.OrderBy(work => work != "apply usb 901 ayse").ThenBy(work => work));
        Assert.Equal(["901 POLICY_PROCESSED", "902 POLICY_PROCESSED"], _scene.Reports);
    }

    [Fact]
    public async Task What_is_under_way_when_the_user_leaves_ends_and_is_reported_and_nothing_more_is_begun()
    {
        var usb = new TaskCompletionSource();
        _scene.Host.Gate = (plugin, _) => plugin == "usb" ? usb.Task : Task.CompletedTask;
        await Ayse.Enter("ayse");
        await Ayse.Receive(List("ayse", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Host.WhenWorked(works => works.Count == 1);

        await Ayse.Leave();
        await Ayse.Receive(List("ayse", Policy(2, 1, Profile(2, "conky"))));
        usb.SetResult();
        await _scene.Settle("ayse");

        Assert.Equal(["apply usb 901 ayse"], _scene.Done);
        Assert.Equal(["901 POLICY_PROCESSED"], _scene.Reports);
    }

    [Fact]
    public async Task The_plan_tells_what_would_be_done_and_why()
    {
        await _scene.Login("ayse", List("ayse", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Logout("ayse");
        await Ayse.Receive(List("ayse", Policy(1, 1, Profile(1, "usb")), Policy(2, 1, Profile(2, "conky"))));

        var view = await Ayse.Explain();

        Assert.Equal([1L, 2L], view.Policies.Select(policy => policy.Id!.Value));
        Assert.Equal(["usb"], view.Policies[0].Plugins);
        Assert.Equal([("apply", "user", "usb"), ("apply", "user", "conky")], view.Steps.Select(step => (step.Kind, step.Scope, step.Plugin)));
        Assert.All(view.Steps, step => Assert.Contains("is assigned", step.Reason, StringComparison.Ordinal));
        Assert.Equal(_scene.Silo.Clock.GetUtcNow(), view.ReceivedAt);
        await _scene.Settle("ayse");
        Assert.Single(_scene.Done);
    }
}
