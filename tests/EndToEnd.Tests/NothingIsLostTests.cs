using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>2,000 tasks at once, with and without disasters in the middle: every one answered, none run twice.</summary>
[Trait("Category", "Crash")]
public sealed class NothingIsLostTests
{
    private const int Tasks = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static CancellationToken Cancelled => Installation.Cancelled;

    [Theory]
    [MemberData(nameof(Installation.Products), MemberType = typeof(Installation))]
    public async Task A_burst_is_answered_exactly_once_each(string product)
    {
        await using var site = await Installation.OnlineAsync(product);
        await SendAllAsync(site);

        await site.Lider.Tasks.WaitForAnswersAsync(Tasks, Patience, Cancelled);
        await OutboxIsEmptyAsync(site);

        await AssertRanOnceAsync(site);
        Assert.Equal(0, site.Lider.Tasks.RepeatedAnswers + site.Lider.Tasks.Retransmissions);
        Assert.Empty(site.Lider.Violations);
    }

    [Theory]
    [MemberData(nameof(Installation.Products), MemberType = typeof(Installation))]
    public async Task The_agent_is_killed_ten_times_in_a_burst(string product)
    {
        await using var site = await Installation.OnlineAsync(product);
        await SendAllAsync(site);
        for (var kill = 1; kill <= 10; kill++)
        {
            // Spread over the burst, wherever the agent happens to be in it.
            await site.Lider.Tasks.WaitForAnswersAsync(Tasks * kill / 12, Patience, Cancelled);
            await site.Agent.KillAsync();
            await site.Agent.StartAsync();
        }

        await site.Lider.Tasks.WaitForAnswersAsync(Tasks, Patience, Cancelled);
        await OutboxIsEmptyAsync(site);

        await AssertRanOnceAsync(site);
        Assert.Empty(site.Lider.Violations);
        TestContext.Current.SendDiagnosticMessage(
            "{0}: {1} repeated answers, {2} retransmissions", product, site.Lider.Tasks.RepeatedAnswers, site.Lider.Tasks.Retransmissions);
    }

    [Theory]
    [MemberData(nameof(Installation.Products), MemberType = typeof(Installation))]
    public async Task The_server_is_killed_in_a_burst(string product)
    {
        await using var site = await Installation.OnlineAsync(product);
        await site.Server.SettleAsync();
        await SendAllAsync(site);
        await site.Lider.Tasks.WaitForAnswersAsync(Tasks / 3, Patience, Cancelled);
        await site.Server.KillAsync();
        await site.Server.StartAsync(Cancelled);
        await site.Lider.WaitForSessionAsync(1, TimeSpan.FromMinutes(1), Cancelled);
        await site.Agent.WaitForStatusAsync(
            status => (string?)status["connection"] == "online" && (int?)status["unfinished_tasks"] == 0 && (int?)status["outbox_pending"] == 0,
            "online and idle again", TimeSpan.FromMinutes(2), Cancelled);

        // What the server lost on its way to the agent is gone; an administrator would send those tasks again, with the same ids.
        await site.Lider.ResendUnansweredAsync(Cancelled);

        await site.Lider.Tasks.WaitForAnswersAsync(Tasks, Patience, Cancelled);
        await AssertRanOnceAsync(site);
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task Results_wait_while_the_server_is_away_and_arrive_in_order()
    {
        await using var site = await Installation.OnlineAsync();
        var release = Path.Combine(site.Agent.Directory, "release");
        await site.SendAsync(1, "probe", "WAIT", new JsonObject { ["until"] = release }, Cancelled);
        for (var id = 2; id <= 20; id++)
        {
            await site.SendAsync(id, "probe", "NOOP", [], Cancelled);
        }

        await site.Agent.WaitForStatusAsync(status => (int?)status["unfinished_tasks"] == 20, "20 tasks accepted", TimeSpan.FromSeconds(60), Cancelled);
        await site.Server.StopAsync();
        await File.WriteAllTextAsync(release, "", Cancelled);
        await site.Agent.WaitForStatusAsync(status => (int?)status["outbox_pending"] == 20, "20 results waiting", TimeSpan.FromSeconds(60), Cancelled);
        await site.Server.StartAsync(Cancelled);

        await site.Lider.Tasks.WaitForAnswersAsync(20, Patience, Cancelled);
        Assert.Equal(
            Enumerable.Range(1, 20).Select(id => (long)id),
            site.Lider.Tasks.Tasks.OrderBy(task => task.Final!.ReceivedAt).Select(task => task.TaskId));
    }

    [Fact]
    public async Task A_task_that_was_running_at_a_kill_is_answered_and_not_run_again_unless_it_may_be()
    {
        await using var site = await Installation.OnlineAsync();
        var once = Path.Combine(site.Agent.Directory, "once");
        var again = Path.Combine(site.Agent.Directory, "again");
        var release = Path.Combine(site.Agent.Directory, "release");
        await site.SendAsync(1, "probe", "WAIT", new JsonObject { ["file"] = once }, Cancelled);
        await site.Agent.WaitForStatusAsync(_ => HasRun(once), "the task running", TimeSpan.FromSeconds(60), Cancelled);

        await site.Agent.KillAsync();
        await site.Agent.StartAsync();

        var answer = await site.Lider.Tasks.WaitForAnswerAsync(1, TimeSpan.FromSeconds(60), cancellationToken: Cancelled);
        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains("not run again", answer.Message, StringComparison.Ordinal);
        Assert.Single(await File.ReadAllLinesAsync(once, Cancelled));

        await site.SendAsync(2, "probe", "WAIT_IDEMPOTENT", new JsonObject { ["file"] = again, ["until"] = release }, Cancelled);
        await site.Agent.WaitForStatusAsync(_ => HasRun(again), "the task running", TimeSpan.FromSeconds(60), Cancelled);
        await site.Agent.KillAsync();
        await site.Agent.StartAsync();
        await File.WriteAllTextAsync(release, "", Cancelled);

        Assert.Equal("TASK_PROCESSED", (await site.Lider.Tasks.WaitForAnswerAsync(2, TimeSpan.FromSeconds(60), cancellationToken: Cancelled)).Code);
        Assert.Equal(2, (await File.ReadAllLinesAsync(again, Cancelled)).Length);
    }

    private static async Task SendAllAsync(Site site)
    {
        var file = Path.Combine(site.Agent.Directory, "runs");
        for (var id = 1; id <= Tasks; id++)
        {
            await site.SendAsync(id, "probe", "APPEND", new JsonObject { ["file"] = file }, Cancelled);
        }
    }

    private static bool HasRun(string file) => new FileInfo(file) is { Exists: true, Length: > 0 };

    private static async Task OutboxIsEmptyAsync(Site site) => await site.Agent.WaitForStatusAsync(
        status => (int?)status["outbox_pending"] + (int?)status["outbox_unconfirmed"] == 0, "every answer confirmed", TimeSpan.FromMinutes(1), Cancelled);

    /// <summary>Interrupted tasks are answered with an error and may or may not have left their line; nothing has left two.</summary>
    private static async Task AssertRanOnceAsync(Site site)
    {
        var runs = (await File.ReadAllLinesAsync(Path.Combine(site.Agent.Directory, "runs"), Cancelled))
            .Select(line => long.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(runs.Length, runs.Distinct().Count());
        foreach (var task in site.Lider.Tasks.Tasks)
        {
            Assert.Single(task.Answers.Select(answer => answer.Code).Distinct());
            Assert.True(task.Final!.Code == "TASK_ERROR" || runs.Contains(task.TaskId), $"Task {task.TaskId} is answered as done and has not run.");
        }
    }
}
