using System.Collections.Concurrent;
using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.XmppServers;

namespace Ahenk.Gateway.Xmpp.Tests.Real;

/// <summary>The client against ejabberd, the product Lider runs on.</summary>
[Trait("Category", "Integration")]
public sealed class EjabberdTests(SharedServer<EjabberdServer> shared) : RealServerTests<EjabberdServer>(shared), IClassFixture<SharedServer<EjabberdServer>>
{
    [Fact]
    public async Task Messages_beyond_the_offline_limit_bounce_with_their_condition()
    {
        await using var server = New(new XmppServerOptions { OfflineLimit = 3, OffersTls = false });
        await server.StartAsync(TestContext.Current.CancellationToken);
        await server.AddAccountAsync(Agent, RealClient.Password, TestContext.Current.CancellationToken);
        await server.AddAccountAsync(Lider, RealClient.Password, TestContext.Current.CancellationToken);
        var agent = await OnlineAsync(RealClient.Options(server, Agent) with { Tls = TlsMode.Never });

        await agent.Client.SendAllAsync(
            [.. Enumerable.Range(0, 4).Select(number => new OutgoingMessage($"m{number}", Jid.Parse($"{Lider}@{server.Domain}"), $"{number}"))]);

        var bounce = await agent.Handler.NextMessageAsync("the bounce of the fourth message");
        Assert.Equal("error", bounce.Type);
        Assert.Equal("m3", bounce.Id);
        Assert.NotNull(bounce.ErrorCondition);
        var lider = await OnlineAsync(RealClient.Options(server, Lider) with { Tls = TlsMode.Never });
        for (var number = 0; number < 3; number++)
        {
            var kept = await lider.Handler.NextMessageAsync("a message that was kept");
            Assert.Equal($"{number}", kept.Body);
            Assert.True(kept.IsDelayed);
        }

        await StopClientsAsync();
    }

    [Fact]
    public async Task Account_made_a_moment_before_a_kill_can_log_in_afterwards()
    {
        // The other tests rely on it of the server they kill: ejabberd itself has an account on disk only some time after it has confirmed it.
        await using var server = New(new XmppServerOptions());
        await server.StartAsync(TestContext.Current.CancellationToken);
        await server.AddAccountAsync(Agent, RealClient.Password, TestContext.Current.CancellationToken);

        await server.KillAsync();
        await server.StartAsync(TestContext.Current.CancellationToken);

        await using var peer = await BarePeer.LogInAsync(server, Agent, RealClient.Password);
        Assert.Equal(Agent, peer.BoundJid.Local);
    }

    [Fact]
    public async Task Burst_that_is_cut_in_the_middle_arrives_once_and_in_order()
    {
        const int Count = 2000;
        await using var network = new TcpProxy(Server.Port);
        var agent = await OnlineAsync(RealClient.Options(Server, Agent) with { Port = network.Port });
        var first = await agent.NextSessionAsync();
        var arrived = new ConcurrentQueue<string>();
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new RecordingHandler
        {
            Handle = message =>
            {
                arrived.Enqueue(message.Body!);
                if (arrived.Count == Count / 4)
                {
                    half.TrySetResult();
                }

                return Task.CompletedTask;
            },
        };

        // The short resource keeps the burst below the 256 KiB that are posted at once: what the cut finds unposted would not be the client's to keep.
        var lider = await OnlineAsync(RealClient.Options(Server, Lider) with { Resource = "Smack" }, handler);
        var messages = Enumerable.Range(0, Count).Select(number => new OutgoingMessage($"b{number}", lider.Status.BoundJid!, $"{number}")).ToArray();

        var sending = agent.Client.SendAsync(messages, TestContext.Current.CancellationToken).AsTask();
        await half.Task.Within("a quarter of the burst");

        // When a stream is resumed before ejabberd has noticed the loss, the old session's process tells how much it has handled, and goes on for a
        // moment with what it still holds: that is doubled, and no client can know of it.
        network.CutForLong();
        await Waiting.UntilAsync(() => HasNoticedTheLossOf(Agent), "the server to notice the loss");
        network.Mend();

        Assert.All(await sending.Within("the burst to be sent"), outcome => Assert.Equal(SendOutcome.Sent, outcome));
        var session = await agent.NextSessionAsync("the resumed session");
        Assert.True(session.Resumed);
        Assert.Equal(first.StreamId, session.StreamId);
        Assert.Equal(Enumerable.Range(0, Count).Select(number => $"{number}"), await BodiesAsync(lider, Count));
    }

    private bool HasNoticedTheLossOf(string account) => File.ReadLines(Server.LogFile).Any(
        line => line.Contains($"Closing c2s connection for {account}@", StringComparison.Ordinal) &&
            line.Contains("for stream resumption", StringComparison.Ordinal));
}
