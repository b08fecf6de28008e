using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Scheduling;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>A scheduled task from its arrival on, while nothing goes wrong but the plugin and the disk.</summary>
[Trait("Category", "Unit")]
public sealed class ScheduledTaskTests : SchedulingTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_scheduled_task_waits_for_its_time_and_runs_then_and_again()
    {
        await Silo.Send(Given.Incoming(7, cron: "30 12  * * *"));
        await Silo.Pass(TimeSpan.FromMinutes(29));

        Assert.Empty(Silo.Host.Started);
        Assert.Empty(Store.Answers);
        Assert.Equal((TaskState.Scheduled, Noon.AddMinutes(30)), (Store.StateOf(7), Silo.Reminders[7]));
        Assert.Empty(await Store.ListUnfinishedAsync());

        await Silo.Pass(Minute);
        await Store.WhenRecorded(7, 1);
        await Silo.Pass(TimeSpan.FromDays(1));
        await Store.WhenRecorded(7, 2);

        Assert.Equal([(7, "TASK_PROCESSED"), (7, "TASK_PROCESSED")], Store.Answers.Select(answer => (answer.TaskId, answer.Code)));
        Assert.Equal([Noon.AddMinutes(30), Noon.AddMinutes(30).AddDays(1)], Store.RunsOf(7).Select(run => run.PlannedAt));
        Assert.Equal(Noon.AddMinutes(30).AddDays(2), Silo.Reminders[7]);
        Assert.Equal(TaskState.Scheduled, Store.StateOf(7));
    }

    [Theory]
    [InlineData("61 * * * *", "minute")]
    [InlineData("* * 30 2 *", "never comes")]
    [InlineData("0 0 1 1 * 2020", "has passed")]
    [InlineData("* * *", "3 of the five fields")]
    public async Task A_schedule_that_is_wrong_is_answered_at_once_with_what_is_wrong(string cron, string reason)
    {
        await Silo.Send(Given.Incoming(7, cron: cron));
        await Silo.Pass(TimeSpan.FromMinutes(2));

        var answer = Assert.Single(Store.Answers);
        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains(reason, MessageOf(answer.Draft), StringComparison.Ordinal);
        Assert.Empty(Silo.Host.Started);
        Assert.Null(Silo.Reminders[7]);
    }

    [Fact]
    public async Task A_wrong_schedule_whose_answer_is_lost_in_a_crash_is_answered_after_it_and_not_run()
    {
        Store.Break(StoreCall.Finish);
        await Silo.Task(7).Accept(Given.Incoming(7, cron: "61 * * * *"));
        await Silo.Deactivate(Silo.Task(7));
        Store.Break(StoreCall.Finish, false);

        await Silo.Task(7).Release();

        Assert.Equal("TASK_ERROR", Assert.Single(Store.Answers).Code);
        Assert.Empty(Silo.Host.Started);
    }

    [Fact]
    public async Task A_scheduled_task_that_comes_again_changes_nothing()
    {
        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        Assert.Equal(AcceptOutcome.Duplicate, await Silo.Task(7).Accept(Given.Incoming(7, cron: "1 12 * * *")));
        Assert.Equal(AcceptOutcome.Duplicate, await Silo.Task(7).Accept(Given.Incoming(7, cron: "nonsense")));

        Assert.Equal("30 12 * * *", Store.ScheduleOf(7)!.Cron);
        Assert.Empty(Store.Answers);
    }

    [Fact]
    public async Task A_reminder_that_rings_several_times_or_early_runs_an_occurrence_once()
    {
        await Silo.Send(Given.Incoming(7, cron: "* * * * *"));
        await Silo.Ring(7);
        Assert.Empty(Silo.Host.Started);

        Silo.Host.Holds = true;
        Silo.Clock.Advance(Minute);
        await Task.WhenAll(Silo.Ring(7), Silo.Ring(7), Silo.Ring(7));
        await Silo.Host.WhenStarted(7);
        await Silo.Ring(7);
        Silo.Host.End(7);
        await Store.WhenRecorded(7, 1);
        await Silo.Ring(7);

        Assert.Equal([7], Silo.Host.Started);
        Assert.Equal(Noon.AddMinutes(2), Silo.Reminders[7]);
    }

    [Fact]
    public async Task A_time_that_passes_while_its_reminder_is_set_is_not_lost()
    {
        Silo.Clock.Advance(TimeSpan.FromSeconds(59));
        Silo.Reminders.Takes = TimeSpan.FromSeconds(2);

        await Silo.Send(Given.Incoming(7, cron: "* * * * *"));
        await Store.WhenAnswered();

        Assert.Equal(Noon.AddMinutes(1), Assert.Single(Store.RunsOf(7)).PlannedAt);
    }

    [Fact]
    public async Task A_reminder_that_cannot_be_set_holds_up_no_run_and_the_old_one_goes_on_ringing()
    {
        await Silo.Send(Given.Incoming(7, cron: "* * * * *"));
        Silo.Reminders.Fails = true;

        await Silo.Pass(Minute);
        await Store.WhenRecorded(7, 1);
        await Silo.Pass(Minute);
        await Store.WhenRecorded(7, 2);

        Assert.Equal([7, 7], Silo.Host.Started);
    }

    [Fact]
    public async Task A_schedule_with_a_last_time_ends_with_its_run()
    {
        await Silo.Send(Given.Incoming(7, cron: "30 12 1 1 * 2026"));

        await Silo.Pass(TimeSpan.FromMinutes(30));
        await Store.WhenRecorded(7, 1);
        await Silo.Ring(7);

        Assert.Equal(TaskState.Finished, Store.StateOf(7));
        Assert.Null((await Store.FindAsync(7))!.Parameters);
        Assert.Null(Store.ScheduleOf(7));
        Assert.Null(Silo.Reminders[7]);
        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
    }

    [Fact]
    public async Task A_run_whose_plugin_is_missing_is_answered_at_once_and_the_next_tries_again()
    {
        Silo.Host.OnFind = (_, _, _) => new PluginLookup("The plugin probe is not installed.", true, false, false);
        await Silo.Send(Given.Incoming(7, cron: "* * * * *"));
        await Silo.Pass(Minute);
        await Store.WhenRecorded(7, 1);
        await Silo.Outbox.WhenAdded();

        Assert.Equal(("TASK_ERROR", "The plugin probe is not installed."), (Store.Answers[0].Code, MessageOf(Store.Answers[0].Draft)));
        Assert.Contains("MISSING_PLUGIN", Silo.Outbox.Drafts[0].Body, StringComparison.Ordinal);
        Assert.Null(Store.RunsOf(7)[0].StartedAt);

        Silo.Host.OnFind = (_, _, _) => default;
        await Silo.Pass(Minute);
        await Store.WhenRecorded(7, 2);

        Assert.Equal("TASK_PROCESSED", Store.Answers[1].Code);
    }

    [Fact]
    public async Task A_run_whose_start_the_disk_does_not_take_begins_when_it_does()
    {
        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        Store.Break(StoreCall.StartRun);
        await Silo.Pass(TimeSpan.FromMinutes(30));
        await Store.WhenFailed(StoreCall.StartRun);
        Assert.Empty(Silo.Host.Started);

        Store.Break(StoreCall.StartRun, false);
        await Silo.AdvanceUntil(Store.WhenAnswered());

        Assert.Equal([7], Silo.Host.Started);
        Assert.Equal(Noon.AddMinutes(30), Assert.Single(Store.RunsOf(7)).PlannedAt);
    }

    [Fact]
    public async Task An_answer_of_a_run_that_the_disk_does_not_take_is_kept_and_stored_later_once()
    {
        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        Store.Break(StoreCall.FinishRun);
        await Silo.Pass(TimeSpan.FromMinutes(30));
        await Store.WhenFailed(StoreCall.FinishRun);
        await Silo.AdvanceUntil(Store.WhenFailed(StoreCall.FinishRun, 3));

        Store.Break(StoreCall.FinishRun, false);
        await Silo.AdvanceUntil(Store.WhenAnswered());
        await Silo.Ring(7);

        Assert.Equal([7], Silo.Host.Started);
        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
    }

    [Fact]
    public async Task An_occurrence_that_has_a_record_is_not_run_and_the_next_one_is()
    {
        Store.PutScheduled(7, "* * * * *", Noon);
        Store.PutRecord(7, Noon, "TASK_PROCESSED");

        await Silo.Task(7).Wake();
        await Silo.Pass(Minute);
        await Store.WhenRecorded(7, 2);

        Assert.Equal([7], Silo.Host.Started);
        Assert.Equal(Noon.AddMinutes(1), Assert.Single(Store.RunsOf(7), run => run.PlannedAt != Noon).PlannedAt);
    }

    [Fact]
    public async Task A_machine_runs_a_task_later_by_its_part_of_the_splay_and_records_the_schedules_time()
    {
        Silo.ScheduleOptions.SplaySeconds = 600;
        await Silo.Grains.GetGrain<IAgentGrain>(0).PrepareRegistration(new RegistrationOrder { User = "u", UserPassword = "p" });
        var machine = (await Silo.Grains.GetGrain<IAgentGrain>(0).GetIdentity()).Name;
        var splay = SchedulePlanner.Splay(machine, 7, 600);
        Assert.InRange(splay, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(600));

        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        await Silo.Pass(TimeSpan.FromMinutes(30) + splay - TimeSpan.FromSeconds(1));
        Assert.Empty(Silo.Host.Started);
        await Silo.Pass(TimeSpan.FromSeconds(1));
        await Store.WhenRecorded(7, 1);

        var run = Assert.Single(Store.RunsOf(7));
        Assert.Equal((Noon.AddMinutes(30), Noon.AddMinutes(30) + splay), (run.PlannedAt, run.StartedAt));
    }

    [Fact]
    public async Task A_splay_that_was_configured_since_moves_what_is_planned_and_misses_nothing()
    {
        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        Silo.ScheduleOptions.SplaySeconds = 3600;
        var splay = SchedulePlanner.Splay("", 7, 3600);
        Assert.True(splay > ScheduleOptions.Grace);

        await Silo.Pass(TimeSpan.FromMinutes(30));
        Assert.Equal(Noon.AddMinutes(30) + splay, Silo.Reminders[7]);
        await Silo.Pass(splay);
        await Store.WhenRecorded(7, 1);

        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.RunsOf(7)).Code);
    }

    [Fact]
    public void Splays_are_stable_spread_over_the_whole_and_of_no_effect_when_off()
    {
        var all = Enumerable.Range(0, 2000).Select(machine => SchedulePlanner.Splay($"pc-{machine}", 7, 59).TotalSeconds).ToArray();

        Assert.Equal(60, all.Distinct().Count());
        Assert.All(all.GroupBy(seconds => seconds), group => Assert.InRange(group.Count(), 10, 70));
        Assert.Equal(SchedulePlanner.Splay("pc-1", 7, 59), SchedulePlanner.Splay("pc-1", 7, 59));
        Assert.Equal(TimeSpan.Zero, SchedulePlanner.Splay("pc-1", 7, 0));
    }

    private static string MessageOf(OutboxDraft draft) => (string)JsonNode.Parse(draft.Body)!["responseMessage"]!;
}
