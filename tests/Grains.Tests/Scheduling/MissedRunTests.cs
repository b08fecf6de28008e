using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>What an earlier process has left: times that passed without it, and runs that it did not end.</summary>
[Trait("Category", "Crash")]
public sealed class MissedRunTests : SchedulingTest
{
    [Fact]
    public async Task A_run_whose_time_passed_long_ago_is_left_out_and_recorded()
    {
        Store.PutScheduled(7, "50 11 * * *", Noon.AddMinutes(-10));

        await Silo.Task(7).Wake();

        Assert.Empty(Silo.Host.Started);
        Assert.Equal((RunCodes.Missed, null), (Store.RunsOf(7)[0].Code, Store.RunsOf(7)[0].StartedAt));
        Assert.Equal(Noon.AddMinutes(-10).AddDays(1), Silo.Reminders[7]);
        Assert.Empty(Store.Answers);
    }

    [Fact]
    public async Task A_run_whose_time_passed_within_the_grace_happens_late()
    {
        Store.PutScheduled(7, "55 11 * * *", Noon.AddMinutes(-5));

        await Silo.Task(7).Wake();
        await Store.WhenRecorded(7, 1);

        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.RunsOf(7)).Code);
    }

    [Fact]
    public async Task Of_several_runs_within_the_grace_the_latest_happens()
    {
        Store.PutScheduled(7, "* * * * *", Noon.AddMinutes(-3));

        await Silo.Task(7).Wake();
        await Store.WhenRecorded(7, 2);

        Assert.Equal([7], Silo.Host.Started);
        Assert.Equal([(Noon.AddMinutes(-3), RunCodes.Missed), (Noon, "TASK_PROCESSED")], Store.RunsOf(7).Select(run => (run.PlannedAt, run.Code!)));
        Assert.Equal(Noon.AddMinutes(1), Store.ScheduleOf(7)!.Next!.Value.At);
    }

    [Fact]
    public async Task One_run_makes_up_for_all_that_were_missed_when_the_configuration_says_so()
    {
        Silo.ScheduleOptions.MissedRun = MissedRun.Once;
        Store.PutScheduled(7, "50 11 * * *", Noon.AddMinutes(-10).AddDays(-30));

        await Silo.Task(7).Wake();
        await Store.WhenRecorded(7, 1);
        await Silo.Task(7).Wake();

        Assert.Equal([7], Silo.Host.Started);
        Assert.Equal(Noon.AddMinutes(-10).AddDays(1), Store.ScheduleOf(7)!.Next!.Value.At);
    }

    [Fact]
    public async Task A_schedule_of_minutes_that_slept_for_decades_is_up_at_once()
    {
        Store.PutScheduled(7, "* * * * *", Noon.AddYears(-50));

        await Silo.Task(7).Wake();
        await Store.WhenRecorded(7, 2);

        Assert.Equal([7], Silo.Host.Started);
    }

    [Fact]
    public async Task A_schedule_whose_last_time_was_missed_is_over()
    {
        Store.PutScheduled(7, "0 0 1 1 * 2026", Noon.AddHours(-12));

        await Silo.Task(7).Wake();

        Assert.Equal(TaskState.Finished, Store.StateOf(7));
        Assert.Null(Silo.Reminders[7]);
    }

    [Fact]
    public async Task A_run_that_was_handed_over_and_not_started_when_the_agent_died_is_late_like_any_other()
    {
        Silo.Host.Holds = true;
        await Silo.Send(Given.Incoming(1));
        await Silo.Host.WhenStarted(1);
        await Silo.Send(Given.Incoming(7, cron: "1 12 * * *"));
        await Silo.Pass(TimeSpan.FromMinutes(1));
        await RestartAsync();
        Silo.Clock.Advance(TimeSpan.FromMinutes(2));

        await Silo.Task(7).Wake();
        await Silo.Host.WhenStarted(7);

        Assert.Equal(Noon.AddMinutes(1), Assert.Single(Store.RunsOf(7)).PlannedAt);
    }

    [Fact]
    public async Task A_run_that_was_going_when_the_agent_died_is_answered_once_and_not_run_again()
    {
        Store.PutScheduled(7, "30 12 * * *", Noon.AddMinutes(30), goingAt: Noon.AddMinutes(-1));

        await Silo.Task(7).Release();
        await Silo.Task(7).Release();
        await Silo.Pass(TimeSpan.FromMinutes(29));

        var answer = Assert.Single(Store.Answers);
        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains("interrupted", (string?)JsonNode.Parse(answer.Draft.Body)!["responseMessage"], StringComparison.Ordinal);
        Assert.Empty(Silo.Host.Started);
        Assert.Equal(Noon.AddMinutes(30), Silo.Reminders[7]);
        Assert.Equal(TaskState.Scheduled, Store.StateOf(7));
    }

    [Fact]
    public async Task An_idempotent_run_that_was_going_when_the_agent_died_is_run_again_and_answered_once()
    {
        Silo.Host.OnFind = (_, _, _) => new PluginLookup(null, false, Idempotent: true, false);
        Store.PutScheduled(7, "30 12 * * *", Noon.AddMinutes(30), goingAt: Noon.AddMinutes(-1));

        await Silo.Task(7).Release();
        await Store.WhenAnswered();

        Assert.Equal([7], Silo.Host.Started);
        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.RunsOf(7)).Code);
    }

    [Fact]
    public async Task A_last_run_that_was_going_when_the_agent_died_ends_its_schedule()
    {
        Store.PutScheduled(7, "0 12 1 1 * 2026", Noon, goingAt: Noon);
        await Store.CancelAsync(7, null);
        Assert.Equal(TaskState.Scheduled, Store.StateOf(7));

        await Silo.Task(7).Release();

        Assert.Equal("TASK_ERROR", Assert.Single(Store.Answers).Code);
        Assert.Equal(TaskState.Finished, Store.StateOf(7));
    }

    [Fact]
    public async Task A_reminder_that_rings_before_an_interrupted_run_is_taken_up_leaves_it_alone()
    {
        Store.PutScheduled(7, "* * * * *", Noon, goingAt: Noon.AddMinutes(-1));

        await Silo.Ring(7);
        await Silo.Task(7).Release();
        await Silo.Pass(TimeSpan.FromMinutes(1));
        await Store.WhenRecorded(7, 3);

        Assert.Equal(["TASK_ERROR", RunCodes.Skipped, "TASK_PROCESSED"], Store.RunsOf(7).Select(run => run.Code));
        Assert.Equal([7], Silo.Host.Started);
    }

    [Fact]
    public async Task An_activation_that_is_lost_while_its_run_is_going_does_not_lose_the_answer()
    {
        Silo.Host.Holds = true;
        await Silo.Send(Given.Incoming(7, cron: "* * * * *"));
        await Silo.Pass(TimeSpan.FromMinutes(1));
        await Silo.Host.WhenStarted(7);
        await Silo.Deactivate(Silo.Task(7));
        await Silo.Ring(7);

        Silo.Host.End(7);
        await Store.WhenAnswered();

        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
        Assert.Equal([7], Silo.Host.Started);
    }
}
