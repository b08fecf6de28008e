using System.Runtime.Loader;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Tests.Rig;

namespace Ahenk.Plugins.Hosting.Tests;

/// <summary>Alone: they look at the memory of the whole process.</summary>
[CollectionDefinition("Memory", DisableParallelization = true)]
public sealed class MemoryDefinition;

[Collection("Memory")]
[Trait("Category", "Integration")]
public sealed class ReloadTests : IDisposable
{
    private readonly PluginFolder _plugins = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task A_running_plugin_is_not_disturbed_by_its_replacement_and_the_new_one_comes_with_the_reload()
    {
        var folder = _plugins.AddCommand("changing", Answer("old"));
        Assert.Equal("old", (await _plugins.Run("changing")).Message);

        PluginFolder.Compile(folder, "Plugin", PluginFolder.CommandSource(Answer("new")));
        Assert.Equal("old", (await _plugins.Run("changing")).Message);

        Assert.Equal((PluginStatus.Active, false), await Load("changing"));
        Assert.Equal("new", (await _plugins.Run("changing")).Message);
        Assert.True(_plugins.Report("changing").IsLoaded);
        await Gone("changing", alive: 1);
        Assert.Single(Directory.GetFileSystemEntries(_plugins.PrivateDirectory));

        await _plugins.Host.UnloadAsync("changing");
        await Gone("changing", alive: 0);
        Assert.Empty(Directory.GetFileSystemEntries(_plugins.PrivateDirectory));
    }

    [Fact]
    public async Task What_is_loaded_late_is_of_the_version_that_runs()
    {
        var other = _plugins.MakeDirectory("other");
        var dependency = PluginFolder.Compile(other, "Needed", Needed("old"));
        var folder = _plugins.Add("late", PluginFolder.CommandSource("await Task.Yield(); return PluginResult.Processed(Needed.Name());"), dependency);
        File.Copy(dependency, Path.Combine(folder, "Needed.dll"));
        Assert.Null((await _plugins.Host.FindAsync("late", null, "RUN")).Problem);

        PluginFolder.Compile(folder, "Needed", Needed("new"));

        Assert.Equal("old", (await _plugins.Run("late")).Message);
        await Load("late");
        Assert.Equal("new", (await _plugins.Run("late")).Message);
    }

    [Fact]
    public async Task A_plugin_that_failed_leaves_the_memory_too()
    {
        _plugins.AddCommand("failing", "throw new MyOwnException();", "public sealed class MyOwnException : Exception;");
        Assert.Contains("MyOwnException", (await _plugins.Run("failing")).Message, StringComparison.Ordinal);

        await _plugins.Host.UnloadAsync("failing");

        await Gone("failing", alive: 0);
    }

    [Fact]
    public async Task A_plugin_with_subscriptions_leaves_the_memory_and_is_told_nothing_more()
    {
        var heard = new SemaphoreSlim(0);
        AppDomain.CurrentDomain.SetData("heard", heard);
        _plugins.AddCommand("listening", """
            context.Events.Subscribe("task", (message, _) => { _last = message; ((SemaphoreSlim)AppDomain.CurrentDomain.GetData("heard")!).Release(); return Task.CompletedTask; });
            context.Events.Raise("listens", new System.Text.Json.Nodes.JsonObject { ["what"] = "a subscription" });
            await Task.Yield();
            return PluginResult.Processed("x");
            """, "private static EventMessage _last;");
        Assert.Equal("x", (await _plugins.Run("listening")).Message);
        _plugins.Events.Raise(new TaskFinished(1, null, null, ""));
        Assert.True(await heard.WaitAsync(TimeSpan.FromSeconds(60), Token));

        await _plugins.Host.UnloadAsync("listening");
        _plugins.Events.Raise(new TaskFinished(2, null, null, ""));

        await Gone("listening", alive: 0);
        Assert.Equal((0, 0), (_plugins.Events.Listeners, heard.CurrentCount));
        using var events = _plugins.Events.Subscribe(new EventFilter { Names = ["plugin.listening"] });
        Assert.Equal("plugin.listening.listens", Assert.Single(events.Before).Event.Name);
    }

    [Fact]
    public async Task Work_that_was_left_behind_keeps_the_old_plugin_until_it_ends()
    {
        using var gate = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AppDomain.CurrentDomain.SetData("reload gate", gate);
        AppDomain.CurrentDomain.SetData("reload begun", begun);
        var folder = _plugins.AddCommand("deaf", """
            ((TaskCompletionSource)AppDomain.CurrentDomain.GetData("reload begun")!).TrySetResult();
            ((ManualResetEventSlim)AppDomain.CurrentDomain.GetData("reload gate")!).Wait();
            return PluginResult.Processed("old");
            """);
        await using var names = _plugins.Host.WatchAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await names.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token));
        var running = _plugins.Run("deaf");
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        await _plugins.AdvanceUntil(running, TimeSpan.FromMinutes(2));

        PluginFolder.Compile(folder, "Plugin", PluginFolder.CommandSource(Answer("new")));
        var report = await _plugins.Host.LoadAsync("deaf");

        Assert.Equal((PluginStatus.Malfunctioned, true), (report.Status, report.IsLoaded));
        Assert.StartsWith("still running: deaf RUN", report.Reason, StringComparison.Ordinal);

        gate.Set();
        await Eventually.Is(() => _plugins.Report("deaf").Status == PluginStatus.Active);

        // The watcher's reader hears of it once more, and loads it.
        var again = names.MoveNextAsync().AsTask();
        await _plugins.AdvanceUntil(again, TimeSpan.FromMinutes(1));
        Assert.True(await again);
        Assert.Equal("deaf", names.Current);
        Assert.Equal((PluginStatus.Active, false), await Load("deaf"));
        Assert.Equal("new", (await _plugins.Run("deaf")).Message);
        await Gone("deaf", alive: 1);
    }

    [Fact]
    public async Task A_plugin_that_cannot_leave_the_memory_is_told()
    {
        using var log = new RecordingLoggers();
        using var plugins = new PluginFolder(log);
        plugins.AddCommand("pinned", "AppDomain.CurrentDomain.SetData(\"pin\", new Only()); await Task.Yield(); return PluginResult.Processed(\"x\");");
        plugins.AddCommand("loose", Answer("x"));
        await plugins.Run("pinned");
        await plugins.Run("loose");

        await plugins.Host.UnloadAsync("pinned");
        await plugins.Host.UnloadAsync("loose");
        await Gone("loose", alive: 0);
        plugins.Clock.Advance(TimeSpan.FromMinutes(1));

        await log.WaitForAsync("still in memory");
        var told = Assert.Single(log.Lines, line => line.Text.Contains("still in memory", StringComparison.Ordinal));
        Assert.StartsWith("[PLUGIN] The code of pinned is", told.Text, StringComparison.Ordinal);
        AppDomain.CurrentDomain.SetData("pin", null);
    }

    [Fact]
    public async Task A_plugin_with_the_mode_init_is_loaded_at_once()
    {
        const string Modes = """
            public IReadOnlyDictionary<PluginMode, ModeHandler> Modes { get; } =
                new Dictionary<PluginMode, ModeHandler> { [PluginMode.Init] = (_, _) => Task.CompletedTask };
            """;
        PluginFolder.Write(_plugins.AddCommand("early", Answer("x"), Modes), "plugin.json", PluginFolder.Manifest("early", "\"modes\": [\"init\"]"));
        PluginFolder.Write(_plugins.AddCommand("wrong", Answer("x")), "plugin.json", PluginFolder.Manifest("wrong", "\"modes\": [\"init\"]"));

        var early = await Load("early");
        Assert.True(early == (PluginStatus.Active, true), $"{early}: {_plugins.Report("early").Reason}");
        Assert.Equal((PluginStatus.Malfunctioned, false), await Load("wrong"));
        Assert.Contains("names the modes [init], its code has []", _plugins.Report("wrong").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_reloads_cost_no_memory()
    {
        var folder = _plugins.AddCommand("busy", Answer("x"));
        var images = ((string[])["one", "two"]).Select(answer => PluginFolder.Compile("Plugin", PluginFolder.CommandSource(Answer(answer)))).ToArray();
        await Cycle(50);
        var before = Measure();

        await Cycle(100);

        var after = Measure();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"100 reloads: managed {before.Managed >> 10} -> {after.Managed >> 10} KiB, resident {before.Resident >> 10} -> {after.Resident >> 10} KiB");
        Assert.True(after.Managed < before.Managed * 1.1, $"managed {before.Managed} -> {after.Managed}");
        Assert.True(after.Resident < before.Resident * 1.1, $"resident {before.Resident} -> {after.Resident}");
        await Gone("busy", alive: 1);

        async Task Cycle(int count)
        {
            for (var round = 0; round < count; round++)
            {
                PluginFolder.Write(folder, "Plugin.dll", images[round % 2]);
                await _plugins.Host.LoadAsync("busy");
                Assert.Equal(round % 2 == 0 ? "one" : "two", (await _plugins.Run("busy")).Message);
            }
        }
    }

    private static string Answer(string text) => $"await Task.Yield(); return PluginResult.Processed(\"{text}\");";

    private static string Needed(string name) => $"public class Needed {{ public static string Name() => \"{name}\"; }}";

    private async Task<(PluginStatus Status, bool IsLoaded)> Load(string plugin)
    {
        var report = await _plugins.Host.LoadAsync(plugin);
        return (report.Status, report.IsLoaded);
    }

    private static (long Managed, long Resident) Measure()
    {
        for (var round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }

    /// <summary>How many load contexts of the plugin are left once the collector has been round.</summary>
    private static Task Gone(string plugin, int alive) => Eventually.Is(() =>
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return AssemblyLoadContext.All.Count(context => context.Name == $"plugin {plugin}") == alive;
    });
}
