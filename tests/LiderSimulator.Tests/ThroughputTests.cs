using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator.Tests;

/// <summary>The figures go to the test's output: a machine's speed is no reason to fail, a lost message is.</summary>
[Trait("Category", "Integration")]
public sealed class ThroughputTests(ProsodyServer prosody) : IClassFixture<ProsodyServer>
{
    private const int Messages = 10_000;
    private const int Tasks = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_between_two_bare_clients_arrives_in_order()
    {
        var received = new List<string>(Messages);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var receiver = await BareXmppConnection.ConnectAsync(
            prosody.Server,
            stanza =>
            {
                received.Add(stanza.Body!);
                if (received.Count == Messages)
                {
                    all.TrySetResult();
                }
            },
            Token);
        await using var sender = await BareXmppConnection.ConnectAsync(prosody.Server, null, Token);

        var start = Start();
        for (var number = 0; number < Messages; number++)
        {
            await sender.SendMessageAsync(receiver.Jid, $"{{\"type\":\"TASK_STATUS\",\"taskId\":{number}}}", Token);
        }

        await all.Task.WaitAsync(Patience, Token);
        Tell("messages", Messages, start);

        Assert.Equal(Enumerable.Range(0, Messages).Select(number => $"{{\"type\":\"TASK_STATUS\",\"taskId\":{number}}}"), received);
    }

    [Fact]
    public async Task Two_thousand_tasks_at_once_are_each_answered_once()
    {
        const string user = "lider-burst";
        await using var lider = await LiderServer.StartAsync(prosody.Lider(user) with { Report = _ => { } }, Token);
        await lider.AddAgentAsync("pc-burst", "p", [], Token);
        var pc = new BareAgentOptions { Server = prosody.Server, Name = "pc-burst", Password = "p", LiderUser = user, RequestReceipts = true };
        await using var agent = await BareAgent.ConnectAsync(pc, Token);

        var start = Start();
        for (var taskId = 1; taskId <= Tasks; taskId++)
        {
            await lider.SendTaskAsync("pc-burst", new TaskOrder(taskId, "noop", "NOOP"), Token);
        }

        await lider.Tasks.WaitForAnswersAsync(Enumerable.Range(1, Tasks).Select(taskId => (long)taskId), Patience, Token);
        Tell("tasks answered", Tasks, start);
        await lider.DrainAsync(Token);

        Assert.Equal((Tasks, 0, 0), (lider.Tasks.AnsweredTasks, lider.Tasks.RepeatedAnswers, lider.Tasks.Retransmissions));
        Assert.Equal(Tasks, agent.Answered);
        Assert.Empty(lider.Violations);
    }

    private static void Tell(string what, int count, (long Timestamp, TimeSpan Cpu) start)
    {
        var seconds = TimeProvider.System.GetElapsedTime(start.Timestamp).TotalSeconds;
        var cpu = (Environment.CpuUsage.TotalTime - start.Cpu).TotalSeconds;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{count} {what} in {seconds:F2} s: {count / seconds:F0} per second; processor time of both clients {cpu:F2} s: {count / cpu:F0} per second");
    }

    private static (long Timestamp, TimeSpan Cpu) Start() => (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
}
