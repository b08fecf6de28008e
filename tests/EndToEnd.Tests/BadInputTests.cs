using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

[Trait("Category", "Integration")]
public sealed class BadInputTests
{
    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task Each_bad_message_costs_one_log_line_and_the_next_task_works()
    {
        await using var site = await Installation.OnlineAsync();
        var next = 100;
        foreach (var (body, reason) in ((string, string)[])
        [
            ("{\"type\":\"EXECUTE_TASK\",", "cannot be understood"),
            ("{\"type\":\"FORMAT_DISK\"}", "cannot be understood"),
            ("{\"task\":\"{}\"}", "cannot be understood"),
            ("test", "cannot be understood"),
            ("{\"type\":\"EXECUTE_TASK\",\"task\":null}", "cannot be understood"),
            ("{\"type\":\"EXECUTE_TASK\",\"task\":\"" + new string('x', 200 * 1024) + "\"}", "cannot be understood"),
            ("{\"type\":\"UPDATE_SCHEDULED_TASK\",\"taskId\":1,\"cronExpression\":null}", "it is remembered"),
        ])
        {
            var before = Count(site, reason);
            await site.Lider.SendRawAsync(site.AgentName, body, Cancelled);
            Assert.Equal("TASK_PROCESSED", (await site.RunAsync(next++, "probe", "NOOP", [], Cancelled)).Code);
            await WaitForLineAsync(site, reason, before + 1);
            Assert.Equal(before + 1, Count(site, reason));
        }
    }

    [Fact]
    public async Task A_task_with_a_body_of_200_KiB_is_run()
    {
        await using var site = await Installation.OnlineAsync();

        var answer = await site.RunAsync(1, "probe", "NOOP", new JsonObject { ["padding"] = new string('p', 200 * 1024) }, Cancelled);

        Assert.Equal("TASK_PROCESSED", answer.Code);
    }

    [Theory]
    [InlineData("{\\\"id\\\":7,\\\"commandClsId\\\":\\\"NOOP\\\"}", "plugin")]
    [InlineData("{\\\"id\\\":7,\\\"plugin\\\":{\\\"name\\\":\\\"probe\\\"}}", "command")]
    [InlineData("TaskImpl [id=7, plugin=tr.org.lider.entities.PluginImpl@1f2e3d, commandClsId=EXECUTE_SCRIPT, parameterMap={}]", "Java text")]
    public async Task Where_an_id_can_be_recovered_the_administrator_gets_an_answer(string task, string reason)
    {
        await using var site = await Installation.OnlineAsync();
        var order = new TaskOrder(7, "probe", "NOOP");

        await site.Lider.SendTaskBodyAsync(site.AgentName, order, $"{{\"type\":\"EXECUTE_TASK\",\"task\":\"{task}\"}}", Cancelled);
        var answer = await site.Lider.Tasks.WaitForAnswerAsync(7, TimeSpan.FromSeconds(60), cancellationToken: Cancelled);

        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains(reason, answer.Message, StringComparison.Ordinal);
        Assert.Equal("TASK_PROCESSED", (await site.RunAsync(8, "probe", "NOOP", [], Cancelled)).Code);
    }

    /// <summary>What the daemon says may be read a little after its answer.</summary>
    private static async Task WaitForLineAsync(Site site, string reason, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Count(site, reason) < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    private static int Count(Site site, string text) =>
        site.Agent.Log.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));
}
