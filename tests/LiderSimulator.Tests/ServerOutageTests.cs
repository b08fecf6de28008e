using Ahenk.LiderSimulator.Wire;

namespace Ahenk.LiderSimulator.Tests;

[Trait("Category", "Crash")]
public sealed class ServerOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ProsodyServer _prosody = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _prosody.InitializeAsync();

    public ValueTask DisposeAsync() => _prosody.DisposeAsync();

    [Fact]
    public async Task The_simulator_comes_back_and_sends_unanswered_tasks_again_on_demand()
    {
        await using var lider = await LiderServer.StartAsync(_prosody.Lider("lider_sunucu"), Token);
        await lider.AddAgentAsync("pc-01", "p", [], Token);
        var pc = new BareAgentOptions { Server = _prosody.Server, Name = "pc-01", Password = "p" };
        await using (var agent = await BareAgent.ConnectAsync(pc, Token))
        {
            await lider.SendTaskAsync("pc-01", new TaskOrder(1, "script", "EXECUTE_SCRIPT"), Token);
            await lider.Tasks.WaitForAnswerAsync(1, Patience, cancellationToken: Token);
            await _prosody.KillAsync();
            await agent.Closed.WaitAsync(Patience, Token);
        }

        var isSent = await lider.SendTaskAsync("pc-01", new TaskOrder(2, "script", "EXECUTE_SCRIPT"), Token);
        await _prosody.StartAsync();
        await lider.WaitForSessionAsync(1, Patience, Token);
        await using var again = await BareAgent.ConnectAsync(pc, Token);
        var resent = await lider.ResendUnansweredAsync(Token);
        await lider.Tasks.WaitForAnswersAsync([1, 2], Patience, Token);

        // Whether the loss has been noticed at that moment is the network's affair; the answer can only stem from the second sending.
        Assert.Equal(1, resent);
        Assert.Equal(isSent ? 2 : 1, lider.Tasks.Find(2)!.Sends);
        Assert.Equal(1, lider.Tasks.Find(1)!.Sends);
        Assert.Equal(1, lider.Reconnects);
        Assert.Equal(0, lider.Tasks.RepeatedAnswers);
    }

    [Fact]
    public async Task It_gives_up_after_its_attempts_and_says_so()
    {
        var options = _prosody.Lider("lider_sunucu") with { ReconnectAttempts = 2, ReconnectDelay = TimeSpan.FromMilliseconds(1) };
        var lider = await LiderServer.StartAsync(options, Token);
        await _prosody.KillAsync();

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => lider.WaitForSessionAsync(1, Patience, Token));

        Assert.Contains("2 attempts", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<Xmpp.BareXmppException>(async () => await lider.DisposeAsync());
    }
}
