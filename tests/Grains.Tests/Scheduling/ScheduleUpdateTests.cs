using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>UPDATE_SCHEDULED_TASK (LP 2.4) before, during and after everything.</summary>
[Trait("Category", "Unit")]
public sealed class ScheduleUpdateTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = Given.Now;

    private GrainCluster _silo = null!;

    private MemoryTaskStore Store => _silo.Store;

    public async ValueTask InitializeAsync() => _silo = await GrainCluster.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task An_update_replaces_the_schedule()
    {
        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        await Update("45 12 * * *");
        Assert.Equal(Noon.AddMinutes(45), _silo.Reminders[7]);
        await _silo.Pass(TimeSpan.FromMinutes(45));
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
        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        await Update(cron);
        await _silo.Ring(7);
        await _silo.Pass(TimeSpan.FromDays(1));

        Assert.Empty(_silo.Host.Started);
        Assert.Equal(TaskState.Finished, Store.StateOf(7));
        Assert.Null(_silo.Reminders[7]);
        Assert.Empty(Store.Answers);
    }

    [Theory]
    [InlineData("99 * * * *")]
    [InlineData("0 0 30 2 *")]
    public async Task A_wrong_update_leaves_what_was_scheduled(string cron)
    {
        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        await Update(cron);
        await _silo.Pass(TimeSpan.FromMinutes(30));
        await Store.WhenRecorded(7, 1);

        Assert.Equal([7], _silo.Host.Started);
    }

    [Fact]
    public async Task An_update_that_comes_before_its_task_counts_when_it_comes()
    {
        await Update("45 12 * * *");

        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        Assert.Equal(Noon.AddMinutes(45), _silo.Reminders[7]);
    }

    [Fact]
    public async Task A_task_that_was_cancelled_before_it_came_is_never_run()
    {
        await Update("45 12 * * *");
        await Update(null);

        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        await _silo.Pass(TimeSpan.FromDays(1));

        Assert.Empty(_silo.Host.Started);
        Assert.Empty(Store.Answers);
        Assert.Equal(TaskState.Finished, Store.StateOf(7));
    }

    [Fact]
    public async Task An_update_that_came_a_day_before_its_task_is_forgotten()
    {
        await Update("45 12 * * *");
        _silo.Clock.Advance(TimeSpan.FromHours(24));

        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        Assert.Equal(Noon.AddMinutes(30).AddDays(1), _silo.Reminders[7]);
    }

    [Fact]
    public async Task An_update_of_a_task_without_a_schedule_is_not_followed()
    {
        await _silo.Send(Given.Incoming(7));
        await Store.WhenAnswered();

        await Update("* * * * *");
        await _silo.Pass(TimeSpan.FromMinutes(2));

        Assert.Equal([7], _silo.Host.Started);
        Assert.Null(_silo.Reminders[7]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("45 12 * * *")]
    public async Task An_update_while_a_run_is_going_does_not_disturb_it(string? cron)
    {
        _silo.Host.Holds = true;
        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        await _silo.Pass(TimeSpan.FromMinutes(30));
        await _silo.Host.WhenStarted(7);

        await Update(cron);
        _silo.Host.End(7);
        await Store.WhenAnswered();

        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
        Assert.Equal(cron is null ? TaskState.Finished : TaskState.Scheduled, Store.StateOf(7));
        Assert.Equal(cron is null ? null : Noon.AddMinutes(45), _silo.Reminders[7]);
    }

    [Fact]
    public async Task A_run_that_waits_for_its_start_is_not_run_when_it_is_cancelled()
    {
        _silo.Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await _silo.Host.WhenStarted(1);
        await _silo.Send(Given.Incoming(7, cron: "1 12 * * *"));
        await _silo.Pass(TimeSpan.FromMinutes(1));

        await Update(null);
        _silo.Host.End(1);
        await _silo.Send(Given.Incoming(8));
        await _silo.Host.WhenStarted(8);

        Assert.Equal([1, 8], _silo.Host.Started);
        Assert.Equal(TaskState.Finished, Store.StateOf(7));
    }

    [Fact]
    public async Task An_update_that_is_not_stored_is_refused_and_can_come_again()
    {
        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        Store.Break(StoreCall.Update);
        await Assert.ThrowsAsync<StorageException>(() => Update("45 12 * * *"));
        Assert.Equal("30 12 * * *", Store.ScheduleOf(7)!.Cron);

        Store.Break(StoreCall.Update, false);
        await Update("45 12 * * *");

        Assert.Equal(Noon.AddMinutes(45), _silo.Reminders[7]);
    }

    private Task Update(string? cron) => _silo.Task(7).Reschedule(new ScheduleUpdate(cron, _silo.Clock.GetUtcNow(), new StreamPosition("stream", 9)));
}
