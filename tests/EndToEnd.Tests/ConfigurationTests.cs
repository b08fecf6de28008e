using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>Configuration, log and audit log of the real daemon. It needs no server for them.</summary>
[Trait("Category", "Integration")]
public sealed class ConfigurationTests : IAsyncLifetime
{
    private const int SignalHangup = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly AgentProcess _agent = new AgentProcess()
        .Set("CONNECTION", "host", "127.0.0.1").Set("CONNECTION", "port", "9").Set("CONNECTION", "password", "pAs5w0rD-configured");

    private static CancellationToken Cancelled => Installation.Cancelled;

    public async ValueTask InitializeAsync()
    {
        await _agent.StartAsync();
        await _agent.WaitForStatusAsync(_ => true, "the control socket", Patience, Cancelled);
    }

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    [Fact]
    public async Task Sighup_applies_what_can_be_applied_and_a_broken_file_changes_nothing()
    {
        await Append("[BASE2]\n[LOG]\nkeep_days = 5\n");
        Assert.Equal(0, Kill(_agent.ProcessId, SignalHangup));
        await WaitForLog("Read anew. Changed at once: [LOG] keep_days. Changed after a restart: nothing");

        await Append("nonsense\n");
        Assert.Equal(0, Kill(_agent.ProcessId, SignalHangup));
        await WaitForLog("Read anew and not applied: Line ");
        Assert.False(_agent.Exited.IsCompleted);
    }

    [Fact]
    public async Task The_command_sets_a_key_has_it_applied_and_hears_what_needs_a_restart()
    {
        Assert.Equal(0, (await Run("config", "set", "BASE.loglevel", "debug", "--config", _agent.ConfigurationFile)).Code);
        Assert.Equal(0, (await Run("config", "set", "CONNECTION.port", "10", "--config", _agent.ConfigurationFile)).Code);

        var (code, output) = await Run("config", "reload", "--socket", _agent.ControlSocket);
        Assert.Equal((0, "Changed: [BASE] loglevel.\nNeeds a restart: [CONNECTION] port.\n"), (code, output));
        Assert.Equal((0, "debug\n"), await Run("log", "level", "--socket", _agent.ControlSocket));

        await File.AppendAllTextAsync(_agent.ConfigurationFile, "nonsense\n", Cancelled);
        (code, output) = await Run("config", "reload", "--json", "--socket", _agent.ControlSocket);
        Assert.Equal((1, false), (code, (bool)JsonNode.Parse(output)!["succeeded"]!));
    }

    [Fact]
    public async Task A_level_set_by_hand_counts_at_once_and_is_audited()
    {
        await _agent.CallAsync("nosuch", cancellationToken: Cancelled);
        Assert.Equal((0, "error\n"), await Run("log", "level", "error", "--socket", _agent.ControlSocket));
        Assert.Equal(0, await _agent.StopAsync());

        Assert.DoesNotContain("is closed", _agent.Log, StringComparison.Ordinal);
        var entry = Assert.Single(_agent.Audit.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!), line => (string?)line["what"] == "control");
        Assert.Equal(($"uid {EffectiveUser()}", "log_level", "error"), ((string?)entry["who"], (string?)entry["method"], (string?)entry["result"]));
    }

    [Fact]
    public async Task A_secret_that_slips_into_a_message_is_not_in_the_log()
    {
        // A method's name is quoted when it is refused.
        await _agent.CallAsync("pAs5w0rD-configured", cancellationToken: Cancelled);
        await WaitForLog("no method '***'");

        Assert.DoesNotContain("pAs5w0rD", _agent.Log + _agent.Output, StringComparison.Ordinal);
    }

    private Task Append(string text) => File.AppendAllTextAsync(_agent.ConfigurationFile, text, Cancelled);

    private Task<JsonNode> WaitForLog(string text) =>
        _agent.WaitForStatusAsync(_ => _agent.Log.Contains(text, StringComparison.Ordinal), $"'{text}' in the log", Patience, Cancelled);

    private static async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(BuiltAgent.Command, arguments) { RedirectStandardOutput = true };
        BuiltAgent.AddRuntime(start.Environment);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        return (process.ExitCode, output);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();
}
