using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class ScheduleStoreTests : IAsyncDisposable
{
    private static readonly DateTimeOffset First = TestDatabase.Start.AddMinutes(1);
    private static readonly DateTimeOffset Second = TestDatabase.Start.AddMinutes(2);
    private static readonly DateTimeOffset Third = TestDatabase.Start.AddMinutes(3);

    private readonly TestDatabase _database = TestDatabase.Create();

    private IScheduleStore Schedules => _database.Db.Schedules;

    private ITaskStore Tasks => _database.Tasks;

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_scheduled_task_is_stored_with_its_schedule_and_is_not_unfinished_work()
    {
        var stored = new StoredSchedule("* * * * *", new Occurrence(First, First.AddSeconds(20)));

        Assert.Equal(AcceptOutcome.Accepted, await Schedules.AcceptAsync(TestDatabase.Task(1, "secret"), stored, null));
        Assert.Equal(AcceptOutcome.Duplicate, await Schedules.AcceptAsync(TestDatabase.Task(1), At(Third), null));
        await _database.ReopenAsync();

        Assert.Equal(stored, await Schedules.FindAsync(1));
        Assert.Equal((TaskState.Scheduled, "secret"), ((await Tasks.FindAsync(1))!.State, (await Tasks.FindAsync(1))!.Parameters));
        Assert.Empty(await Tasks.ListUnfinishedAsync());
        Assert.False(await Tasks.StartAsync(1));
        Assert.Equal(0, await Tasks.ForgetAsync(TestDatabase.Start.AddYears(1)));
        Assert.Null(await Schedules.FindAsync(2));
    }

    [Fact]
    public async Task A_task_that_was_cancelled_before_it_came_is_finished_and_its_parameters_are_not_kept()
    {
        Assert.Equal(AcceptOutcome.Accepted, await Schedules.AcceptAsync(TestDatabase.Task(1, "secret"), null, null));

        var task = await Tasks.FindAsync(1);
        Assert.Equal((TaskState.Finished, null), (task!.State, task.Parameters));
        Assert.Null(await Schedules.FindAsync(1));
    }

    [Fact]
    public async Task A_run_is_started_once_and_ended_once_with_one_answer()
    {
        await AcceptAsync(1);

        Assert.True(await Schedules.StartRunAsync(1, First, Next(Second), null));
        Assert.False(await Schedules.StartRunAsync(1, First, Next(Second), null));
        Assert.Equal(new StoredSchedule("* * * * *", Next(Second), First, First), await Schedules.FindAsync(1));
        Assert.Equal([1], await Schedules.ListGoingAsync());

        Assert.True(await Schedules.FinishRunAsync(1, First, "TASK_PROCESSED", TestDatabase.Draft("done")));
        Assert.False(await Schedules.FinishRunAsync(1, First, "TASK_ERROR", TestDatabase.Draft("again")));
        Assert.False(await Schedules.StartRunAsync(1, First, Next(Second), null));

        Assert.Equal(["done"], await _database.DueBodiesAsync());
        Assert.Equal(new StoredSchedule("* * * * *", Next(Second), First), await Schedules.FindAsync(1));
        Assert.Empty(await Schedules.ListGoingAsync());
        Assert.Equal("TASK_PROCESSED", (await Tasks.FindAsync(1))!.ResponseCode);
    }

    [Fact]
    public async Task What_is_not_run_is_recorded_and_answered_once()
    {
        await AcceptAsync(1);

        await Schedules.PassAsync(1, First, "TASK_ERROR", Next(Second), TestDatabase.Draft("no plugin"));
        await Schedules.PassAsync(1, First, "TASK_ERROR", Next(Second), TestDatabase.Draft("no plugin"));
        await Schedules.StartRunAsync(1, Second, Next(Third), First.AddSeconds(30));

        Assert.Equal(["no plugin"], await _database.DueBodiesAsync());
        Assert.Equal(1, _database.Number("SELECT count(*) FROM run WHERE code = 'SKIPPED' AND started_at IS NULL"));
        Assert.Equal(Next(Third), (await Schedules.FindAsync(1))!.Next);
    }

    [Fact]
    public async Task A_schedule_without_a_future_ends_with_its_last_run()
    {
        await AcceptAsync(1);
        await Schedules.StartRunAsync(1, First, null, null);
        Assert.Equal(TaskState.Scheduled, (await Tasks.FindAsync(1))!.State);

        await Schedules.FinishRunAsync(1, First, "TASK_PROCESSED", TestDatabase.Draft());

        var task = await Tasks.FindAsync(1);
        Assert.Equal((TaskState.Finished, null, "TASK_PROCESSED", TestDatabase.Start), (task!.State, task.Parameters, task.ResponseCode, task.FinishedAt));
        Assert.Null(await Schedules.FindAsync(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_task_is_finished_at_once_or_with_the_run_that_is_going(bool isGoing)
    {
        await AcceptAsync(1);
        if (isGoing)
        {
            await Schedules.StartRunAsync(1, First, Next(Second), null);
        }

        Assert.True(await Schedules.CancelAsync(1, null));
        Assert.Equal(isGoing ? TaskState.Scheduled : TaskState.Finished, (await Tasks.FindAsync(1))!.State);
        Assert.Equal(isGoing, (await Tasks.FindAsync(1))!.Parameters is not null);

        await Schedules.FinishRunAsync(1, First, "TASK_PROCESSED", TestDatabase.Draft());
        Assert.Equal(TaskState.Finished, (await Tasks.FindAsync(1))!.State);
        Assert.Equal(isGoing ? 1 : 0, (await _database.DueAsync()).Count);
        Assert.False(await Schedules.CancelAsync(1, null));
        Assert.False(await Schedules.ReplaceAsync(1, "0 0 * * *", Next(Third), null));
    }

    [Fact]
    public async Task An_update_is_stored_with_the_position_of_its_stanza()
    {
        await _database.Stream.SaveAsync(new StoredStream("s", "pc@lider/1", 0, 0));
        await Schedules.AcceptAsync(TestDatabase.Task(1), At(First), new StreamPosition("s", 1));
        Assert.True(await Schedules.ReplaceAsync(1, "0 0 * * *", Next(Third), new StreamPosition("s", 2)));
        Assert.Equal(2, (await _database.Stream.LoadAsync())!.Handled);

        await Schedules.RememberAsync(9, "0 0 * * *", TestDatabase.Start, new StreamPosition("s", 3));
        Assert.Equal(3, (await _database.Stream.LoadAsync())!.Handled);

        await Schedules.CancelAsync(1, new StreamPosition("s", 4));
        Assert.Equal(4, (await _database.Stream.LoadAsync())!.Handled);
    }

    [Fact]
    public async Task An_update_that_came_early_is_kept_until_its_task_or_its_end()
    {
        var before = TestDatabase.Start.AddSeconds(-1);
        await Schedules.RememberAsync(1, "0 0 * * *", TestDatabase.Start, null);
        await Schedules.RememberAsync(1, null, TestDatabase.Start, null);
        await Schedules.RememberAsync(2, "0 0 * * *", TestDatabase.Start, null);

        Assert.Equal(new EarlyUpdate(null), await Schedules.FindUpdateAsync(1, before));
        Assert.Equal(new EarlyUpdate("0 0 * * *"), await Schedules.FindUpdateAsync(2, before));
        Assert.Null(await Schedules.FindUpdateAsync(2, TestDatabase.Start));
        Assert.Null(await Schedules.FindUpdateAsync(3, before));

        await AcceptAsync(2);
        Assert.Null(await Schedules.FindUpdateAsync(2, before));
        Assert.Equal(1, await Schedules.ForgetAsync(TestDatabase.Start, TestDatabase.Start.AddSeconds(1)));
        Assert.Null(await Schedules.FindUpdateAsync(1, before));
    }

    [Fact]
    public async Task A_clock_that_was_put_back_lets_later_occurrences_come_again()
    {
        await AcceptAsync(1);
        await RunAsync(1, First, Second);
        await RunAsync(1, Second, Third);

        await Schedules.MoveAsync(1, Next(Second), First);

        Assert.Equal(new StoredSchedule("* * * * *", Next(Second)), await Schedules.FindAsync(1));
        Assert.False(await Schedules.StartRunAsync(1, First, Next(Second), null));
        Assert.True(await Schedules.StartRunAsync(1, Second, Next(Third), null));
    }

    [Fact]
    public async Task Records_of_a_task_are_bounded_and_what_is_going_is_not_among_those_that_go()
    {
        await AcceptAsync(1);
        await AcceptAsync(2);
        await RunAsync(2, First, Second);
        await Schedules.StartRunAsync(1, First, Next(Second), null);
        for (var minute = 2; minute <= 250; minute++)
        {
            await Schedules.PassAsync(1, TestDatabase.Start.AddMinutes(minute), RunCodes.Skipped, Next(TestDatabase.Start.AddMinutes(minute + 1)), null);
        }

        Assert.Equal(101, _database.Number("SELECT count(*) FROM run WHERE task_id = 1"));
        Assert.Equal(1, _database.Number("SELECT count(*) FROM run WHERE task_id = 2"));
        Assert.Equal(First, (await Schedules.FindAsync(1))!.GoingAt);
    }

    [Fact]
    public async Task Old_records_are_forgotten()
    {
        await AcceptAsync(1);
        await RunAsync(1, First, Second);
        _database.Time.Advance(TimeSpan.FromDays(1));
        await RunAsync(1, Second, Third);

        Assert.Equal(1, await Schedules.ForgetAsync(TestDatabase.Start.AddHours(1), TestDatabase.Start));
        Assert.Equal(1, _database.Number("SELECT count(*) FROM run"));
    }

    [Fact]
    public async Task The_list_begins_with_what_runs_next_and_tells_of_the_last_run()
    {
        await AcceptAsync(1, Third);
        await AcceptAsync(2, First);
        await AcceptAsync(3, Second);
        await RunAsync(3, Second, Second.AddYears(1));
        await Schedules.PassAsync(2, First, RunCodes.Missed, Next(Second), null);
        await Tasks.AcceptAsync(TestDatabase.Task(4), null);

        var list = await Schedules.ListAsync(2);

        Assert.Equal([2, 1], list.Select(row => row.TaskId));
        Assert.Equal(new RunRecord(First, null, TestDatabase.Start, RunCodes.Missed), list[0].LastRun);
        Assert.Equal(("script", "EXECUTE_SCRIPT", "* * * * *", Next(Third), null), (list[1].Plugin, list[1].Command, list[1].Cron, list[1].Next!.Value, list[1].LastRun));
        Assert.Equal(3, (await Schedules.ListAsync(10)).Count);
    }

    [Fact]
    public async Task Schedules_stand_beside_the_reminders_of_their_grains()
    {
        long[] ids = [1, 31, 5_000_000_000, -7, long.MinValue, long.MaxValue];
        foreach (var id in ids)
        {
            await AcceptAsync(id);
            await RemindAsync(id, First);
        }

        await AcceptAsync(2);
        await RemindAsync(3, Second);
        await _database.Db.Reminders.UpsertRow(Reminder(Grain("session", 1), Second), TestContext.Current.CancellationToken);

        var rows = (await Schedules.ListWithRemindersAsync()).ToDictionary(row => row.TaskId);

        Assert.Equal(8, rows.Count);
        Assert.All(ids, id => Assert.Equal((First, true), (rows[id].ReminderAt, rows[id].Schedule is not null)));
        Assert.Equal((null, true), (rows[2].ReminderAt, rows[2].Schedule is not null));
        Assert.Equal((Second, false), (rows[3].ReminderAt, rows[3].Schedule is not null));
    }

    [Fact]
    public async Task Ten_thousand_schedules_are_looked_through_without_comparing_each_with_each()
    {
        await Task.WhenAll(Enumerable.Range(1, 10_000).Select(async id =>
        {
            await AcceptAsync(id);
            await RemindAsync(id, First);
        }));

        Assert.All(await Schedules.ListWithRemindersAsync(), row => Assert.Equal(First, row.ReminderAt));
        Assert.Contains("AUTOMATIC", Plan(), StringComparison.Ordinal);
    }

    private static StoredSchedule At(DateTimeOffset at) => new("* * * * *", Next(at));

    private static Occurrence Next(DateTimeOffset at) => new(at, at);

    private static GrainId Grain(string type, long key) => GrainId.Create(GrainType.Create(type), GrainIdKeyExtensions.CreateIntegerKey(key));

    private static ReminderEntry Reminder(GrainId grain, DateTimeOffset at) =>
        new() { GrainId = grain, ReminderName = ScheduleReminder.Name, StartAt = at.UtcDateTime, Period = TimeSpan.FromMinutes(1) };

    private async Task AcceptAsync(long id, DateTimeOffset? at = null) => await Schedules.AcceptAsync(TestDatabase.Task(id), At(at ?? First), null);

    private async Task RunAsync(long id, DateTimeOffset at, DateTimeOffset next)
    {
        await Schedules.StartRunAsync(id, at, Next(next), null);
        await Schedules.FinishRunAsync(id, at, "TASK_PROCESSED", TestDatabase.Draft());
    }

    private async Task RemindAsync(long id, DateTimeOffset at) =>
        await _database.Db.Reminders.UpsertRow(Reminder(Grain(ScheduleReminder.GrainType, id), at), TestContext.Current.CancellationToken);

    private string Plan()
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_database.Options.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + Tables.Reader.SchedulesBesideReminders;
        using var rows = command.ExecuteReader();
        var plan = "";
        while (rows.Read())
        {
            plan += rows.GetString(3) + "\n";
        }

        return plan;
    }
}
