using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>UPDATE_SCHEDULED_TASK (LP 2.4) before, during and after everything.</summary>
[Trait("Category", "Unit")]
public sealed class ScheduleUpdateTests : SchedulingTest
{
    [Fact]
    public async Task An_update_replaces_the_schedule()
    {
        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        await Update("45 12 * * *");
        Assert.Equal(Noon.AddMinutes(45), Silo.Reminders[7]);
        await Silo.Pass(TimeSpan.FromMinutes(45));
        await Store.WhenRecorded(7, 1);

        Assert.Equal(Noon.AddMinutes(45), Assert.Single(Store.RunsOf(7)).PlannedAt);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("none")]
    [InlineData(" None ")]
    public async Task An_update_without_a_schedule_cancels(string? cron)
    {
        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        await Update(cron);
        await Silo.Ring(7);
        await Silo.Pass(TimeSpan.FromDays(1));

        Assert.Empty(Silo.Host.Started);
        Assert.Equal(TaskState.Finished, Store.StateOf(7));
        Assert.Null(Silo.Reminders[7]);
        Assert.Empty(Store.Answers);
    }

    [Theory]
    [InlineData("99 * * * *")]
    [InlineData("0 0 30 2 *")]
    public async Task A_wrong_update_leaves_what_was_scheduled(string cron)
    {
        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        await Update(cron);
        await Silo.Pass(TimeSpan.FromMinutes(30));
        await Store.WhenRecorded(7, 1);

        Assert.Equal([7], Silo.Host.Started);
    }

    [Fact]
    public async Task An_update_that_comes_before_its_task_counts_when_it_comes()
    {
        await Update("45 12 * * *");

        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        Assert.Equal(Noon.AddMinutes(45), Silo.Reminders[7]);
    }

    [Fact]
    public async Task A_task_that_was_cancelled_before_it_came_is_never_run()
    {
        await Update("45 12 * * *");
        await Update(null);

        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        await Silo.Pass(TimeSpan.FromDays(1));

        Assert.Empty(Silo.Host.Started);
        Assert.Empty(Store.Answers);
        Assert.Equal(TaskState.Finished, Store.StateOf(7));
    }

    [Fact]
    public async Task An_update_that_came_a_day_before_its_task_is_forgotten()
    {
        await Update("45 12 * * *");
        Silo.Clock.Advance(TimeSpan.FromHours(24));

        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        Assert.Equal(Noon.AddMinutes(30).AddDays(1), Silo.Reminders[7]);
    }

    [Fact]
    public async Task An_update_of_a_task_without_a_schedule_is_not_followed()
    {
        await Silo.Send(Given.Incoming(7));
        await Store.WhenAnswered();

        await Update("* * * * *");
        await Silo.Pass(TimeSpan.FromMinutes(2));

        Assert.Equal([7], Silo.Host.Started);
        Assert.Null(Silo.Reminders[7]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("45 12 * * *")]
    public async Task An_update_while_a_run_is_going_does_not_disturb_it(string? cron)
    {
        Silo.Host.Holds = true;
        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        await Silo.Pass(TimeSpan.FromMinutes(30));
        await Silo.Host.WhenStarted(7);

        await Update(cron);
        Silo.Host.End(7);
        await Store.WhenAnswered();

        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
        Assert.Equal(cron is null ? TaskState.Finished : TaskState.Scheduled, Store.StateOf(7));
        Assert.Equal(cron is null ? null : Noon.AddMinutes(45), Silo.Reminders[7]);
    }

    [Fact]
    public async Task A_run_that_waits_for_its_start_is_not_run_when_it_is_cancelled()
    {
        Silo.Host.Holds = true;
        await Silo.Send(Given.Incoming(1));
        await Silo.Host.WhenStarted(1);
        await Silo.Send(Given.Incoming(7, cron: "1 12 * * *"));
        await Silo.Pass(TimeSpan.FromMinutes(1));

        await Update(null);
        Silo.Host.End(1);
        await Silo.Send(Given.Incoming(8));
        await Silo.Host.WhenStarted(8);

        Assert.Equal([1, 8], Silo.Host.Started);
        Assert.Equal(TaskState.Finished, Store.StateOf(7));
    }

    [Fact]
    public async Task An_update_that_is_not_stored_is_refused_and_can_come_again()
    {
        await Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        Store.Break(StoreCall.Update);
        await Assert.ThrowsAsync<StorageException>(() => Update("45 12 * * *"));
        Assert.Equal("30 12 * * *", Store.ScheduleOf(7)!.Cron);

        Store.Break(StoreCall.Update, false);
        await Update("45 12 * * *");

        Assert.Equal(Noon.AddMinutes(45), Silo.Reminders[7]);
    }

    private Task Update(string? cron) => Silo.Task(7).Reschedule(new ScheduleUpdate(cron, Silo.Clock.GetUtcNow(), new StreamPosition("stream", 9)));
}
