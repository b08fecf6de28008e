using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class TaskStoreTests : IAsyncDisposable
{
    private readonly TestDatabase _database = TestDatabase.Create();

    private ITaskStore Tasks => _database.Tasks;

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task An_accepted_task_is_found_as_it_came()
    {
        var task = new NewTask(5_000_000_000, "script", "EXECUTE_SCRIPT", """{"SCRIPT_CONTENTS":"echo ğüşıöç"}""", TestDatabase.Start, 1);

        Assert.Equal(AcceptOutcome.Accepted, await Tasks.AcceptAsync(task, null));

        var found = await Tasks.FindAsync(5_000_000_000);
        Assert.Equal(
            new StoredTask
            {
                TaskId = 5_000_000_000,
                Plugin = "script",
                Command = "EXECUTE_SCRIPT",
                Parameters = task.Parameters,
                State = TaskState.Waiting,
                ReceivedAt = TestDatabase.Start,
            },
            found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("satır\u2028sonu \U0001F600")]
    public async Task Texts_from_outside_come_back_whole(string text)
    {
        await Tasks.AcceptAsync(new NewTask(1, text, text, text, TestDatabase.Start, 1), null);
        await Tasks.FinishAsync(1, text, TestDatabase.Draft(text));

        var found = await Tasks.FindAsync(1);
        Assert.Equal((text, text, text), (found!.Plugin, found.Command, found.ResponseCode));
        Assert.Equal([text], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task An_unknown_task_is_not_found()
    {
        Assert.Null(await Tasks.FindAsync(1));
        Assert.False(await Tasks.StartAsync(1));
        Assert.False(await Tasks.FinishAsync(1, "TASK_PROCESSED", TestDatabase.Draft()));
        Assert.Empty(await _database.DueAsync());
    }

    [Fact]
    public async Task A_known_id_is_a_duplicate_in_every_state_and_changes_nothing()
    {
        await Tasks.AcceptAsync(TestDatabase.Task(1, "first"), null);
        Assert.Equal(AcceptOutcome.Duplicate, await Tasks.AcceptAsync(TestDatabase.Task(1, "second"), null));
        Assert.Equal("first", (await Tasks.FindAsync(1))!.Parameters);

        await Tasks.StartAsync(1);
        Assert.Equal(AcceptOutcome.Duplicate, await Tasks.AcceptAsync(TestDatabase.Task(1), null));
        Assert.Equal(TaskState.Running, (await Tasks.FindAsync(1))!.State);

        await Tasks.FinishAsync(1, "TASK_PROCESSED", TestDatabase.Draft());
        Assert.Equal(AcceptOutcome.Duplicate, await Tasks.AcceptAsync(TestDatabase.Task(1), null));
        Assert.Equal(TaskState.Finished, (await Tasks.FindAsync(1))!.State);
    }

    [Fact]
    public async Task Only_a_waiting_task_starts()
    {
        await Tasks.AcceptAsync(TestDatabase.Task(1), null);

        Assert.True(await Tasks.StartAsync(1));
        Assert.False(await Tasks.StartAsync(1));
        await Tasks.FinishAsync(1, "TASK_PROCESSED", TestDatabase.Draft());
        Assert.False(await Tasks.StartAsync(1));
    }

    [Fact]
    public async Task A_finished_task_has_its_answer_in_the_outbox_and_no_parameters()
    {
        await Tasks.AcceptAsync(TestDatabase.Task(1, "secret"), null);
        await Tasks.StartAsync(1);
        _database.Time.Advance(TimeSpan.FromSeconds(7));

        Assert.True(await Tasks.FinishAsync(1, "TASK_WARNING", TestDatabase.Draft("the answer")));

        var found = await Tasks.FindAsync(1);
        Assert.Equal(TaskState.Finished, found!.State);
        Assert.Null(found.Parameters);
        Assert.Equal("TASK_WARNING", found.ResponseCode);
        Assert.Equal(TestDatabase.Start.AddSeconds(7), found.FinishedAt);
        Assert.Equal(["the answer"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task A_task_that_never_started_can_be_finished()
    {
        await Tasks.AcceptAsync(TestDatabase.Task(1), null);

        Assert.True(await Tasks.FinishAsync(1, "TASK_ERROR", TestDatabase.Draft("unknown plugin")));
        Assert.Equal(["unknown plugin"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task A_task_is_answered_once_however_often_and_fast_it_is_finished()
    {
        await Tasks.AcceptAsync(TestDatabase.Task(1), null);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(i => Tasks.FinishAsync(1, $"CODE_{i}", TestDatabase.Draft($"answer {i}")).AsTask()));

        Assert.Equal(1, outcomes.Count(first => first));
        Assert.True(outcomes[0]);
        Assert.Equal(["answer 0"], await _database.DueBodiesAsync());
        Assert.Equal("CODE_0", (await Tasks.FindAsync(1))!.ResponseCode);
    }

    [Fact]
    public async Task Unfinished_tasks_are_listed_in_order_of_arrival()
    {
        foreach (var id in (long[])[30, 10, 20, 40])
        {
            await Tasks.AcceptAsync(TestDatabase.Task(id), null);
        }

        await Tasks.StartAsync(20);
        await Tasks.FinishAsync(10, "TASK_PROCESSED", TestDatabase.Draft());

        Assert.Equal([30, 20, 40], await Tasks.ListUnfinishedAsync());
    }

    [Fact]
    public async Task A_parked_task_has_an_answer_keeps_what_it_needs_and_may_still_run()
    {
        var task = TestDatabase.Task(1, "parameters") with { PluginVersion = "1.0.0", FileServer = "server" };
        await Tasks.AcceptAsync(task, null);

        Assert.True(await Tasks.ParkAsync(1, "TASK_ERROR", TestDatabase.Draft("not here")));
        Assert.False(await Tasks.ParkAsync(1, "TASK_ERROR", TestDatabase.Draft("again")));

        var parked = await Tasks.FindAsync(1);
        Assert.Equal((TaskState.Parked, "TASK_ERROR", "parameters", "1.0.0", "server"), (parked!.State, parked.ResponseCode, parked.Parameters, parked.PluginVersion, parked.FileServer));
        Assert.Equal(["not here"], await _database.DueBodiesAsync());
        Assert.Empty(await Tasks.ListUnfinishedAsync());

        Assert.True(await Tasks.StartAsync(1));
        Assert.Empty(await Tasks.ListParkedAsync(null));
        Assert.True(await Tasks.FinishAsync(1, "TASK_PROCESSED", TestDatabase.Draft("done")));
        var finished = await Tasks.FindAsync(1);
        Assert.Equal((TaskState.Finished, null, null), (finished!.State, finished.Parameters, finished.FileServer));
        Assert.Equal(["not here", "done"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task Only_a_waiting_task_is_parked()
    {
        await Tasks.AcceptAsync(TestDatabase.Task(1), null);
        await Tasks.StartAsync(1);

        Assert.False(await Tasks.ParkAsync(1, "TASK_ERROR", TestDatabase.Draft()));
        Assert.False(await Tasks.ParkAsync(2, "TASK_ERROR", TestDatabase.Draft()));
        Assert.Empty(await _database.DueAsync());
    }

    [Fact]
    public async Task Parked_tasks_are_listed_by_their_plugin_in_order_of_arrival_and_forgotten_in_time()
    {
        foreach (var id in (long[])[30, 10, 20])
        {
            await Tasks.AcceptAsync(TestDatabase.Task(id) with { Plugin = id == 10 ? "other" : "script" }, null);
            await Tasks.ParkAsync(id, "TASK_ERROR", TestDatabase.Draft());
        }

        Assert.Equal([30, 20], await Tasks.ListParkedAsync("script"));
        Assert.Equal([30, 10, 20], await Tasks.ListParkedAsync(null));
        Assert.Equal(0, await Tasks.ForgetAsync(TestDatabase.Start));
        Assert.Equal(3, await Tasks.ForgetAsync(TestDatabase.Start.AddSeconds(1)));
        Assert.Null(await Tasks.FindAsync(10));
    }

    [Fact]
    public async Task The_list_begins_with_the_newest_and_ends_at_its_limit()
    {
        foreach (var id in (long[])[30, 10, 20])
        {
            await Tasks.AcceptAsync(TestDatabase.Task(id), null);
        }

        Assert.Equal([20, 10], (await Tasks.ListAsync(2)).Select(task => task.TaskId));
        Assert.Empty(await Tasks.ListAsync(0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Tasks.ListAsync(-1));
    }

    [Fact]
    public async Task Only_tasks_that_finished_before_the_moment_are_forgotten_and_their_ids_are_new_again()
    {
        foreach (var id in (long[])[1, 2, 3])
        {
            await Tasks.AcceptAsync(TestDatabase.Task(id), null);
        }

        await Tasks.FinishAsync(1, "TASK_PROCESSED", TestDatabase.Draft());
        _database.Time.Advance(TimeSpan.FromDays(30));
        await Tasks.FinishAsync(2, "TASK_PROCESSED", TestDatabase.Draft());

        Assert.Equal(1, await Tasks.ForgetAsync(_database.Time.GetUtcNow()));

        Assert.Equal(AcceptOutcome.Accepted, await Tasks.AcceptAsync(TestDatabase.Task(1), null));
        Assert.Equal(AcceptOutcome.Duplicate, await Tasks.AcceptAsync(TestDatabase.Task(2), null));
        Assert.Equal(AcceptOutcome.Duplicate, await Tasks.AcceptAsync(TestDatabase.Task(3), null));
    }

    [Fact]
    public async Task Everything_is_still_there_after_a_restart()
    {
        await Tasks.AcceptAsync(TestDatabase.Task(1, "one"), null);
        await Tasks.AcceptAsync(TestDatabase.Task(2), null);
        await Tasks.StartAsync(1);
        await Tasks.FinishAsync(2, "TASK_PROCESSED", TestDatabase.Draft("answer"));

        await _database.ReopenAsync();

        Assert.Equal([1], await Tasks.ListUnfinishedAsync());
        Assert.Equal((TaskState.Running, "one"), ((await Tasks.FindAsync(1))!.State, (await Tasks.FindAsync(1))!.Parameters));
        Assert.Equal(AcceptOutcome.Duplicate, await Tasks.AcceptAsync(TestDatabase.Task(2), null));
        Assert.Equal(["answer"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task Calls_after_closing_fail_and_do_not_hang()
    {
        var tasks = Tasks;
        await _database.Db.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await tasks.AcceptAsync(TestDatabase.Task(1), null));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await tasks.FindAsync(1));
    }
}
