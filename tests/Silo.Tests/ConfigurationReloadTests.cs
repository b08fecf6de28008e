using Ahenk.Grains.Events;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Control;
using Microsoft.Extensions.Logging.Abstractions;
using Serilog.Events;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Integration")]
public sealed class ConfigurationReloadTests : IDisposable
{
    private static readonly PeerCredentials Root = new(1, 0);

    private readonly ConfigurationFolder _folder = new();
    private readonly FakePlugins _plugins = FakePlugins.New();
    private readonly LoadedConfiguration _started;
    private readonly TestLog _log;
    private readonly EventHub _events = new(TimeProvider.System);
    private readonly ConfigurationReload _reload;
    private readonly ControlMethods _methods;

    public ConfigurationReloadTests()
    {
        _started = LoadedConfiguration.Load(_folder.Write("[CONNECTION]\nport = 1\n").Main);
        _log = new TestLog(null, TimeProvider.System);
        var control = new PluginControl(_plugins.Factory, _plugins.Host);
        _reload = new ConfigurationReload(_started, _log.Log, control, _events, NullLogger<ConfigurationReload>.Instance);
        _methods = new ControlMethods([control, new ConfigurationControl(_reload, _log.Log)]);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _reload.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_can_be_applied_is_and_what_cannot_is_told_every_time()
    {
        _folder.Write("[BASE]\nloglevel = debug\n[TASK]\nkeep_days = 3\n[CONNECTION]\nport = 2\n");

        var report = await _reload.ReloadAsync();
        Assert.Empty(report.Problems);
        Assert.Equal("[BASE] loglevel, [TASK] keep_days; [CONNECTION] port", Words(report));
        Assert.Equal((LogEventLevel.Debug, 3, 1), (_log.Log.Level.MinimumLevel, _started.Settings.Tasks.Keep.Days, _started.Settings.Gateway.Port));

        report = await _reload.ReloadAsync();
        Assert.Equal("; [CONNECTION] port", Words(report));

        _folder.Write("[CONNECTION]\nport = 1\n");
        report = await _reload.ReloadAsync();
        Assert.Equal("[BASE] loglevel, [TASK] keep_days; ", Words(report));
        Assert.Equal(30, _started.Settings.Tasks.Keep.Days);
    }

    [Fact]
    public async Task A_reload_raises_an_event_and_one_that_was_refused_raises_none()
    {
        using var events = _events.Subscribe(EventFilter.All);
        _folder.Write("[CONNECTION]\nport = x\n");
        await _reload.ReloadAsync();
        _folder.Write("[TASK]\nkeep_days = 3\n[CONNECTION]\nport = 2\n");
        await _reload.ReloadAsync();

        var reloaded = Assert.IsType<ConfigReloaded>((await events.ReadAllAsync(Token).FirstAsync(Token)).Event);
        Assert.Equal(("[TASK] keep_days", "[CONNECTION] port"), (Assert.Single(reloaded.Applied), Assert.Single(reloaded.NeedRestart)));
    }

    [Theory]
    [InlineData("[BASE]\nloglevel = debug\n[CONNECTION]\nport = x\n", "port = x")]
    [InlineData("[BASE]\nloglevel = debug\nnonsense\n", "Line 3")]
    public async Task With_one_error_nothing_changes(string content, string expected)
    {
        _folder.Write(content);

        var report = await _reload.ReloadAsync();

        Assert.Contains(expected, Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.Equal(LogEventLevel.Information, _log.Log.Level.MinimumLevel);
    }

    [Fact]
    public async Task A_configuration_that_is_gone_changes_nothing()
    {
        File.Delete(_folder.Main);

        Assert.Contains("does not exist", Assert.Single((await _reload.ReloadAsync()).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plugins_that_are_disabled_or_not_any_more_are_looked_at_again()
    {
        _folder.Write("[PLUGIN]\ndisabled = script, conky\n");
        await _reload.ReloadAsync();
        Assert.Equal(["Load conky", "Load script"], _plugins.Changes.Order());

        _folder.Write("[PLUGIN]\ndisabled = Conky\n");
        await _reload.ReloadAsync();
        Assert.Equal(["Load conky", "Load script", "Load script"], _plugins.Changes.Order());
        Assert.Equal(["Conky"], _started.Settings.PluginHost.Disabled);
    }

    [Fact]
    public async Task The_control_method_tells_the_same()
    {
        _folder.Write("[TASK]\nkeep_days = 3\n[CONNECTION]\nport = 2\n");
        Assert.Equal(
            """{"succeeded":true,"problems":[],"applied":["[TASK] keep_days"],"needs_restart":["[CONNECTION] port"]}""", await Call("""{"method":"config_reload"}"""));

        _folder.Write("[CONNECTION]\nport = x\n");
        Assert.StartsWith("""{"succeeded":false,"problems":["[CONNECTION] port = x is not""", await Call("""{"method":"config_reload"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_level_is_set_by_hand_until_the_configuration_is_read_again()
    {
        Assert.Equal("""{"level":"info"}""", await Call("""{"method":"log_level"}"""));
        Assert.Equal("""{"level":"debug"}""", await Call("""{"method":"log_level","params":{"level":"Debug"}}"""));
        Assert.Equal(LogEventLevel.Debug, _log.Log.Level.MinimumLevel);
        await Assert.ThrowsAsync<ControlException>(() => Call("""{"method":"log_level","params":{"level":"loud"}}"""));

        await _reload.ReloadAsync();
        Assert.Equal("""{"level":"info"}""", await Call("""{"method":"log_level"}"""));
    }

    [Theory]
    [InlineData("""{"method":"config_reload"}""")]
    [InlineData("""{"method":"log_level"}""")]
    public async Task Others_than_root_may_not(string line)
    {
        var refusal = await Assert.ThrowsAsync<ControlException>(() => _methods.Invoke(JsonRpc.Read(line, out _)!, new PeerCredentials(1, 4242), Token));

        Assert.Equal(JsonRpc.Forbidden, refusal.Code);
    }

    private static string Words(ReloadReport report) => $"{string.Join(", ", report.Applied)}; {string.Join(", ", report.NeedRestart)}";

    private async Task<string> Call(string line) => (await _methods.Invoke(JsonRpc.Read(line, out _)!, Root, Token))!.ToJsonString();
}
