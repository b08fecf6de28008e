using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.XmppServers;

namespace Ahenk.Gateway.Xmpp.Tests.Real;

/// <summary>A server that the tests of one product share; it offers everything it has.</summary>
public sealed class SharedServer<TServer> : IAsyncLifetime
    where TServer : IXmppTestServer
{
    internal IXmppTestServer Server { get; } = (IXmppTestServer)Activator.CreateInstance(typeof(TServer), new XmppServerOptions())!;

    public async ValueTask InitializeAsync() => await Server.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>Clients of real servers.</summary>
internal static class RealClient
{
    public const string Password = "gerçek Parola,=1";

    public static XmppClientOptions Options(IXmppTestServer server, string user) => new()
    {
        ServiceName = server.Domain,
        Host = "127.0.0.1",
        Port = server.Port,
        Credentials = new XmppCredentials.Password(user, Password),
        CaFile = server.CaFile,
        BackoffFirst = TimeSpan.FromMilliseconds(50),
        BackoffMost = TimeSpan.FromMilliseconds(200),
        MaxUnacknowledged = 5000,
    };

    public static async Task<RunningClient> OnlineAsync(XmppClientOptions options, RecordingHandler? handler = null, IStreamJournal? journal = null)
    {
        var running = RunningClient.Start(options, handler, journal);
        await running.WaitForStatusAsync(status => status.Phase == XmppPhase.Online, "the session");
        return running;
    }
}

/// <summary>
/// The client against a real server, whichever it is. Every test has accounts of its own: what one did not acknowledge in time, the server keeps for
/// the account's next session.
/// </summary>
public abstract class RealServerTests<TServer>(SharedServer<TServer> shared) : IAsyncLifetime
    where TServer : IXmppTestServer
{
    private readonly string _unique = Guid.NewGuid().ToString("N")[..12];
    private readonly List<RunningClient> _clients = [];

    private protected IXmppTestServer Server => shared.Server;

    private protected string Agent => $"agent-{_unique}";

    private protected string Lider => $"lider-{_unique}";

    private Jid LiderJid => Jid.Parse($"{Lider}@{Steps.Domain}");

    public async ValueTask InitializeAsync()
    {
        await Server.AddAccountAsync(Agent, RealClient.Password, TestContext.Current.CancellationToken);
        await Server.AddAccountAsync(Lider, RealClient.Password, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Tls_and_scram_stand_with_the_servers_own_certificate_as_authority()
    {
        var client = await OnlineAsync(RealClient.Options(Server, Agent));

        Assert.Contains("TLS", client.Status.Connection, StringComparison.Ordinal);
        Assert.Contains("SCRAM-SHA-", client.Status.Connection, StringComparison.Ordinal);
        Assert.Contains("stream management", client.Status.Connection, StringComparison.Ordinal);
        Assert.Equal(Agent, client.Status.BoundJid!.Local);
    }

    [Fact]
    public async Task Direct_tls_port_serves_clients_that_find_it_by_its_record()
    {
        var lookup = new SingleService(Server.DirectTlsPort!.Value);
        var handler = new RecordingHandler();
        var log = new CapturingLogger<XmppClient>();
        var client = new XmppClient(RealClient.Options(Server, Agent) with { Host = "" }, handler, null, TimeProvider.System, new Random(1), log, lookup);
        var running = Add(RunningClient.Run(client, handler, log, RealClient.Password));

        await running.WaitForStatusAsync(status => status.Phase == XmppPhase.Online, "the session");
        Assert.Contains("TLS", running.Status.Connection, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_authority_is_refused()
    {
        using var stranger = TestCertificates.Authority("Yabancı CA");
        var caFile = Path.GetTempFileName();
        TestCertificates.WritePem(caFile, stranger);
        var client = Add(RunningClient.Start(RealClient.Options(Server, Agent) with { CaFile = caFile }));

        await client.WaitForFailureAsync(XmppFailureKind.Tls);
        File.Delete(caFile);
    }

    [Fact]
    public async Task Scram_works_without_tls()
    {
        var client = await OnlineAsync(RealClient.Options(Server, Agent) with { Tls = TlsMode.Never });

        Assert.DoesNotContain("TLS 1", client.Status.Connection, StringComparison.Ordinal);
        Assert.Contains("SCRAM-SHA-", client.Status.Connection, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anonymous_gets_a_jid_of_the_servers_choice_over_tls_and_without()
    {
        foreach (var tls in new[] { TlsMode.Required, TlsMode.Never })
        {
            var client = await OnlineAsync(
                RealClient.Options(Server, Agent) with { Tls = tls, Credentials = new XmppCredentials.Anonymous(), IsPermanent = false });

            Assert.Equal(Server.Domain, client.Status.BoundJid!.Domain);
            Assert.NotEqual(Agent, client.Status.BoundJid.Local);
            Assert.Contains("ANONYMOUS", client.Status.Connection, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Anonymous_client_and_account_reach_each_other()
    {
        // The way of a registration (LP 4): the account answers the full JID the request came from.
        var lider = await OnlineAsync(RealClient.Options(Server, Lider));
        var anonymous = await OnlineAsync(RealClient.Options(Server, Agent) with { Credentials = new XmppCredentials.Anonymous(), IsPermanent = false });

        await anonymous.Client.SendAllAsync(new OutgoingMessage("r1", LiderJid, "REGISTER"));
        var request = await lider.Handler.NextMessageAsync("the request at the account");
        Assert.Equal(anonymous.Status.BoundJid, request.From);
        await lider.Client.SendAllAsync(new OutgoingMessage("r2", request.From, "REGISTRATION_RESPONSE"));

        Assert.Equal("REGISTRATION_RESPONSE", (await anonymous.Handler.NextMessageAsync("the answer")).Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Plain_is_used_where_nothing_else_is_offered(bool tls)
    {
        await using var server = New(new XmppServerOptions { OffersTls = tls, Mechanisms = ["PLAIN", "ANONYMOUS"] });
        await server.StartAsync(TestContext.Current.CancellationToken);
        await server.AddAccountAsync(Agent, RealClient.Password, TestContext.Current.CancellationToken);
        var client = await OnlineAsync(RealClient.Options(server, Agent) with { Tls = tls ? TlsMode.Required : TlsMode.Never });
        Assert.Contains("PLAIN", client.Status.Connection, StringComparison.Ordinal);

        if (!tls)
        {
            var careful = Add(RunningClient.Start(RealClient.Options(server, Agent)));
            await careful.WaitForFailureAsync(XmppFailureKind.Tls);
        }

        await StopClientsAsync();
    }

    [Fact]
    public async Task Wrong_password_is_told_apart()
    {
        var client = Add(RunningClient.Start(RealClient.Options(Server, Agent) with { Credentials = new XmppCredentials.Password(Agent, "yanlış-parola") }));

        var failure = (await client.WaitForFailureAsync(XmppFailureKind.NotAuthorized)).LastFailure!;

        Assert.DoesNotContain("yanlış-parola", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_session_with_the_same_resource_is_a_conflict_for_the_first()
    {
        var first = await OnlineAsync(RealClient.Options(Server, Agent) with { Resource = "ahenk" });
        await OnlineAsync(RealClient.Options(Server, Agent) with { Resource = "ahenk" });

        await first.WaitForFailureAsync(XmppFailureKind.Conflict);
    }

    [Theory]
    [InlineData("Görev bitti <&> 'tamam' \"evet\" 😀 \u2028")]
    [InlineData("{\"type\":\"TASK_STATUS\"}")]
    public async Task Message_makes_the_round_trip(string body)
    {
        var (agent, lider) = await PairAsync();

        await agent.Client.SendAllAsync(new OutgoingMessage("m1", lider.Status.BoundJid!, body) { RequestReceipt = true });
        var there = await lider.Handler.NextMessageAsync("the message at the other side");
        Assert.Equal(body, there.Body);
        Assert.Equal("m1", there.Id);
        Assert.Equal(agent.Status.BoundJid, there.From);
        await lider.Client.SendAllAsync(new OutgoingMessage("m2", there.From, body));

        Assert.Equal(body, (await agent.Handler.NextMessageAsync("the answer")).Body);
        await Waiting.UntilAsync(() => agent.Status.Unacknowledged == 0, "the server's acknowledgement");
    }

    [Fact]
    public async Task Message_of_sixty_kilobytes_makes_the_round_trip()
    {
        var (agent, lider) = await PairAsync();
        var body = string.Concat(Enumerable.Repeat("çıktı satırı ", 3300));

        await agent.Client.SendAllAsync(new OutgoingMessage("big", lider.Status.BoundJid!, body));

        Assert.Equal(body, (await lider.Handler.NextMessageAsync("the large message")).Body);
    }

    [Fact]
    public async Task Receipt_comes_back_from_a_peer_that_sends_them()
    {
        var agent = await OnlineAsync(RealClient.Options(Server, Agent));
        await using var peer = await BarePeer.LogInAsync(Server, Lider, RealClient.Password);

        await agent.Client.SendAllAsync(new OutgoingMessage("m7", peer.BoundJid, "x") { RequestReceipt = true });
        var message = await peer.ReadMessageAsync();
        Assert.NotNull(message.Element("{urn:xmpp:receipts}request"));
        await peer.SendAsync($"<message type='normal' to='{agent.Status.BoundJid}'><received xmlns='urn:xmpp:receipts' id='m7'/></message>");

        Assert.Equal("m7", (await agent.Handler.NextMessageAsync("the receipt")).ReceiptFor);
    }

    [Fact]
    public async Task Peer_can_ping_the_client_and_learn_its_version()
    {
        var agent = await OnlineAsync(RealClient.Options(Server, Agent) with { SoftwareVersion = "3.0.0" });
        await using var peer = await BarePeer.LogInAsync(Server, Lider, RealClient.Password);

        await peer.SendAsync($"<iq type='get' id='p' to='{agent.Status.BoundJid}'><ping xmlns='urn:xmpp:ping'/></iq>");
        Assert.Equal("result", (string?)(await peer.ReadIqAsync("p")).Attribute("type"));
        await peer.SendAsync($"<iq type='get' id='v' to='{agent.Status.BoundJid}'><query xmlns='jabber:iq:version'/></iq>");
        Assert.Equal("3.0.0", (await peer.ReadIqAsync("v")).Descendants("{jabber:iq:version}version").Single().Value);
    }

    [Fact]
    public async Task Server_answers_the_clients_ping()
    {
        var client = await OnlineAsync(RealClient.Options(Server, Agent));

        var answer = await client.Client.RequestAsync(
            "get", null, "<ping xmlns='urn:xmpp:ping'/>", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken).Within("the answer to a ping");

        Assert.Equal(IqOutcome.Result, answer.Outcome);
    }

    [Fact]
    public async Task Subscription_of_lider_is_accepted_and_its_presence_goes_there()
    {
        var agent = await OnlineAsync(RealClient.Options(Server, Agent) with { AcceptSubscriptionFrom = LiderJid });
        await using var peer = await BarePeer.LogInAsync(Server, Lider, RealClient.Password);
        await peer.SendAsync("<presence/>");

        await peer.SendAsync($"<presence type='subscribe' to='{agent.Status.BoundJid!.Bare}'/>");

        var presence = await peer.ReadPresenceOfAsync(agent.Status.BoundJid);
        Assert.Null(presence.Attribute("type"));
        Assert.Equal("1", presence.Element(ScriptedConnection.Client + "priority")!.Value);
    }

    [Fact]
    public async Task Client_reconnects_after_the_server_was_killed_and_messages_flow_again()
    {
        await using var server = New(new XmppServerOptions());
        await server.StartAsync(TestContext.Current.CancellationToken);
        await server.AddAccountAsync(Agent, RealClient.Password, TestContext.Current.CancellationToken);
        await server.AddAccountAsync(Lider, RealClient.Password, TestContext.Current.CancellationToken);
        var agent = await OnlineAsync(RealClient.Options(server, Agent));
        var lider = await OnlineAsync(RealClient.Options(server, Lider));

        await server.KillAsync();
        await agent.WaitForStatusAsync(status => status.LastFailure is not null, "the agent to notice");
        await lider.WaitForStatusAsync(status => status.LastFailure is not null, "the other side to notice");
        await server.StartAsync(TestContext.Current.CancellationToken);
        await agent.WaitForStatusAsync(status => status.Phase == XmppPhase.Online, "the agent's new session");
        await lider.WaitForStatusAsync(status => status.Phase == XmppPhase.Online, "the other side's new session");

        // To the session, not to the account: ejabberd may store what comes with the first presence, and deliver it after the next one only.
        await agent.Client.SendAllAsync(new OutgoingMessage("after", lider.Status.BoundJid!, "after the kill"));
        Assert.Equal("after the kill", (await lider.Handler.NextMessageAsync("a message after the restart")).Body);
        await StopClientsAsync();
    }

    [Fact]
    public async Task Cut_connection_is_resumed_and_nothing_is_lost_or_doubled()
    {
        const int Rounds = 5;
        const int Each = 20;
        await using var network = new TcpProxy(Server.Port);
        var agent = await OnlineAsync(RealClient.Options(Server, Agent) with { Port = network.Port });
        await agent.NextSessionAsync();
        var lider = await OnlineAsync(RealClient.Options(Server, Lider));
        var (outward, inward) = (agent.Status.BoundJid!, lider.Status.BoundJid!);
        var count = 0;

        // Whole stanzas are lost in the network. Half a one is another matter: Prosody 0.12 goes on with the parser of the lost
        // connection after a resumption and calls what comes then malformed.
        for (var round = 0; round < Rounds; round++)
        {
            await SendBothWaysAsync();
            await Waiting.UntilAsync(() => agent.Status.Unacknowledged == 0, "the server to have everything before the network fails");
            network.Swallow();
            await SendBothWaysAsync();

            // What the server routes while it hands the session over may overtake what it routed before.
            await Waiting.UntilAsync(() => lider.Status.Unacknowledged == 0, "the server to have what it is to deliver after the cut");
            network.Cut();
            Assert.True((await agent.NextSessionAsync("the session after a cut")).Resumed, agent.LogText());
        }

        var expected = Enumerable.Range(0, Rounds * 2 * Each).Select(number => $"{number}").ToArray();
        Assert.Equal(expected, await BodiesAsync(lider, count));
        Assert.Equal(expected, await BodiesAsync(agent, count));
        Assert.Equal(1 + Rounds, network.Connections);
        await Waiting.UntilAsync(() => agent.Status.Unacknowledged == 0, "every message to be acknowledged");
        Assert.Equal(outward, agent.Status.BoundJid);

        async Task SendBothWaysAsync()
        {
            var numbers = Enumerable.Range(count, Each).ToArray();
            count += Each;
            await agent.Client.SendAllAsync([.. numbers.Select(number => new OutgoingMessage($"o{number}", inward, $"{number}"))]);
            await lider.Client.SendAllAsync([.. numbers.Select(number => new OutgoingMessage($"i{number}", outward, $"{number}"))]);
        }
    }

    [Fact]
    public async Task New_process_resumes_the_stream_of_the_old_and_hears_what_came_in_between()
    {
        await using var network = new TcpProxy(Server.Port);
        var journal = new RecordingJournal();
        RecordingHandler Storing() => new()
        {
            Handle = message =>
            {
                journal.State = journal.State! with { Handled = message.Sequence };
                return Task.CompletedTask;
            },
        };
        var options = RealClient.Options(Server, Agent) with { Port = network.Port };
        var old = await OnlineAsync(options, Storing(), journal);
        await old.NextSessionAsync();
        var lider = await OnlineAsync(RealClient.Options(Server, Lider));
        var jid = old.Status.BoundJid!;
        await lider.Client.SendAllAsync(new OutgoingMessage("1", jid, "before"));
        Assert.Equal("before", (await old.Handler.NextMessageAsync("the first message")).Body);

        // The process dies without a word: its network goes first.
        network.CutForLong();
        await old.WaitForStatusAsync(status => status.LastFailure is not null, "the connection to be lost");
        await old.StopAsync();
        await lider.Client.SendAllAsync([.. Enumerable.Range(0, 150).Select(number => new OutgoingMessage($"k{number}", jid, $"{number}"))]);
        await Waiting.UntilAsync(() => lider.Status.Unacknowledged == 0, "the server to have what it is to deliver to the new process");
        network.Mend();
        var young = await OnlineAsync(options, Storing(), journal);

        Assert.True((await young.NextSessionAsync()).Resumed);
        Assert.Equal(Enumerable.Range(0, 150).Select(number => $"{number}"), await BodiesAsync(young, 150));
        Assert.Equal(jid, young.Status.BoundJid);
    }

    public async ValueTask DisposeAsync()
    {
        await StopClientsAsync();
        GC.SuppressFinalize(this);
    }

    private protected static IXmppTestServer New(XmppServerOptions options) => (IXmppTestServer)Activator.CreateInstance(typeof(TServer), options)!;

    private protected async Task<RunningClient> OnlineAsync(XmppClientOptions options, RecordingHandler? handler = null, IStreamJournal? journal = null) =>
        Add(await RealClient.OnlineAsync(options, handler, journal));

    private protected async Task StopClientsAsync()
    {
        await Task.WhenAll(_clients.Select(client => client.DisposeAsync().AsTask()));
        _clients.Clear();
    }

    private protected static async Task<IReadOnlyList<string>> BodiesAsync(RunningClient client, int count)
    {
        var bodies = new List<string>();
        while (bodies.Count < count)
        {
            bodies.Add(Told(await client.Handler.NextMessageAsync($"message {bodies.Count + 1} of {count}")));
        }

        // A doubled message would stand behind the last one by the time the server has answered a ping.
        await client.Client.RequestAsync("get", null, "<ping xmlns='urn:xmpp:ping'/>", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)
            .Within("the answer to a ping");
        return [.. bodies, .. client.Handler.Unread().Select(Told)];
    }

    private static string Told(XmppMessage message) =>
        message is { Type: "error" } or { Body: null } ? $"{message.Type} {message.ErrorCondition} for {message.Id}" : message.Body;

    private async Task<(RunningClient Agent, RunningClient Lider)> PairAsync() =>
        (await OnlineAsync(RealClient.Options(Server, Agent)), await OnlineAsync(RealClient.Options(Server, Lider)));

    private RunningClient Add(RunningClient client)
    {
        _clients.Add(client);
        return client;
    }
}
