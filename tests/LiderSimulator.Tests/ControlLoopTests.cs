using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Commands;

namespace Ahenk.LiderSimulator.Tests;

[Trait("Category", "Integration")]
public sealed class ControlLoopTests(ProsodyServer prosody) : IClassFixture<ProsodyServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_are_answered_in_order_and_faults_do_not_end_it()
    {
        const string user = "lider-control";
        await using var lider = await LiderServer.StartAsync(prosody.Lider(user), Token);
        await lider.AddAgentAsync("pc-control", "p", [], Token);
        var pc = new BareAgentOptions { Server = prosody.Server, Name = "pc-control", Password = "p", LiderUser = user };
        await using var agent = await BareAgent.ConnectAsync(pc, Token);
        using var input = new StringReader(
            """
            {"op":"wait-online","agent":"pc-control","timeout":20}
            {"op":"send","agent":"pc-control","taskId":1,"plugin":"script","command":"EXECUTE_SCRIPT","parameters":{"A":1}}
            {"op":"send","agent":"pc-control","taskId":1,"plugin":"script","command":"EXECUTE_SCRIPT"}
            not json
            {"op":"dance"}
            {"op":"wait-answer","taskId":1,"timeout":20}
            {"op":"stats"}
            {"op":"quit"}
            {"op":"stats"}
            """);
        await using var output = new StringWriter();

        await new ControlLoop(lider, input, output).RunAsync(Token);

        var answers = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal([true, true, false, false, false, true, true], answers.Select(answer => (bool)answer["ok"]!));
        Assert.Equal("TASK_PROCESSED", (string?)answers[5]["code"]);
        Assert.Equal(1, (int?)answers[6]["answered"]);
        Assert.Empty(answers[6]["violations"]!.AsArray());
    }

    [Fact]
    public async Task The_demonstration_fails_when_the_agent_breaks_the_contract()
    {
        const string user = "lider-demo";
        await using var lider = await LiderServer.StartAsync(prosody.Lider(user), Token);
        var pc = new BareAgentOptions { Server = prosody.Server, Name = "pc-demo", Password = "p", LiderUser = user };
        await BareAgent.RegisterAsync(pc, TimeSpan.FromSeconds(20), Token);
        await using var agent = await BareAgent.ConnectAsync(pc, Token);
        await using var output = new StringWriter();

        var good = await Demonstration.RunAsync(lider, null, TimeSpan.FromSeconds(20), output, Token);
        await agent.SendAsync("""{"type":"LOGIN","username":"ayse","hostname":"h","ipAddresses":null,"agentVersion":"3"}""", Token);
        await agent.SendAsync("""{"type":"GET_POLICIES"}""", Token);
        var bad = await Demonstration.RunAsync(lider, "pc-demo", TimeSpan.FromSeconds(20), output, Token);

        Assert.Equal((0, 1), (good, bad));
        Assert.Contains("4 of 4 tasks processed, 0 violations", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("VIOLATION by pc-demo@", output.ToString(), StringComparison.Ordinal);
    }
}
