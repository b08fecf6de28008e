using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tests;

/// <summary>What is old goes, and the file gives its room back.</summary>
[Trait("Category", "Integration")]
public sealed class RetentionTests : IAsyncDisposable
{
    private const int TasksADay = 40;
    private const int RunsADay = 96;
    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    private readonly TestDatabase _database = TestDatabase.Create();

    private IScheduleStore Schedules => _database.Db.Schedules;

    private ITaskStore Tasks => _database.Tasks;

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_year_of_tasks_and_runs_leaves_a_file_no_larger_than_two_months_do()
    {
        await Schedules.AcceptAsync(TestDatabase.Task(1), At(_database.Time.GetUtcNow()), null);
        var largest = 0L;
        for (var day = 1; day <= 365; day++)
        {
            await DayAsync(day);
            await Tasks.ForgetAsync(_database.Time.GetUtcNow() - Keep);
            await Schedules.ForgetAsync(_database.Time.GetUtcNow() - Keep, _database.Time.GetUtcNow());
            await _database.Db.CheckpointAsync();
            if (day <= 60)
            {
                largest = Math.Max(largest, Size());
            }
        }

        Assert.InRange(Size(), 1, largest * 11 / 10);
        Assert.InRange(_database.Number("SELECT count(*) FROM task"), TasksADay * 29, (TasksADay * 31) + 1);
        Assert.InRange(_database.Number("SELECT count(*) FROM run"), 1, 100);
        Assert.Empty(_database.Db.CheckIntegrity());
    }

    [Fact]
    public async Task A_file_that_grew_in_a_burst_shrinks_when_its_tasks_are_forgotten()
    {
        await Task.WhenAll(Enumerable.Range(1, 2000).Select(id => Tasks.AcceptAsync(TestDatabase.Task(id, new string('p', 8000)), null).AsTask()));
        await Task.WhenAll(Enumerable.Range(1, 2000).Select(id => Tasks.FinishAsync(id, "TASK_PROCESSED", TestDatabase.Draft()).AsTask()));
        await _database.Db.CheckpointAsync();
        var grown = Size();
        _database.Time.Advance(Keep * 2);

        var writing = Task.WhenAll(Enumerable.Range(3000, 200).Select(id => Tasks.AcceptAsync(TestDatabase.Task(id), null).AsTask()));
        Assert.Equal(2000, await Tasks.ForgetAsync(_database.Time.GetUtcNow() - Keep));
        await writing;
        await _database.Db.CheckpointAsync();

        Assert.InRange(Size(), 1, grown / 4);
        Assert.InRange(_database.Number("PRAGMA freelist_count"), 0, 256);
        Assert.Contains(_database.Log.Lines, line => line.Id.Id == 4020);
        Assert.Equal(200, _database.Number("SELECT count(*) FROM task"));
    }

    private static StoredSchedule At(DateTimeOffset at) => new("*/15 * * * *", new Occurrence(at, at));

    private long Size() => new FileInfo(_database.Options.Path).Length;

    /// <summary>A day at once: what was written beside each other shares its fsyncs.</summary>
    private async Task DayAsync(int day)
    {
        var midnight = TestDatabase.Start.AddDays(day);
        var ids = Enumerable.Range(0, TasksADay).Select(index => (long)(day * 1000) + index).ToArray();
        await Task.WhenAll(ids.Select(id => Tasks.AcceptAsync(TestDatabase.Task(id, new string('p', 500)), null).AsTask()));
        await Task.WhenAll(ids.Select(id => Tasks.FinishAsync(id, "TASK_PROCESSED", TestDatabase.Draft(new string('a', 2000))).AsTask()));
        var runs = Enumerable.Range(0, RunsADay).Select(index => midnight.AddMinutes(index * 15)).ToArray();
        await Task.WhenAll(runs.Select(at => Schedules.StartRunAsync(1, at, new Occurrence(at.AddMinutes(15), at.AddMinutes(15)), null).AsTask()));
        await Task.WhenAll(runs.Select(at => Schedules.FinishRunAsync(1, at, "TASK_PROCESSED", TestDatabase.Draft(new string('a', 2000))).AsTask()));
        await Task.WhenAll((await _database.DueAsync()).Select(row => _database.Outbox.ConfirmAsync(row.StanzaId).AsTask()));
        _database.Time.Advance(TimeSpan.FromDays(1));
    }
}
