using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>Scheduled tasks (LP 6) by the real clock.</summary>
[Trait("Category", "Crash")]
public sealed class ScheduleTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public Task A_task_of_every_minute_runs_once_in_each_while_the_agent_is_killed_between() => RunsEveryMinuteAsync(runs: 3, killedAfter: [1]);

    [Fact]
    [Trait("Category", "Soak")]
    public Task A_task_of_every_minute_runs_once_in_each_of_ten_while_the_agent_is_killed_three_times() => RunsEveryMinuteAsync(runs: 10, killedAfter: [2, 5, 8]);

    [Fact]
    public async Task A_scheduled_task_is_stored_and_listed_not_answered_nor_run_at_once_and_cancelled_by_an_update()
    {
        await using var site = await Installation.OnlineAsync();
        var file = Path.Combine(site.Agent.Directory, "runs");

        await SendAsync(site, "APPEND", "0 0 1 1 *", file);
        var listed = (await WaitForScheduleAsync(site, list => list.Count == 1))[0]!;
        Assert.Equal((1, "probe", "0 0 1 1 *"), ((int)listed["id"]!, (string?)listed["plugin"], (string?)listed["cron"]));
        Assert.Equal(0, (int?)(await site.Agent.CallAsync("status", cancellationToken: Cancelled))["result"]!["unfinished_tasks"]);

        await site.Lider.UpdateScheduledTaskAsync(site.AgentName, 1, "0 0 1 6 *", Cancelled);
        await WaitForScheduleAsync(site, list => list.Count == 1 && (string?)list[0]!["cron"] == "0 0 1 6 *");
        await site.Lider.UpdateScheduledTaskAsync(site.AgentName, 1, null, Cancelled);
        await WaitForScheduleAsync(site, list => list.Count == 0);

        Assert.Equal("TASK_PROCESSED", (await site.RunAsync(2, "probe", "NOOP", [], Cancelled)).Code);
        Assert.Null(site.Lider.Tasks.Find(1)!.Final);
        Assert.False(File.Exists(file));
        Assert.DoesNotContain("could not be set", site.Agent.Log, StringComparison.Ordinal);
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task A_schedule_that_is_wrong_is_answered_at_once()
    {
        await using var site = await Installation.OnlineAsync();

        await SendAsync(site, "APPEND", "61 * * * *", Path.Combine(site.Agent.Directory, "runs"));
        var answer = await site.Lider.Tasks.WaitForAnswerAsync(1, Patience, cancellationToken: Cancelled);

        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains("minute", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_going_at_a_kill_is_answered_and_the_schedule_goes_on()
    {
        await using var site = await Installation.OnlineAsync();
        var file = Path.Combine(site.Agent.Directory, "runs");
        await SendAsync(site, "WAIT", "* * * * *", file);
        await site.Agent.WaitForStatusAsync(_ => File.Exists(file), "a run going on", Patience, Cancelled);

        await site.Agent.KillAsync();
        await site.Agent.StartAsync();
        var answer = await site.Lider.Tasks.WaitForAnswerAsync(1, Patience, cancellationToken: Cancelled);

        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains("interrupted", answer.Message, StringComparison.Ordinal);
        await site.Agent.WaitForStatusAsync(_ => File.ReadAllLines(file).Length == 2, "the next run", Patience, Cancelled);
    }

    private static async Task RunsEveryMinuteAsync(int runs, int[] killedAfter)
    {
        await using var site = await Installation.OnlineAsync();
        var file = Path.Combine(site.Agent.Directory, "runs");
        await SendAsync(site, "APPEND", "* * * * *", file);

        for (var run = 1; run <= runs; run++)
        {
            var answer = await site.Lider.Tasks.WaitForFinalAnswerAsync(1, run, Patience, Cancelled);
            Assert.Equal("TASK_PROCESSED", answer.Code);
            Assert.InRange(answer.ReceivedAt.ToUnixTimeMilliseconds() % Minute.TotalMilliseconds, 0, 5000);
            if (killedAfter.Contains(run))
            {
                await site.Agent.KillAsync();
                await site.Agent.StartAsync();
            }
        }

        await site.Lider.UpdateScheduledTaskAsync(site.AgentName, 1, "none", Cancelled);
        await WaitForScheduleAsync(site, list => list.Count == 0);
        var answers = site.Lider.Tasks.Find(1)!.Answers;
        Assert.Equal(runs, answers.Count);
        Assert.Equal(runs, answers.Select(answer => answer.ReceivedAt.ToUnixTimeSeconds() / 60).Distinct().Count());
        Assert.InRange(answers[^1].ReceivedAt - answers[0].ReceivedAt, ((runs - 1) * Minute) - TimeSpan.FromSeconds(5), ((runs - 1) * Minute) + TimeSpan.FromSeconds(5));
        Assert.Equal(runs, (await File.ReadAllLinesAsync(file, Cancelled)).Length);
        Assert.Empty(site.Lider.Violations);
    }

    private static Task<bool> SendAsync(Site site, string command, string cron, string file) => site.Lider.SendTaskAsync(
        site.AgentName, new TaskOrder(1, "probe", command, new JsonObject { ["file"] = file }) { Cron = cron }, Cancelled);

    private static async Task<JsonArray> WaitForScheduleAsync(Site site, Func<JsonArray, bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(Patience);
        while (true)
        {
            var list = (await site.Agent.CallAsync("schedule", cancellationToken: limit.Token))["result"]!.AsArray();
            if (condition(list))
            {
                return list;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }
}
