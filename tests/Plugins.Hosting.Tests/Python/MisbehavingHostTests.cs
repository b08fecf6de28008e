using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Tests.Python;

/// <summary>Whatever a plugin's process does, its calls are answered and nobody else's suffer.</summary>
[Trait("Category", "Integration")]
public sealed class MisbehavingHostTests : PythonTest
{
    [Fact]
    public async Task An_endless_loop_is_killed_while_another_plugin_answers()
    {
        var hanging = NewRunner();
        var other = NewRunner();
        var pid = await PidAsync(Do(hanging, "where"));
        using var limit = new CancellationTokenSource();
        var run = Do(hanging, "spin", new JsonObject { ["stubborn"] = true }, limit.Token);
        await Log.WaitForAsync("spinning");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(PluginCode.Processed, (await Do(other, "echo")).Code);
        }

        Assert.False(run.IsCompleted);
        await limit.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await IsGone(pid);
        Assert.Equal(PluginCode.Processed, (await Do(other, "echo")).Code);
        Assert.Equal(PluginCode.Processed, (await Do(hanging, "echo")).Code);
    }

    [Fact]
    public async Task A_process_that_ignores_the_request_is_killed_with_its_children()
    {
        Put("deaf");
        Limits = Limits with { KillGrace = TimeSpan.FromMilliseconds(50) };
        var runner = NewRunner();
        using var limit = new CancellationTokenSource();
        var run = Do(runner, "family", stop: limit.Token);
        var line = await Log.WaitForAsync("child ");
        await limit.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await IsGone(int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_other_calls_of_a_process_that_had_to_be_killed_say_why()
    {
        var runner = NewRunner();
        using var limit = new CancellationTokenSource();
        var other = Do(runner, "wait");
        await Log.WaitForAsync("waiting 1");
        var run = Do(runner, "spin", new JsonObject { ["stubborn"] = true }, limit.Token);
        await Log.WaitForAsync("spinning");
        await limit.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(
            "The plugin probe did not finish WAIT: its process had to be ended because SPIN, which ran beside it, took too long or was cancelled.",
            await Failure(other));
    }

    [Fact]
    public async Task A_cancelled_call_starts_nothing()
    {
        var runner = NewRunner();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Do(runner, "echo", stop: new CancellationToken(canceled: true)));

        Assert.False(runner.IsLoaded);
    }

    [Theory]
    [InlineData("""{"status":3}""", "The plugin probe ended its process (exit code 3) while running LEAVE.")]
    [InlineData("""{"status":0}""", "The plugin probe ended its process (exit code 0) while running LEAVE.")]
    [InlineData("""{"signal":11}""", "The plugin probe ended its process (signal 11) while running LEAVE.")]
    public async Task A_process_that_ends_within_a_call_is_told_and_started_anew(string how, string sentence)
    {
        var runner = NewRunner();

        Assert.Equal(sentence, await Failure(Do(runner, "leave", (JsonObject)JsonNode.Parse(how)!)));

        Assert.Equal(PluginCode.Processed, (await Do(runner, "echo")).Code);
    }

    [Fact]
    public async Task An_answer_that_came_before_the_end_counts()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("done", (await Do(NewRunner(), "last")).Message);
        }
    }

    [Fact]
    public async Task Memory_without_end_ends_the_call_and_not_the_machine()
    {
        Limits = Limits with { MemoryBytes = 128 << 20 };
        var runner = NewRunner();

        var failure = await Failure(Do(runner, "allocate"));

        Assert.True(
            failure.Contains("MemoryError", StringComparison.Ordinal) ||
            failure.Contains("(out of memory: limit 128 MiB, [PLUGIN] memory_limit_mib)", StringComparison.Ordinal), failure);
        Assert.Equal(PluginCode.Processed, (await Do(runner, "echo")).Code);
    }

    [Theory]
    [InlineData("no json\n", "it is no JSON")]
    [InlineData("[]\n", "wrong kind")]
    [InlineData("{\"op\":\"sing\"}\n", "op that is not known")]
    [InlineData("{\"op\":\"result\",\"id\":\"x\"}\n", "wrong kind")]
    [InlineData("{\"op\":\"result\",\"id\":1e99}\n", "wrong kind")]
    [InlineData("{\"op\":\"log\",\"message\":\"\\ud800\"}\n", "wrong kind")]
    [InlineData("\n", "it is no JSON")]
    public async Task Nonsense_ends_the_process_and_the_call_says_so(string text, string flaw)
    {
        var runner = NewRunner();

        var failure = await Failure(Do(runner, "raw", new JsonObject { ["text"] = text }));

        Assert.Contains("The plugin probe was ended while running RAW", failure, StringComparison.Ordinal);
        Assert.Contains(flaw, failure, StringComparison.Ordinal);
        Assert.Equal(PluginCode.Processed, (await Do(runner, "echo")).Code);
    }

    [Fact]
    public async Task A_line_without_end_is_not_kept()
    {
        var failure = await Failure(Do(NewRunner(), "raw", new JsonObject { ["text"] = new string('x', 1 << 20), ["times"] = 20 }));

        Assert.Contains("longer than 16 MiB", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_line_and_the_end_is_no_answer() =>
        Assert.Contains("its last line has no end", await Failure(Do(NewRunner(), "partial")), StringComparison.Ordinal);

    [Fact]
    public async Task A_process_that_closes_its_connection_is_ended()
    {
        Limits = Limits with { KillGrace = TimeSpan.FromMilliseconds(50) };
        var runner = NewRunner();
        var pid = await PidAsync(Do(runner, "where"));

        Assert.Equal(
            "The plugin probe was ended while running CLOSE: its process closed its connection to the agent.", await Failure(Do(runner, "close")));
        await IsGone(pid);
    }

    [Fact]
    public async Task Answers_that_nobody_waits_for_are_dropped()
    {
        var runner = NewRunner();

        Assert.Equal("done", (await Do(runner, "twice")).Message);
        Assert.Equal("done", (await Do(runner, "stray")).Message);
        Assert.Equal("done", (await Do(runner, "echo")).Message);
        await Log.WaitForAsync("987654");
        Assert.Equal(2, Log.Lines.Count(line => line.Id == 1353));
    }

    [Fact]
    public async Task A_flood_of_output_neither_holds_the_plugin_nor_fills_the_log()
    {
        var runner = NewRunner();

        Assert.Equal("done", (await Do(runner, "flood", new JsonObject { ["mib"] = 50 })).Message);
        await runner.DisposeAsync();

        Assert.InRange(Log.Lines.Count(line => line.Id == 1360), PluginLog.LinesPerMinute, 2 * PluginLog.LinesPerMinute);
        Assert.Contains(Log.Lines, line => line.Id == 1361 && line.Text.Contains("lines dropped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Output_comes_into_the_log_line_by_line()
    {
        var runner = NewRunner();
        await Do(runner, "say");
        await runner.DisposeAsync();

        var lines = Log.Lines.Where(line => line.Id == 1360).Select(line => (line.Level, line.Text)).ToList();
        Assert.Contains((LogLevel.Warning, "[PLUGIN] probe stderr: to stderr"), lines);
        Assert.Contains((LogLevel.Error, "[PLUGIN] probe log: to log"), lines);
        Assert.Contains((LogLevel.Information, "[PLUGIN] probe stdout: to   stdout"), lines);
        Assert.Contains((LogLevel.Information, "[PLUGIN] probe stdout: unfinished"), lines);
    }
}
