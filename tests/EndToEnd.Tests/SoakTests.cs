using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Ahenk.EndToEnd.Tests;

/// <summary>Ten minutes of tasks with the agent killed at moments drawn by chance. Runs with ./dev.sh soak only.</summary>
[Trait("Category", "Soak")]
public sealed class SoakTests
{
    private const int TasksARound = 100;
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(10);

    [Theory]
    [MemberData(nameof(Installation.Products), MemberType = typeof(Installation))]
    public async Task Killed_again_and_again_the_agent_answers_every_task_and_runs_none_twice(string product)
    {
        var cancelled = Installation.Cancelled;
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var site = await Installation.OnlineAsync(product);
        var file = Path.Combine(site.Agent.Directory, "runs");
        var began = Stopwatch.GetTimestamp();
        var sent = 0;
        while (Stopwatch.GetElapsedTime(began) < Duration)
        {
            for (var task = 0; task < TasksARound; task++)
            {
                await site.SendAsync(++sent, "probe", "APPEND", new JsonObject { ["file"] = file }, cancelled);
            }

            await site.Lider.Tasks.WaitForAnswersAsync(sent - random.Next(TasksARound), TimeSpan.FromMinutes(2), cancelled);
            await site.Agent.KillAsync();
            await site.Agent.StartAsync();
        }

        await site.Lider.Tasks.WaitForAnswersAsync(sent, TimeSpan.FromMinutes(4), cancelled);
        var runs = (await File.ReadAllLinesAsync(file, cancelled)).Select(line => long.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(runs.Length == runs.Distinct().Count(), $"A task ran twice (seed {seed}).");
        Assert.Empty(site.Lider.Violations);
    }
}
