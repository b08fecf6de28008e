using System.Text.Json.Nodes;
using Ahenk.Grains.Events;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Dotnet;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Plugins.Hosting.Tests;

/// <summary>Events as a .NET plugin has them.</summary>
[Trait("Category", "Unit")]
public sealed class PluginEventTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingLoggers _log = new();
    private readonly EventHub _hub;
    private readonly PluginEvents _events;

    public PluginEventTests()
    {
        _hub = new EventHub(_clock);
        _events = Of("probe");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _events.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task What_a_plugin_raises_bears_its_name_and_others_hear_of_it()
    {
        using var events = _hub.Subscribe(EventFilter.All);
        var data = new JsonObject { ["printer"] = "lp0" };
        var heard = new TaskCompletionSource<EventMessage>();
        using var others = Of("other");
        others.Subscribe("plugin.probe", (message, _) => Heard(heard, message));
        _events.Subscribe("plugin.probe", (_, _) => Heard(heard, new EventMessage("its own", default, [])));

        _events.Raise("printer.removed", data);
        data["printer"] = "changed later";

        var raised = await events.ReadAllAsync(Token).FirstAsync(Token);
        Assert.Equal("""{"name":"plugin.probe.printer.removed","time":"2000-01-01T00:00:00+00:00","plugin":"probe","data":{"printer":"lp0"}}""", raised.ToJson().ToJsonString());
        var message = await heard.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.Equal(("plugin.probe.printer.removed", """{"plugin":"probe","data":{"printer":"lp0"}}"""), (message.Name, message.Fields.ToJsonString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Printer")]
    [InlineData(".x")]
    [InlineData("x.")]
    [InlineData("x..y")]
    [InlineData("x y")]
    [InlineData("x\n")]
    [InlineData("ş")]
    [InlineData("x2345678901234567890123456789012345678901234567890123456789012345")]
    public void A_name_of_another_form_is_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => _events.Raise(name));
        Assert.Empty(_hub.Subscribe(EventFilter.All).Before);
    }

    [Fact]
    public void Data_that_are_too_much_or_too_deep_are_refused()
    {
        var deep = new JsonObject();
        var inner = deep;
        for (var level = 0; level < 40; level++)
        {
            inner["x"] = new JsonObject();
            inner = inner["x"]!.AsObject();
        }

        Assert.Throws<ArgumentException>(() => _events.Raise("large", new JsonObject { ["x"] = new string('x', 9000) }));
        Assert.Throws<ArgumentException>(() => _events.Raise("many", new JsonObject { ["x"] = new JsonArray([.. Enumerable.Range(0, 9000).Select(_ => (JsonNode)1)]) }));
        Assert.Throws<ArgumentException>(() => _events.Raise("deep", deep));
        Assert.Empty(_hub.Subscribe(EventFilter.All).Before);
        _events.Raise("fits", new JsonObject { ["x"] = new string('x', 8000) });
        Assert.Single(_hub.Subscribe(EventFilter.All).Before);
    }

    [Fact]
    public async Task A_handler_that_throws_is_told_the_next_event_and_logged_once_a_minute()
    {
        var told = new SemaphoreSlim(0);
        _events.Subscribe("task", async (_, _) =>
        {
            told.Release();
            await Task.Yield();
            throw new InvalidOperationException("broken");
        });
        _events.Subscribe("user", (_, _) => throw new InvalidOperationException("at once"));
        _events.Subscribe("agent", (_, _) => null!);

        for (var number = 0; number < 10; number++)
        {
            _hub.Raise(new TaskFinished(number, null, null, ""));
            Assert.True(await told.WaitAsync(TimeSpan.FromSeconds(60), Token));
        }

        _hub.Raise(new UserLoggedOut("ayse"));
        _hub.Raise(new AgentStopping());
        await Eventually.Is(() => _log.Lines.Count(IsFailure) == 3);
        _clock.Advance(TimeSpan.FromMinutes(1));
        _hub.Raise(new TaskFinished(11, null, null, ""));
        await Eventually.Is(() => _log.Lines.Count(IsFailure) == 4);
        Assert.Contains("[PLUGIN] probe failed at the event task.finished", _log.Lines[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_hangs_holds_up_nobody_and_is_told_what_it_lost()
    {
        var hanging = new TaskCompletionSource();
        var heard = new List<string>();
        var done = new TaskCompletionSource<EventMessage>();
        _events.Subscribe("task", async (message, token) =>
        {
            heard.Add(message.Name);
            await hanging.Task.WaitAsync(token);
            if (message.Name == "events.lost")
            {
                done.SetResult(message);
            }
        });
        _hub.Raise(new TaskFinished(0, null, null, ""));
        await Eventually.Is(() => heard.Count == 1);

        var quick = new TaskCompletionSource<EventMessage>();
        using var others = Of("other");
        others.Subscribe("task.finished", (message, _) => Heard(quick, message));
        _hub.Raise(new TaskFinished(1, null, null, ""));
        Assert.Equal(1, (long)(await quick.Task.WaitAsync(TimeSpan.FromSeconds(60), Token)).Fields["task"]!);
        for (var number = 2; number <= 300; number++)
        {
            _hub.Raise(new TaskFinished(number, null, null, ""));
        }

        hanging.SetResult();
        Assert.Equal("""{"count":44}""", (await done.Task.WaitAsync(TimeSpan.FromSeconds(60), Token)).Fields.ToJsonString());
    }

    [Fact]
    public async Task The_end_of_the_plugin_ends_its_subscriptions_and_the_handler_that_runs_is_told()
    {
        var ended = new TaskCompletionSource();
        var running = new TaskCompletionSource();
        _events.Subscribe("task", async (_, token) =>
        {
            running.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended.SetResult();
        });
        var single = _events.Subscribe("", (_, _) => Task.CompletedTask);
        Assert.Equal(2, _hub.Listeners);
        single.Dispose();
        single.Dispose();
        Assert.Equal(1, _hub.Listeners);
        _hub.Raise(new TaskFinished(1, null, null, ""));
        await running.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        _events.Dispose();

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.Equal(0, _hub.Listeners);
        Assert.Throws<ObjectDisposedException>(() => _events.Subscribe("", (_, _) => Task.CompletedTask));
        Assert.DoesNotContain(_log.Lines, IsFailure);
    }

    [Fact]
    public void Sixteen_subscriptions_are_all()
    {
        var all = Enumerable.Range(0, 16).Select(_ => _events.Subscribe("", (_, _) => Task.CompletedTask)).ToArray();

        Assert.Throws<InvalidOperationException>(() => _events.Subscribe("", (_, _) => Task.CompletedTask));
        all[7].Dispose();
        _events.Subscribe("", (_, _) => Task.CompletedTask);
    }

    private static bool IsFailure((LogLevel Level, int Id, string Text) line) => line.Id == 3901;

    private static Task Heard(TaskCompletionSource<EventMessage> heard, EventMessage message)
    {
        heard.TrySetResult(message);
        return Task.CompletedTask;
    }

    private PluginEvents Of(string plugin) => new(plugin, _hub, new PluginThreads(TimeSpan.FromSeconds(10)), _clock, _log.CreateLogger<PluginEvents>());
}
