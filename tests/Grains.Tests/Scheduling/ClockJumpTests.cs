using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>Clocks that are set, machines that sleep, and what the keeper finds and repairs.</summary>
[Trait("Category", "Unit")]
public sealed class ClockJumpTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = Given.Now;

    private readonly CancellationTokenSource _stop = new();
    private GrainCluster _silo = null!;
    private Task _keeping = Task.CompletedTask;

    private MemoryTaskStore Store => _silo.Store;

    public async ValueTask InitializeAsync() => _silo = await GrainCluster.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeping.ContinueWith(static _ => { }, TaskScheduler.Default);
        await _silo.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_clock_that_is_put_back_by_less_than_three_hours_brings_nothing_again()
    {
        await RunAt12_30();

        _silo.Clock.Set(Noon.AddMinutes(-60));
        await _silo.Ring(7);
        await _silo.Pass(TimeSpan.FromMinutes(95));

        Assert.Equal([7], _silo.Host.Started);
        Assert.Equal(Noon.AddMinutes(30).AddDays(1), _silo.Reminders[7]);
    }

    [Fact]
    public async Task A_clock_that_is_put_back_by_more_was_wrong_and_the_new_time_counts()
    {
        await RunAt12_30();

        _silo.Clock.Set(Noon.AddDays(-1));
        await _silo.Ring(7);
        await _silo.Pass(TimeSpan.FromMinutes(30));
        await Store.WhenAnswered(2);

        Assert.Equal([7, 7], _silo.Host.Started);
        Assert.Equal(Noon.AddMinutes(30).AddDays(-1), Assert.Single(Store.RunsOf(7)).PlannedAt);
    }

    [Fact]
    public async Task An_hourly_task_waits_until_a_clock_that_was_put_back_has_caught_up()
    {
        await _silo.Send(Given.Incoming(7, cron: "0 * * * *"));
        await _silo.Pass(TimeSpan.FromHours(2));
        await Store.WhenRecorded(7, 2);

        _silo.Clock.Set(Noon.AddMinutes(30));
        await _silo.Ring(7);

        Assert.Equal(Noon.AddHours(3), _silo.Reminders[7]);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(60 * 24)]
    public async Task A_clock_that_jumps_forward_is_noticed_within_a_minute(int minutes)
    {
        await _silo.Send(Given.Incoming(7, cron: "15 12 * * *"));
        StartKeeping();

        // Orleans' own timers do not see it: nothing rings.
        _silo.Clock.Set(Noon.AddMinutes(minutes));
        await AdvanceAMinuteUntil(Store.WhenRecorded(7, 1));

        Assert.Equal(minutes == 17 ? "TASK_PROCESSED" : RunCodes.Missed, Store.RunsOf(7)[0].Code);
    }

    [Fact]
    public async Task After_a_jump_what_is_due_soon_gets_its_reminder_anew_and_what_is_far_stays_alone()
    {
        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        await _silo.Send(Given.Incoming(8, cron: "0 0 1 6 *"));
        StartKeeping();
        var sets = _silo.Reminders.Sets;

        _silo.Clock.Set(Noon.AddMinutes(20));
        await AdvanceAMinuteUntil(Until(() => _silo.Reminders.Sets > sets));

        Assert.Equal(sets + 1, _silo.Reminders.Sets);
        Assert.Equal(Noon.AddMinutes(30), _silo.Reminders[7]);
    }

    [Fact]
    public async Task Another_time_zone_is_noticed_within_a_minute()
    {
        await _silo.Send(Given.Incoming(7, cron: "30 16 * * *"));
        StartKeeping();

        _silo.Clock.SetLocalTimeZone(TimeZoneInfo.FindSystemTimeZoneById("Europe/Istanbul"));
        await AdvanceAMinuteUntil(Until(() => _silo.Reminders[7] == Noon.AddMinutes(90)));
    }

    [Fact]
    public async Task Reminders_that_are_lost_wrong_or_without_a_schedule_are_repaired_and_the_others_left_alone()
    {
        for (var id = 1; id <= 5; id++)
        {
            await _silo.Send(Given.Incoming(id, cron: "30 13 * * *"));
        }

        _silo.Reminders.Put(2, null);
        _silo.Reminders.Put(3, Noon.AddDays(3));
        _silo.Reminders.Put(99, Noon.AddDays(3));
        var sets = _silo.Reminders.Sets;

        await _silo.Keeper.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);

        Assert.Equal(sets + 2, _silo.Reminders.Sets);
        Assert.Equal(Enumerable.Range(1, 5).Select(id => ((long)id, Noon.AddMinutes(90))), _silo.Reminders.All.OrderBy(row => row.Key).Select(row => (row.Key, row.Value)));
    }

    [Fact]
    public async Task The_keeper_takes_up_at_its_start_what_was_going_and_what_is_late_and_looks_again_every_hour()
    {
        Store.PutScheduled(1, "30 13 * * *", Noon.AddMinutes(90), goingAt: Noon.AddMinutes(-1));
        Store.PutScheduled(2, "58 11 * * *", Noon.AddMinutes(-2));
        StartKeeping();
        await Store.WhenAnswered(2);
        Assert.Equal(["TASK_ERROR", "TASK_PROCESSED"], Store.Answers.OrderBy(answer => answer.TaskId).Select(answer => answer.Code));

        await Until(() => _silo.Reminders[1] is not null && _silo.Reminders[2] is not null);
        _silo.Reminders.Put(1, null);
        while (_silo.Reminders[1] is null)
        {
            _silo.Clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        }

        Assert.InRange(_silo.Clock.GetUtcNow() - Noon, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(75));
    }

    [Fact]
    public async Task A_schedule_that_moved_while_the_agent_was_off_is_found()
    {
        // The clock was three days ahead when this was stored.
        Store.PutScheduled(7, "30 12 * * *", Noon.AddMinutes(30).AddDays(3), lastAt: Noon.AddMinutes(30).AddDays(2));
        _silo.Reminders.Put(7, Noon.AddMinutes(30).AddDays(3));

        await _silo.Keeper.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);

        Assert.Equal(Noon.AddMinutes(30), _silo.Reminders[7]);
    }

    private async Task RunAt12_30()
    {
        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        await _silo.Pass(TimeSpan.FromMinutes(30));
        await Store.WhenRecorded(7, 1);
    }

    private void StartKeeping() => _keeping = _silo.Keeper.RunAsync(_stop.Token);

    /// <summary>At most a minute passes, as often as the keeper needs to see it.</summary>
    private async Task AdvanceAMinuteUntil(Task happened)
    {
        // The keeper sets its timer before it does anything else, and each step waits for it to have looked.
        for (var second = 0; second < 60 && !happened.IsCompleted; second += 15)
        {
            _silo.Clock.Advance(TimeSpan.FromSeconds(15));
            await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken));
        }

        await happened.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        }
    }
}
