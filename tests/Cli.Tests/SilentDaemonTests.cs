using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Cli.Tests;

/// <summary>A daemon that hangs: its connections are taken, its calls are read, and nothing is answered.</summary>
[Trait("Category", "Integration")]
public sealed class SilentDaemonTests : IAsyncDisposable
{
    private const string Path = "/run/ahenk/hangs.sock";

    private readonly CommandSite _site = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _asked = [];

    [Theory]
    [InlineData("status")]
    [InlineData("tasks")]
    [InlineData("events")]
    [InlineData("events", "--follow")]
    [InlineData("stop")]
    [InlineData("agreement", "show")]
    public async Task A_command_says_that_the_daemon_does_not_answer_and_what_to_do(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(TimeSpan.FromSeconds(30), arguments);

        Assert.Equal((3, ""), (code, output));
        Assert.Contains("not answered within 30 s", error, StringComparison.Ordinal);
        Assert.Contains("'ahenk doctor'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_of_the_command_is_told_all_the_same()
    {
        var (code, output, _) = await RunAsync(TimeSpan.FromSeconds(10), "version");

        Assert.Equal(0, code);
        Assert.Contains("Daemon:           does not answer", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_looks_without_it()
    {
        var result = JsonNode.Parse((await RunAsync(TimeSpan.FromSeconds(5), "doctor", "--json")).Output)!;

        Assert.Equal("broken", (string?)result["result"]);
        Assert.Equal(["status"], _asked);
    }

    [Fact]
    public async Task A_bundle_has_the_other_parts_and_asks_no_more_once_it_has_waited_in_vain()
    {
        var result = JsonNode.Parse((await RunAsync(TimeSpan.FromSeconds(10), "support-bundle", "--output", "/root/b.tar.gz", "--json")).Output)!;

        Assert.Equal(
            ["status.json", "plugins.json", "tasks.json", "schedule.json", "outbox.json", "policies.json", "unfinished-tasks.json"],
            Names(result, "missing").Where(name => name.EndsWith(".json", StringComparison.Ordinal)));
        Assert.Superset(new HashSet<string>(["versions.json", "configuration.json", "ahenk.log", "doctor.json", "machine.txt"]), Names(result, "parts").ToHashSet());

        // Once for the bundle, and once by the doctor, who has a patience of its own.
        Assert.Equal(["status", "status"], _asked);
        var manifest = (await SupportBundleTests.ReadAsync(_site.In("/root/b.tar.gz")))["b/MANIFEST.txt"];
        Assert.Contains("policies.json: not here. The daemon has taken the call", manifest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waits_by_nature_is_waited_for()
    {
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var daemon = Listen(_ =>
        {
            _time.Advance(TimeSpan.FromDays(1));
            interrupted.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ControlClient.CallAsync(_site.In(Path), "register", [], Patience.Of("register", _time), interrupted.Token));
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    private static IEnumerable<string> Names(JsonNode result, string key) => result[key]!.AsArray().Select(name => (string)name!);

    /// <summary>Runs a command; with each call that the daemon reads, this much time passes.</summary>
    private async Task<CommandResult> RunAsync(TimeSpan passes, params string[] arguments)
    {
        await using var daemon = Listen(method =>
        {
            _asked.Add(method);
            _time.Advance(passes);
        });
        return await _site.RunAsync(new CommandRun([.. arguments, "--socket", Path]) { Time = _time });
    }

    /// <summary>Reads calls and answers none.</summary>
    private LineServer Listen(Action<string> hears) => new(_site.In(Path), line =>
    {
        hears((string)JsonNode.Parse(line)!["method"]!);
        return null;
    });
}
