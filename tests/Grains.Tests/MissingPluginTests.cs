using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests;

[Trait("Category", "Unit")]
public sealed class MissingPluginTests : IAsyncLifetime
{
    private static readonly PluginPackage Package = new("1.0.0", "{}", null);

    private volatile bool _isHere;
    private GrainCluster _silo = null!;

    private MemoryTaskStore Store => _silo.Store;

    private IPluginGrain Plugin => _silo.Grains.GetGrain<IPluginGrain>("probe");

    public async ValueTask InitializeAsync() => _silo = await StartAsync(new MemoryTaskStore());

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task Lider_is_asked_once_for_a_plugin_that_many_tasks_wait_for()
    {
        await Send(1, 2, 3);

        var asked = JsonNode.Parse(Assert.Single(_silo.Outbox.Drafts).Body)!;
        Assert.Equal(("MISSING_PLUGIN", "probe", "1.0.0"), ((string?)asked["type"], (string?)asked["pluginName"], (string?)asked["pluginVersion"]));
        Assert.Empty(Store.Answers);
        Assert.Equal(TaskState.Waiting, Store.StateOf(2));
    }

    [Fact]
    public async Task Another_version_of_the_plugin_is_asked_for_too()
    {
        await Send(1);
        await _silo.Send(Incoming(2, "2.0.0"));

        Assert.Equal(["1.0.0", "2.0.0"], _silo.Outbox.Drafts.Select(draft => (string?)JsonNode.Parse(draft.Body)!["pluginVersion"]));
    }

    [Fact]
    public async Task Every_waiting_task_runs_in_order_once_the_plugin_is_installed()
    {
        _silo.Installer.OnInstall = (_, _) =>
        {
            _isHere = true;
            return Task.FromResult<string?>(null);
        };
        await Send(3, 1, 2);

        await Plugin.Install(Package);
        await Store.WhenAnswered(3);

        Assert.Equal([3, 1, 2], _silo.Host.Started);
        Assert.All(Store.Answers, answer => Assert.Equal("TASK_PROCESSED", answer.Code));
        Assert.Equal(["load probe"], _silo.Host.Changes);
    }

    [Fact]
    public async Task A_plugin_that_is_put_there_by_hand_releases_its_tasks()
    {
        await Send(1);

        _isHere = true;
        Assert.Contains("active", await Plugin.Change(PluginChange.Load), StringComparison.Ordinal);
        await Store.WhenAnswered();

        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
    }

    [Theory]
    [InlineData("not found")]
    [InlineData("not installed")]
    [InlineData("silent")]
    [InlineData("wrong version")]
    public async Task A_plugin_that_does_not_come_costs_each_task_one_error_that_says_why(string how)
    {
        await Send(1, 2);
        var answered = Store.WhenAnswered(2);

        var expected = how switch
        {
            "not found" => "Lider has no package of it",
            "not installed" => "the disk of the test is full",
            "silent" => "install_timeout",
            _ => "still not usable",
        };
        _silo.Installer.OnInstall = (_, _) => Task.FromResult<string?>(how == "not installed" ? "the disk of the test is full" : null);
        await (how switch
        {
            "not found" => Plugin.NotFound(),
            "silent" => _silo.AdvanceUntil(answered),
            _ => Plugin.Install(Package),
        });
        await answered;

        Assert.Equal([1, 2], Store.Answers.Select(answer => answer.TaskId).Order());
        Assert.All(Store.Answers, answer => Assert.Equal("TASK_ERROR", answer.Code));
        Assert.All(Store.Answers, answer => Assert.Contains(expected, answer.Draft.Body, StringComparison.Ordinal));
        Assert.Empty(_silo.Host.Started);
        Assert.Equal(TaskState.Parked, Store.StateOf(1));
    }

    [Fact]
    public async Task A_task_that_was_answered_for_want_of_its_plugin_still_runs_when_it_comes_and_its_result_is_sent()
    {
        await Send(1);
        await Plugin.NotFound();
        await Store.WhenAnswered();

        _isHere = true;
        await Plugin.Change(PluginChange.Load);
        await Store.WhenAnswered(2);

        Assert.Equal(["TASK_ERROR", "TASK_PROCESSED"], Store.Answers.Select(answer => answer.Code));
        Assert.Equal(TaskState.Finished, Store.StateOf(1));
        Assert.Equal([1], _silo.Host.Started);
    }

    [Fact]
    public async Task A_task_that_was_answered_for_want_of_its_plugin_runs_after_a_restart_with_it()
    {
        await Send(1);
        await Plugin.NotFound();
        await Store.WhenAnswered();
        await _silo.DisposeAsync();

        _silo = await StartAsync(Store);
        await _silo.Task(1).Release();
        Assert.Single(Store.Answers);
        Assert.Empty(_silo.Outbox.Drafts);

        await _silo.DisposeAsync();
        _isHere = true;
        _silo = await StartAsync(Store);
        await _silo.Task(1).Release();
        await Store.WhenAnswered(2);
        Assert.Equal("TASK_PROCESSED", Store.Answers[^1].Code);
    }

    [Fact]
    public async Task What_waited_at_a_restart_waits_on_and_asks_again()
    {
        await Send(1, 2);
        await _silo.DisposeAsync();

        _silo = await StartAsync(Store);
        foreach (var id in await Store.ListUnfinishedAsync())
        {
            await _silo.Task(id).Release();
        }

        Assert.Single(_silo.Outbox.Drafts);
        _isHere = true;
        await Plugin.Change(PluginChange.Load);
        await Store.WhenAnswered(2);
        Assert.Equal([1, 2], _silo.Host.Started);
    }

    [Fact]
    public async Task An_answer_that_the_disk_does_not_take_is_stored_when_it_does()
    {
        await Send(1);
        Store.Break(StoreCall.Park);
        await Plugin.NotFound();
        await Store.WhenFailed(StoreCall.Park);

        Store.Break(StoreCall.Park, false);
        await _silo.AdvanceUntil(Store.WhenAnswered());

        Assert.Equal(TaskState.Parked, Store.StateOf(1));
    }

    [Fact]
    public async Task What_nothing_waits_for_is_not_installed()
    {
        await Plugin.Install(Package);

        Assert.Equal(0, _silo.Installer.Calls);
    }

    [Fact]
    public async Task An_offer_that_comes_twice_is_installed_once()
    {
        var go = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _silo.Installer.OnInstall = (_, _) => go.Task;
        await Send(1);
        await Plugin.Install(Package);
        await _silo.Installer.WhenCalled();

        await Plugin.Install(Package);
        _isHere = true;
        go.SetResult(null);
        await Store.WhenAnswered();

        Assert.Equal(1, _silo.Installer.Calls);
        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
    }

    private static IncomingTask Incoming(long id, string version)
    {
        var given = Given.Incoming(id);
        return given with { Task = given.Task with { PluginVersion = version } };
    }

    private async Task Send(params long[] ids)
    {
        foreach (var id in ids)
        {
            await _silo.Send(Incoming(id, "1.0.0"));
        }
    }

    private async Task<GrainCluster> StartAsync(MemoryTaskStore store)
    {
        var silo = await GrainCluster.StartAsync(store);
        silo.Host.Plugins = [new PluginReport { Name = "probe", Kind = "dotnet", Status = PluginStatus.Active, Folder = "/test/probe" }];
        silo.Host.OnFind = (_, _, _) => _isHere ? default : new PluginLookup("The plugin probe is not here.", true, false, false);
        return silo;
    }
}
