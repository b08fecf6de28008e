using Ahenk.Grains.Ending;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests.Ending;

[Trait("Category", "Unit")]
public sealed class AgentEndingTests : IAsyncLifetime
{
    private readonly EndingFakes _fakes = new();
    private GrainCluster _silo = null!;

    private MemoryTaskStore Store => _silo.Store;

    private ScriptedHost Host => _silo.Host;

    private AgentEnding Ending => _fakes.Ending(_silo);

    public async ValueTask InitializeAsync() => _silo = await GrainCluster.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task With_nothing_to_wait_for_the_agent_ends_at_once()
    {
        await Ending.RunAsync();

        Assert.Equal($"stopping {60 + 20 + 5 + 30}", _fakes.Told.First());
        Assert.Equal("Stopping: the connection is closed", _fakes.Told.Last());
    }

    [Fact]
    public async Task Running_work_is_waited_for_and_answered_and_what_waits_is_not_begun()
    {
        Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await _silo.Send(Given.Incoming(2));
        await Host.WhenStarted(1);

        var ending = Ending.RunAsync();
        await _silo.Send(Given.Incoming(3, "other"));
        Assert.False(ending.IsCompleted);
        Host.End(1);
        await ending;

        Assert.Equal((1, "TASK_PROCESSED"), (Assert.Single(Store.Answers).TaskId, Store.Answers[0].Code));
        Assert.Equal([1L], Host.Started);
        Assert.Equal((TaskState.Waiting, TaskState.Waiting), (Store.StateOf(2), Store.StateOf(3)));
        Assert.Contains("Stopping: waiting for 1 call of plugins", _fakes.Told);
    }

    [Fact]
    public async Task Shutdown_modes_run_after_the_work_of_their_plugin_and_are_waited_for()
    {
        Host.Plugins = [Report("probe", "python"), Report("idle", "executable"), Report("used", "dotnet", isLoaded: true), Report("unused", "dotnet")];
        Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await _silo.Send(Given.Incoming(2));
        await Host.WhenStarted(1);

        var ending = Ending.RunAsync();
        await Host.WhenChanged("Shutdown idle");
        await Host.WhenChanged("Shutdown used");
        Assert.DoesNotContain("Shutdown probe", Host.Changes);
        Host.End(1);
        await ending;

        Assert.Equal(["Shutdown idle", "Shutdown probe", "Shutdown used"], Host.Changes.Order(StringComparer.Ordinal));
        Assert.Equal([1L], Host.Started);
    }

    [Fact]
    public async Task A_plugin_that_is_not_active_or_has_no_such_mode_is_left_alone()
    {
        Host.Plugins =
        [
            Report("none", "python") with { Modes = [PluginMode.Init] },
            Report("broken", "python") with { Status = PluginStatus.Malfunctioned },
        ];

        await Ending.RunAsync();

        Assert.Empty(Host.Works);
    }

    [Fact]
    public async Task What_does_not_end_in_time_is_ended_by_force_and_answered()
    {
        Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await Host.WhenStarted(1);

        _fakes.Options.Timeout = TimeSpan.FromSeconds(3);
        await _silo.AdvanceUntil(Ending.RunAsync());

        Assert.Equal((1, "TASK_ERROR"), (Assert.Single(Store.Answers).TaskId, Store.Answers[0].Code));
        Assert.Contains("Stopping: 1 call of plugins are ended by force", _fakes.Told);
    }

    [Fact]
    public async Task An_idempotent_command_that_is_ended_by_force_is_not_answered_for_it_runs_again()
    {
        Host.OnFind = (_, _, _) => new PluginLookup(null, false, Idempotent: true, false);
        Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await Host.WhenStarted(1);

        _fakes.Options.Timeout = TimeSpan.FromSeconds(3);
        await _silo.AdvanceUntil(Ending.RunAsync());

        Assert.Empty(Store.Answers);
        Assert.Equal([1L], await Store.ListUnfinishedAsync());
    }

    [Fact]
    public async Task A_shutdown_mode_whose_turn_does_not_come_does_not_hold_up_the_end()
    {
        Host.Plugins = [Report("probe", "python")];
        Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await Host.WhenStarted(1);

        _fakes.Options.Timeout = TimeSpan.FromSeconds(1);
        await _silo.AdvanceUntil(Ending.RunAsync());

        Assert.Empty(Host.Changes);
        Assert.Single(Store.Answers);
    }

    [Fact]
    public async Task Work_that_no_force_ends_is_left_behind()
    {
        var rock = new TaskCompletionSource();
        _silo.InHand.Add(rock.Task, "rock (task 1)");

        _fakes.Options.Timeout = TimeSpan.FromSeconds(1);
        var began = _silo.Clock.GetTimestamp();
        await _silo.AdvanceUntil(Ending.RunAsync());

        Assert.InRange(_silo.Clock.GetElapsedTime(began), TimeSpan.FromSeconds(1) + EndingOptions.ForceTime, TimeSpan.FromMinutes(5));
        Assert.Equal(["rock (task 1)"], _silo.InHand.Names);
        rock.SetResult();
    }

    private static PluginReport Report(string name, string kind, bool isLoaded = false) => new()
    {
        Name = name,
        Kind = kind,
        Status = PluginStatus.Active,
        Folder = "/p/" + name,
        IsLoaded = isLoaded,
        Modes = [PluginMode.Shutdown],
    };
}
