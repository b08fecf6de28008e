using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests;

/// <summary>An administrator of the machine cancels tasks.</summary>
[Trait("Category", "Unit")]
public sealed class CancelTests : IAsyncLifetime
{
    private GrainCluster _silo = null!;

    private MemoryTaskStore Store => _silo.Store;

    public async ValueTask InitializeAsync() => _silo = await GrainCluster.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task A_task_that_waits_is_answered_as_killed_and_never_runs()
    {
        _silo.Host.Holds = true;
        foreach (var id in (long[])[1, 2, 3])
        {
            await _silo.Send(Given.Incoming(id));
        }

        await _silo.Host.WhenStarted(1);

        Assert.Equal(CancelOutcome.Cancelled, await _silo.Task(2).Cancel());
        await Store.WhenAnswered();
        Assert.Equal((2L, "TASK_KILLED"), (Store.Answers[0].TaskId, Store.Answers[0].Code));
        _silo.Host.End(1);
        await _silo.Host.WhenStarted(3);
        _silo.Host.End(3);
        await Store.WhenAnswered(3);
        Assert.Equal([1, 3], _silo.Host.Started);
    }

    [Fact]
    public async Task A_task_that_runs_is_ended_and_answered_once()
    {
        _silo.Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await _silo.Host.WhenStarted(1);

        Assert.Equal(CancelOutcome.Ending, await _silo.Task(1).Cancel());
        await Store.WhenAnswered();

        var (_, code, draft) = Assert.Single(Store.Answers);
        Assert.Equal("TASK_KILLED", code);
        Assert.Contains("cancelled by an administrator of the machine", (string)JsonNode.Parse(draft.Body)!["responseMessage"]!, StringComparison.Ordinal);
        Assert.Equal(CancelOutcome.Finished, await _silo.Task(1).Cancel());
        Assert.Single(Store.Answers);
    }

    [Fact]
    public async Task What_ended_well_in_spite_of_it_keeps_its_answer()
    {
        _silo.Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await _silo.Host.WhenStarted(1);
        _silo.Host.End(1, new TaskOutcome(PluginCode.Warning, "done, but"));

        await _silo.Task(1).Cancel();
        await Store.WhenAnswered();

        Assert.Equal("TASK_WARNING", Assert.Single(Store.Answers).Code);
    }

    [Fact]
    public async Task A_task_that_is_not_known_is_not_cancelled() => Assert.Equal(CancelOutcome.Unknown, await _silo.Task(99).Cancel());

    [Fact]
    public async Task A_scheduled_task_is_taken_off_and_Lider_is_told()
    {
        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));

        Assert.Equal(CancelOutcome.Cancelled, await _silo.Task(7).Cancel());
        await _silo.Pass(TimeSpan.FromDays(1));

        Assert.Empty(_silo.Host.Started);
        Assert.Equal((7L, "TASK_KILLED"), (Assert.Single(Store.Answers).TaskId, Store.Answers[0].Code));
        Assert.Equal(TaskState.Finished, Store.StateOf(7));
        Assert.Null(_silo.Reminders[7]);
        Assert.Equal(CancelOutcome.Finished, await _silo.Task(7).Cancel());
    }

    [Fact]
    public async Task A_run_of_a_scheduled_task_that_goes_on_is_ended_and_is_the_last()
    {
        _silo.Host.Holds = true;
        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        await _silo.Pass(TimeSpan.FromMinutes(31));
        await _silo.Host.WhenStarted(7);

        Assert.Equal(CancelOutcome.Ending, await _silo.Task(7).Cancel());
        await Store.WhenAnswered();
        await _silo.Pass(TimeSpan.FromDays(2));

        Assert.Equal("TASK_KILLED", Assert.Single(Store.Answers).Code);
        Assert.Equal([7], _silo.Host.Started);
        Assert.Equal(TaskState.Finished, Store.StateOf(7));
    }

    [Fact]
    public async Task A_run_of_a_scheduled_task_that_waits_for_its_turn_does_not_start()
    {
        _silo.Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await _silo.Host.WhenStarted(1);
        await _silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        await _silo.Pass(TimeSpan.FromMinutes(31));

        Assert.Equal(CancelOutcome.Cancelled, await _silo.Task(7).Cancel());
        await Store.WhenAnswered();
        _silo.Host.End(1);
        await Store.WhenAnswered(2);
        await _silo.Send(Given.Incoming(8));
        await _silo.Host.WhenStarted(8);

        Assert.Equal([1, 8], _silo.Host.Started);
    }

    [Fact]
    public async Task A_parked_task_does_not_run_when_its_plugin_comes()
    {
        _silo.Host.OnFind = (_, _, _) => new PluginLookup("not here", Missing: true, Idempotent: false, Parallel: false);
        await _silo.Send(Given.Incoming(1));
        await _silo.Task(1).PluginUnavailable("probe", null, "it does not come");
        await Store.WhenAnswered();

        Assert.Equal(CancelOutcome.Cancelled, await _silo.Task(1).Cancel());
        await Store.WhenAnswered(2);
        _silo.Host.OnFind = (_, _, _) => default;
        await _silo.Task(1).PluginAvailable("probe");

        Assert.Equal("TASK_KILLED", Store.Answers[1].Code);
        Assert.Empty(_silo.Host.Started);
    }
}
