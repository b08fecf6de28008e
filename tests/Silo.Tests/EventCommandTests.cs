using System.Diagnostics;
using System.Text.Json.Nodes;
using Ahenk.Grains.Events;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Control;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

/// <summary>The real <c>ahenk events</c> against the real control socket.</summary>
[Trait("Category", "Integration")]
public sealed class EventCommandTests : IAsyncLifetime
{
    private readonly ConfigurationFolder _folder = new();
    private readonly EventHub _hub = new(new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)));
    private readonly ControlSocket _socket;

    public EventCommandTests() => _socket = new ControlSocket(
        _folder.Write($"[BASE]\nrundir = {_folder.Root}\n").Read(),
        new ControlMethods([new EventControl(_hub, null!, new LogSecrets())]),
        new RecordingAudit(),
        TimeProvider.System,
        NullLogger<ControlSocket>.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _socket.StartAsync(Token);
        while (!File.Exists(ControlSocket.PathIn(_folder.Root)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _socket.StopAsync(CancellationToken.None);
        _socket.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Without_follow_what_has_happened_is_shown_one_line_an_event()
    {
        _hub.Raise(new TaskAccepted(7, "probe", "RUN", null));
        _hub.Raise(new AgentDisconnected("timedout", "say \"hello\" \\ twice\u001b[31m\nred"));
        _hub.Raise(new ConfigReloaded(["[BASE] loglevel", "[TASK] keep_days"], []));
        _hub.Raise(new PluginRaised("probe", "x", """{"a":"b\u001b","n":1}"""));

        var (code, output) = await Run("events");

        Assert.Equal(0, code);
        Assert.Equal(
            """
            2026-03-01 12:00:00 task.accepted task=7 plugin=probe command=RUN
            2026-03-01 12:00:00 agent.disconnected kind=timedout reason="say \"hello\" \\ twice [31m red"
            2026-03-01 12:00:00 config.reloaded applied="[BASE] loglevel, [TASK] keep_days" needs_restart=""
            2026-03-01 12:00:00 plugin.probe.x plugin=probe data={"a":"b\u001B","n":1}

            """,
            output);
    }

    [Fact]
    public async Task With_json_each_line_is_an_object_of_the_names_that_were_asked_for()
    {
        _hub.Raise(new TaskAccepted(7, "probe", "RUN", null));
        _hub.Raise(new UserLoggedOut("ayşe"));

        var (code, output) = await Run("events", "--json", "user", "agent");

        var happened = JsonNode.Parse(Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)))!;
        Assert.Equal((0, "user.logged_out", "ayşe"), (code, (string?)happened["name"], (string?)happened["user"]));
    }

    [Fact]
    public async Task Followed_events_are_shown_as_they_happen_until_it_is_interrupted()
    {
        _hub.Raise(new TaskAccepted(7, "probe", "RUN", null));
        using var command = Start("events", "--follow", "task");
        Assert.EndsWith("task.accepted task=7 plugin=probe command=RUN", await command.StandardOutput.ReadLineAsync(Token), StringComparison.Ordinal);

        _hub.Raise(new UserLoggedOut("ayse"));
        _hub.Raise(new TaskFinished(7, "probe", "RUN", "TASK_PROCESSED"));
        Assert.EndsWith("task.finished task=7 plugin=probe command=RUN code=TASK_PROCESSED", await command.StandardOutput.ReadLineAsync(Token), StringComparison.Ordinal);

        Signal.Send(command, Signal.Interrupt);
        await command.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.Equal(0, command.ExitCode);
    }

    [Fact]
    public async Task When_the_daemon_goes_that_is_said_with_an_exit_code_of_its_own()
    {
        _hub.Raise(new AgentStopping());
        using var command = Start("events", "-f");
        Assert.EndsWith("agent.stopping", await command.StandardOutput.ReadLineAsync(Token), StringComparison.Ordinal);

        await _socket.StopAsync(Token);
        await command.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);

        Assert.Equal(3, command.ExitCode);
        Assert.StartsWith($"The daemon has ended the connection at {_folder.Root}", await command.StandardError.ReadToEndAsync(Token), StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        using var command = Start(arguments);
        var output = await command.StandardOutput.ReadToEndAsync(Token);
        await command.WaitForExitAsync(Token);
        return (command.ExitCode, output);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["TZ"] = "UTC" } };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "ahenk.dll"), .. arguments, "--socket", ControlSocket.PathIn(_folder.Root)])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
