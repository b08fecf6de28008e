using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests;

[Trait("Category", "Unit")]
public sealed class PluginGrainTests : IAsyncLifetime
{
    private GrainCluster _silo = null!;

    private MemoryTaskStore Store => _silo.Store;

    private ScriptedHost Host => _silo.Host;

    private IPluginGrain Plugin => _silo.Grains.GetGrain<IPluginGrain>("probe");

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
    public async Task Changes_of_plugins_are_audited()
    {
        Host.Plugins = [Report(PluginStatus.Active)];
        await Plugin.Change(PluginChange.Remove);
        await Plugin.Change(PluginChange.Load);

        Assert.Equal(
            ["agent plugin-removed probe done", "agent plugin-loaded probe active"],
            _silo.Audit.Entries.Select(entry => $"{entry.Who} {entry.What} {entry.Plugin} {entry.Result}"));
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
        Host.OnFind = (_, _, _) => new PluginLookup(null, false, Idempotent: true, false);
        Store.Break(StoreCall.Start);

        await _silo.Send(Given.Incoming(1));
        await Store.WhenAnswered();

        Assert.Equal(0, Store.Failures(StoreCall.Start));
    }

    [Fact]
    public async Task A_host_that_throws_costs_its_task_and_not_the_queue()
    {
        Host.OnRun = work => work.Id == 1 ? throw new InvalidOperationException("the host broke") : new TaskOutcome(PluginCode.Processed, "done");
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
        await _silo.Deactivate(Plugin);
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

    [Fact]
    public async Task Parallel_commands_overlap_up_to_the_limit_and_others_have_the_plugin_to_themselves()
    {
        _silo.PluginOptions.MostParallel = 2;
        Host.OnFind = (_, _, command) => new PluginLookup(null, false, false, Parallel: command == "BESIDE");
        Host.Holds = true;
        foreach (var id in (long[])[1, 2, 3])
        {
            await _silo.Send(Given.Incoming(id, command: "BESIDE"));
        }

        await _silo.Send(Given.Incoming(4, command: "ALONE"));
        await _silo.Send(Given.Incoming(5, command: "BESIDE"));
        await Host.WhenStarted(2);
        Assert.Equal([1, 2], Host.Started);

        Host.End(2);
        await Host.WhenStarted(3);
        Host.End(3);
        await Store.WhenAnswered(2);
        Assert.DoesNotContain(4, Host.Started);

        Host.End(1);
        await Host.WhenStarted(4);
        Assert.DoesNotContain(5, Host.Started);
        Host.End(4);
        await Host.WhenStarted(5);
        Host.End(5);
        await Store.WhenAnswered(5);
        Assert.Equal(2, Host.MostAtOnce);
    }

    [Fact]
    public async Task A_reload_waits_for_what_is_queued_and_calls_shutdown_and_init()
    {
        Host.Plugins = [Report(PluginStatus.Active, PluginMode.Init, PluginMode.Shutdown)];
        Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await Host.WhenStarted(1);

        var reload = Plugin.Change(PluginChange.Load);
        await _silo.Send(Given.Incoming(2));
        Assert.Empty(Host.Changes);
        Host.End(1);
        await Host.WhenStarted(2);

        Assert.Equal(["Shutdown probe", "load probe", "Init probe"], Host.Changes);
        Assert.Equal("The plugin probe 1.0.0 is active.", await reload);
        Host.End(2);
        await Store.WhenAnswered(2);
    }

    [Fact]
    public async Task Whoever_reloads_a_plugin_that_is_at_work_is_told_so_and_it_happens_all_the_same()
    {
        Host.Plugins = [Report(PluginStatus.Active)];
        Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await Host.WhenStarted(1);

        var reload = Plugin.Change(PluginChange.Load);
        await _silo.AdvanceUntil(reload);
        Assert.Contains("at work", await reload, StringComparison.Ordinal);

        Host.End(1);
        await Host.WhenChanged("load probe");
    }

    [Fact]
    public async Task A_plugin_that_is_removed_is_shut_down_and_unloaded()
    {
        Host.Plugins = [Report(PluginStatus.Active, PluginMode.Shutdown)];

        await Plugin.Change(PluginChange.Remove);

        Assert.Equal(["Shutdown probe", "unload probe"], Host.Changes);
    }

    [Fact]
    public async Task A_plugin_that_cannot_be_loaded_says_why()
    {
        Host.Plugins = [Report(PluginStatus.Malfunctioned) with { Reason = "its manifest is broken." }];

        Assert.Contains("its manifest is broken.", await Plugin.Change(PluginChange.Load), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_comes_after_an_answer_waits_until_Lider_has_it_or_cannot_be_reached(bool isReached)
    {
        var acted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _silo.Outbox.Figures = new OutboxFigures(1, 0, 10, 0);
        Host.AfterAnswer = work => work.Id != 1 ? null : _ =>
        {
            acted.SetResult();
            return Task.CompletedTask;
        };
        await _silo.Send(Given.Incoming(1));
        await _silo.Send(Given.Incoming(2));
        await Store.WhenAnswered();
        Assert.False(acted.Task.IsCompleted);

        if (isReached)
        {
            _silo.Outbox.Figures = new OutboxFigures(0, 0, 0, 0);
        }

        await _silo.AdvanceUntil(acted.Task);
        await Store.WhenAnswered(2);
        Assert.Equal([1, 2], Host.Started);
    }

    [Fact]
    public async Task What_throws_after_an_answer_costs_nothing_else()
    {
        Host.AfterAnswer = work => work.Id != 1 ? null : _ => throw new InvalidOperationException("the plugin broke");

        await _silo.Send(Given.Incoming(1));
        await _silo.Send(Given.Incoming(2));
        await _silo.AdvanceUntil(Store.WhenAnswered(2));

        Assert.Equal([1, 2], Host.Started);
    }

    private static PluginReport Report(PluginStatus status, params PluginMode[] modes) =>
        new() { Name = "probe", Version = "1.0.0", Kind = "dotnet", Status = status, Folder = "/test/probe", IsLoaded = true, Modes = modes };
}
