using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests;

[Trait("Category", "Integration")]
public sealed class RunningTests : IDisposable
{
    private readonly PluginFolder _plugins = new();
    private readonly ManualResetEventSlim _gate = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RunningTests()
    {
        // What this test and its plugin share, across their load contexts.
        AppDomain.CurrentDomain.SetData("gate", _gate);
        AppDomain.CurrentDomain.SetData("begun", _begun);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _gate.Set();
        _plugins.Dispose();
    }

    [Fact]
    public async Task A_result_is_what_the_plugin_answered()
    {
        _plugins.AddCommand("mapped", "return new PluginResult(PluginCode.Warning, \"look\", new() { [\"a\"] = 1 }) { Keep = KeptPart.End };");

        Assert.Equal(new TaskOutcome(PluginCode.Warning, "look", "{\"a\":1}", KeepEnd: true), await _plugins.Run("mapped"));
    }

    [Theory]
    [InlineData("Processed", PluginCode.Processed)]
    [InlineData("Warning", PluginCode.Warning)]
    [InlineData("Error", PluginCode.Error)]
    [InlineData("Timeout", PluginCode.Timeout)]
    [InlineData("Killed", PluginCode.Killed)]
    [InlineData("Processing", PluginCode.Processing)]
    public async Task Codes_are_mapped(string code, PluginCode expected)
    {
        _plugins.AddCommand("mapped", $"return new PluginResult(PluginCode.{code}, \"m\");");

        Assert.Equal(new TaskOutcome(expected, "m"), await _plugins.Run("mapped"));
    }

    [Fact]
    public async Task A_command_gets_what_its_task_brings()
    {
        _plugins.AddCommand("told", "return PluginResult.Processed($\"{context.TaskId} {context.Command} {context.Parameters.GetString(\"a\")} {context.AgentVersion}\");");

        Assert.Equal("7 run x 3.0.0", (await _plugins.Run("TOLD", "run", """{"a":"x"}""")).Message);
    }

    [Fact]
    public async Task The_built_probe_runs()
    {
        _plugins.AddProbe();

        Assert.Equal(new TaskOutcome(PluginCode.Processed, "done"), await _plugins.Run("probe", "NOOP"));
        var big = await _plugins.Run("probe", "BIG", """{"size":10}""");
        Assert.Equal(("{\"Result\":\"startxxxxxxxxxxend\"}", true), (big.Data, big.KeepEnd));
    }

    [Theory]
    [InlineData("throw new InvalidOperationException(\"the disk is on fire\");", "the disk is on fire")]
    [InlineData("await Task.Yield(); throw new InvalidOperationException(\"the disk is on fire\");", "the disk is on fire")]
    [InlineData("return null!;", "it returned no result")]
    [InlineData("return new PluginResult((PluginCode)99, \"m\");", "a result code that is not known")]
    [InlineData("throw new TimeoutException(\"the printer did not answer\");", "the printer did not answer")]
    [InlineData("throw new OperationCanceledException(\"of its own\");", "of its own")]
    [InlineData("return PluginResult.Processed(\"x\", new() { [\"a\"] = double.NaN });", "failed")]
    public async Task Whatever_a_plugin_throws_is_an_error_with_its_message(string body, string expected)
    {
        _plugins.AddCommand("thrower", body);

        var outcome = await _plugins.Run("thrower");

        Assert.Equal(PluginCode.Error, outcome.Code);
        Assert.Contains("thrower RUN failed", outcome.Message, StringComparison.Ordinal);
        Assert.Contains(expected, outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_static_initialiser_throws_while_the_command_runs_is_told_with_its_cause()
    {
        _plugins.AddCommand("static", "await Task.Yield(); return PluginResult.Processed(Broken.Text);", """
            static class Broken
            {
                public static readonly string Text = Fail();

                static string Fail() => throw new InvalidOperationException("the disk is on fire");
            }
            """);

        Assert.Equal(TaskOutcome.Error("static RUN failed: InvalidOperationException: the disk is on fire"), await _plugins.Run("static"));
    }

    [Fact]
    public async Task A_plugin_that_is_not_there_any_more_is_an_error() =>
        Assert.Contains("not installed", (await _plugins.Run("nowhere")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_command_beyond_its_time_limit_is_cancelled()
    {
        _plugins.AddCommand("slow", "((TaskCompletionSource)AppDomain.CurrentDomain.GetData(\"begun\")!).SetResult(); await Task.Delay(-1, token); return null!;");
        var running = _plugins.Run("slow");
        await _begun.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        _plugins.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(running.IsCompleted);
        _plugins.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TaskOutcome.Error("slow RUN was ended: it ran longer than its time limit of 60 s (set in the plugin's code)."), await running.WaitAsync(TimeSpan.FromSeconds(60), Token));
    }

    [Fact]
    public async Task A_command_that_ends_in_the_grace_keeps_its_result()
    {
        _plugins.AddCommand("tidy", """
            ((TaskCompletionSource)AppDomain.CurrentDomain.GetData("begun")!).SetResult();
            try { await Task.Delay(-1, token); } catch (OperationCanceledException) { }
            return PluginResult.Error("half done");
            """);
        var running = _plugins.Run("tidy");
        await _begun.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        _plugins.Clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(TaskOutcome.Error("half done"), await running.WaitAsync(TimeSpan.FromSeconds(60), Token));
    }

    [Theory]
    [InlineData("await Task.Run(gate.Wait);")]
    [InlineData("gate.Wait();")]
    public async Task A_plugin_that_does_not_heed_its_cancellation_is_left_behind_after_the_grace(string wait)
    {
        _plugins.AddCommand("deaf", $$"""
            var gate = (ManualResetEventSlim)AppDomain.CurrentDomain.GetData("gate")!;
            ((TaskCompletionSource)AppDomain.CurrentDomain.GetData("begun")!).TrySetResult();
            {{wait}}
            return PluginResult.Processed("late");
            """);
        var running = _plugins.Run("deaf");
        await _begun.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        await _plugins.AdvanceUntil(running, TimeSpan.FromMinutes(2));

        Assert.Equal(
            TaskOutcome.Error("deaf RUN ran longer than its time limit of 60 s (set in the plugin's code) and does not heed its cancellation; it may still be running."), await running);
        Assert.Equal(PluginStatus.Malfunctioned, _plugins.Report("deaf").Status);
        Assert.Contains("still running: deaf RUN", (await _plugins.Run("deaf")).Message, StringComparison.Ordinal);
        Assert.Contains("still running: deaf RUN", (await _plugins.Host.FindAsync("deaf", null, "RUN")).Problem, StringComparison.Ordinal);

        _gate.Set();
        await Eventually.Is(() => _plugins.Report("deaf").Status == PluginStatus.Active);
        Assert.Equal("late", (await _plugins.Run("deaf")).Message);
    }

    [Theory]
    [InlineData("await Task.Delay(-1, token);")]
    [InlineData("await Task.Run(((ManualResetEventSlim)AppDomain.CurrentDomain.GetData(\"gate\")!).Wait);")]
    public async Task The_end_of_the_agent_ends_a_command_and_is_told_as_the_reason(string wait)
    {
        using var stop = new CancellationTokenSource();
        _plugins.AddCommand("stopped", $"((TaskCompletionSource)AppDomain.CurrentDomain.GetData(\"begun\")!).SetResult(); {wait} return null!;");
        var running = _plugins.Host.RunAsync("stopped", PluginFolder.Task(), stop.Token);
        await _begun.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        await stop.CancelAsync();
        await _plugins.AdvanceUntil(running, TimeSpan.FromSeconds(30));

        Assert.Equal(new PluginRun(TaskOutcome.Error("stopped RUN was ended because the agent stopped; not run again.")) { WasInterrupted = true }, await running);
    }
}
