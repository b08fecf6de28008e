using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>How the daemon ends while it has work: what was begun is answered, what was not is done by the next one, and Lider sees it leave.</summary>
[Trait("Category", "Integration")]
public sealed class EndingTests(Survivor survivor) : IClassFixture<Survivor>, IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private Site Site => survivor.Site;

    private AgentProcess Agent => survivor.Agent;

    public ValueTask InitializeAsync()
    {
        survivor.Reset().Agent.Set("BASE", "shutdown_timeout", "60");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Agent.Exited.IsCompleted)
        {
            await Agent.KillAsync();
        }
    }

    [Fact]
    public async Task What_runs_is_answered_before_the_end_and_what_waits_or_comes_meanwhile_runs_once_after_the_next_start()
    {
        await StartAsync();
        var begun = InFolder("1-begun");
        var release = InFolder("1-release");
        var runs = InFolder("1-runs");
        await SendScriptAsync(101, $"echo 101 >> {runs}; touch {begun}; while [ ! -e {release} ]; do sleep 0.05; done; echo was waited for");
        await SendScriptAsync(102, $"echo 102 >> {runs}");
        await SendScriptAsync(103, $"echo 103 >> {runs}");
        await WaitAsync(status => File.Exists(begun) && (int?)status["unfinished_tasks"] == 3, "one script at work and two waiting");

        var ended = Agent.StopAsync();
        await WaitAsync(_ => Agent.Output.Contains("are doing is waited for", StringComparison.Ordinal), "waiting for the script");
        await SendScriptAsync(104, $"echo 104 >> {runs}");
        await WaitAsync(status => (int?)status["unfinished_tasks"] == 4, "a task stored while it ends");
        await File.WriteAllTextAsync(release, "", Cancelled);

        Assert.Equal(0, await ended);
        Assert.Equal("was waited for\n", (await AnswerAsync(101, "TASK_PROCESSED")).Data!.Value.GetProperty("Result").GetString());
        Assert.Equal(["101"], await File.ReadAllLinesAsync(runs, Cancelled));
        Assert.Contains("Lider has all messages of the outbox", Agent.Output, StringComparison.Ordinal);

        // The server keeps a session that was not ended in order for ten minutes, and its presence with it.
        await Site.Lider.Agents.WaitAsync(Site.AgentName, agent => !agent.IsOnline, "offline", Limit, Cancelled);

        await StartAsync();

        foreach (var id in (long[])[102, 103, 104])
        {
            await AnswerAsync(id, "TASK_PROCESSED");
        }

        Assert.Equal(["101", "102", "103", "104"], await File.ReadAllLinesAsync(runs, Cancelled));
        await AssertNothingTwiceAsync();
    }

    [Fact]
    public async Task What_outlasts_the_time_is_ended_with_all_that_it_started_and_answered_or_run_again_as_it_may_be()
    {
        var processes = InFolder("2-processes");
        var runs = InFolder("2-runs");
        var again = InFolder("2-again");
        var release = InFolder("2-release");
        Agent.Set("BASE", "shutdown_timeout", "1");
        await StartAsync();
        await SendScriptAsync(201, $"trap '' TERM; sleep 3600 & echo $$ $! > {processes}; while :; do sleep 1; done");
        await SendScriptAsync(202, $"echo 202 >> {runs}");
        await Site.SendAsync(203, "probe", "WAIT_IDEMPOTENT", new JsonObject { ["file"] = again, ["until"] = release }, Cancelled);
        await WaitAsync(status => HasLine(processes) && HasLine(again) && (int?)status["unfinished_tasks"] == 3, "a script and the probe at work");

        Assert.Equal(0, await Agent.StopAsync());

        Assert.All((await File.ReadAllTextAsync(processes, Cancelled)).Split(' '), process => Assert.False(Runs(process), $"Process {process} still runs."));
        Assert.Contains("not run again", (await AnswerAsync(201, "TASK_ERROR")).Message, StringComparison.Ordinal);
        Assert.Null(Site.Lider.Tasks.Find(203)!.Final);
        Assert.False(File.Exists(runs));
        Assert.DoesNotContain("left behind", Agent.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(release, "", Cancelled);
        await StartAsync();

        await AnswerAsync(202, "TASK_PROCESSED");
        await AnswerAsync(203, "TASK_PROCESSED");
        Assert.Equal(["202"], await File.ReadAllLinesAsync(runs, Cancelled));
        Assert.Equal(["203", "203"], await File.ReadAllLinesAsync(again, Cancelled));
        await AssertNothingTwiceAsync();
    }

    [Fact]
    public async Task A_second_daemon_is_refused_and_the_stop_command_comes_back_when_the_first_is_gone()
    {
        await StartAsync();
        var begun = InFolder("3-begun");
        var release = InFolder("3-release");
        await SendScriptAsync(301, $"touch {begun}; while [ ! -e {release} ]; do sleep 0.05; done");
        await WaitAsync(_ => File.Exists(begun), "a script at work");

        var second = await AhenkCommand.RunAsync([BuiltAgent.Daemon, "--config", Agent.ConfigurationFile], "", Cancelled);
        Assert.Equal(5, second.ExitCode);
        Assert.Contains($"(process {Agent.ProcessId})", second.Output, StringComparison.Ordinal);
        Assert.Equal("TASK_PROCESSED", (await Site.RunAsync(302, "probe", "NOOP", [], Cancelled)).Code);

        var impatient = await AhenkCommand.RunAsync(Agent, Cancelled, "stop", "--timeout", "1");
        Assert.Equal(1, impatient.ExitCode);
        Assert.Contains($"(process {Agent.ProcessId}) still runs after 1 s", impatient.Output, StringComparison.Ordinal);
        var patient = AhenkCommand.RunAsync(Agent, Cancelled, "stop");
        await WaitAsync(_ => Agent.Audit.Split("\"stop\"").Length > 2, "the second order to stop");
        Assert.False(patient.IsCompleted);
        await File.WriteAllTextAsync(release, "", Cancelled);

        var stopped = await patient;
        Assert.False(Runs(Agent.ProcessId.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal((0, "The daemon has ended.\n"), (stopped.ExitCode, stopped.Output));
        Assert.Equal(0, await Agent.Exited);
        await AnswerAsync(301, "TASK_PROCESSED");
        Assert.Equal(3, (await AhenkCommand.RunAsync(Agent, Cancelled, "stop")).ExitCode);
    }

    [Fact]
    public async Task A_daemon_that_waits_for_its_disk_waits_no_longer_when_it_is_told_to_end()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make a file system read-only for one process");
        Agent.Arrange($"mount --bind {survivor.Disk} {survivor.Disk}\nmount -o remount,bind,ro {survivor.Disk}");
        await Agent.StartAsync();
        await Agent.WaitForOutputAsync("cannot start yet", Limit, Cancelled);

        Assert.Equal(0, await Agent.StopAsync());
        Assert.Contains("told to end before its database could be opened", Agent.Output, StringComparison.Ordinal);
    }

    private static bool HasLine(string file) => File.Exists(file) && File.ReadAllText(file).EndsWith('\n');

    /// <summary>One that has ended and that nobody has waited for yet does not run.</summary>
    private static bool Runs(string process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process.Trim()}/stat").Split(") ")[^1].StartsWith('Z');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string InFolder(string name) => Path.Combine(Agent.Directory, name);

    private async Task StartAsync()
    {
        await Agent.StartAsync();
        await survivor.WaitOnlineAsync(Cancelled);
    }

    private Task SendScriptAsync(long id, string contents) =>
        Site.SendAsync(id, "script", "EXECUTE_SCRIPT", new JsonObject { ["SCRIPT_TYPE"] = "BASH", ["SCRIPT_CONTENTS"] = contents }, Cancelled);

    private Task<JsonNode> WaitAsync(Func<JsonNode, bool> condition, string what) => Agent.WaitForStatusAsync(condition, what, Limit, Cancelled);

    /// <summary>The one answer of a task; one that was sent by a daemon that is gone by now may still be on its way through the server.</summary>
    private async Task<TaskAnswer> AnswerAsync(long id, string code)
    {
        var answer = await Site.Lider.Tasks.WaitForAnswerAsync(id, Limit, cancellationToken: Cancelled);
        Assert.Equal(code, answer.Code);
        return answer;
    }

    /// <summary>A second answer is told from the same message sent again, which a receipt that comes late leads to.</summary>
    private async Task AssertNothingTwiceAsync()
    {
        await WaitAsync(status => (int?)status["outbox_pending"] + (int?)status["outbox_unconfirmed"] == 0, "every answer confirmed");
        Assert.Equal(0, Site.Lider.Tasks.RepeatedAnswers);
        Assert.Empty(Site.Lider.Violations);
    }
}
