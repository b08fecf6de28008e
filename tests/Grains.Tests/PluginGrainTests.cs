using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests;

[Trait("Category", "Unit")]
public sealed class PluginGrainTests : IAsyncLifetime
{
    private GrainCluster _silo = null!;

    private MemoryTaskStore Store => _silo.Store;

    private ScriptedHost Host => _silo.Host;

    public async ValueTask InitializeAsync() => _silo = await GrainCluster.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task Tasks_run_in_the_order_of_their_release_one_at_a_time()
    {
        long[] ids = [5, 3, 9, 1, 7, 2, 8, 4, 6, 10];
        foreach (var id in ids)
        {
            await _silo.Send(Given.Incoming(id));
        }

        await Store.WhenAnswered(ids.Length);

        Assert.Equal(ids, Host.Started);
        Assert.Equal(1, Host.MostAtOnce);
    }

    [Fact]
    public async Task Plugins_run_beside_each_other_and_each_one_waits_for_itself()
    {
        Host.Holds = true;
        await _silo.Send(Given.Incoming(1, "slow"));
        await _silo.Send(Given.Incoming(2, "slow"));
        await _silo.Send(Given.Incoming(3, "quick"));
        await Host.WhenStarted(3);

        Host.End(3);
        await Store.WhenAnswered();
        Assert.Equal(3, Assert.Single(Store.Answers).TaskId);
        Assert.DoesNotContain(2, Host.Started);

        Host.End(1);
        await Host.WhenStarted(2);
        Host.End(2);
        await Store.WhenAnswered(3);
        Assert.Equal(1, Host.MostAtOnce);
    }

    [Fact]
    public async Task A_start_that_is_not_stored_holds_the_task_back_until_it_is()
    {
        Store.Break(StoreCall.Start);
        await _silo.Send(Given.Incoming(1));
        await _silo.Send(Given.Incoming(2));
        await _silo.AdvanceUntil(Store.WhenFailed(StoreCall.Start, 3));
        Assert.Empty(Host.Started);

        Store.Break(StoreCall.Start, false);
        await _silo.AdvanceUntil(Store.WhenAnswered(2));

        Assert.Equal([1, 2], Host.Started);
    }

    [Fact]
    public async Task An_idempotent_command_runs_without_a_note_of_its_start()
    {
        Host.OnFind = (_, _) => new PluginLookup(null, Idempotent: true);
        Store.Break(StoreCall.Start);

        await _silo.Send(Given.Incoming(1));
        await Store.WhenAnswered();

        Assert.Equal(0, Store.Failures(StoreCall.Start));
    }

    [Fact]
    public async Task A_host_that_throws_costs_its_task_and_not_the_queue()
    {
        Host.OnRun = work => work.TaskId == 1 ? throw new InvalidOperationException("the host broke") : new TaskOutcome(TaskCode.Processed, "done");
        Host.Holds = true;
        await _silo.Send(Given.Incoming(9));
        await Host.WhenStarted(9);
        Host.Holds = false;
        await _silo.Send(Given.Incoming(1));
        await _silo.Send(Given.Incoming(2));

        Host.End(9);
        await Store.WhenAnswered(3);

        Assert.Equal([9, 1, 2], Host.Started);
        var failed = Store.Answers.Single(answer => answer.TaskId == 1);
        Assert.Equal("TASK_ERROR", failed.Code);
        Assert.Contains("the host broke", failed.Draft.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deactivation_ends_the_running_task_with_an_answer_and_keeps_the_queued_ones()
    {
        Host.Holds = true;
        foreach (var id in (long[])[1, 2, 3])
        {
            await _silo.Send(Given.Incoming(id));
        }

        await Host.WhenStarted(1);
        await _silo.Deactivate(_silo.Grains.GetGrain<IPluginGrain>("probe"));
        await Store.WhenAnswered();

        Assert.Equal((1, "TASK_ERROR"), (Store.Answers[0].TaskId, Store.Answers[0].Code));
        Assert.Equal([1], Host.Started);
        Assert.Equal([2, 3], await Store.ListUnfinishedAsync());
        Assert.Equal(TaskState.Waiting, Store.StateOf(2));
    }

    [Fact]
    public async Task What_an_agent_that_stopped_had_not_begun_runs_after_its_next_start_in_order()
    {
        Host.Holds = true;
        foreach (var id in (long[])[1, 2, 3])
        {
            await _silo.Send(Given.Incoming(id));
        }

        await Host.WhenStarted(1);
        await _silo.DisposeAsync();
        _silo = await GrainCluster.StartAsync(Store);
        foreach (var id in await Store.ListUnfinishedAsync())
        {
            await _silo.Task(id).Release();
        }

        await Store.WhenAnswered(3);

        Assert.Equal([2, 3], Host.Started);
        Assert.Equal([(1, "TASK_ERROR"), (2, "TASK_PROCESSED"), (3, "TASK_PROCESSED")], Store.Answers.Select(answer => (answer.TaskId, answer.Code)));
    }
}
