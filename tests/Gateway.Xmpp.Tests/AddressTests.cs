using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp.Net;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;
using Ahenk.XmppServers;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>Where the server is looked for, and in which order (RFC 6120 3.2, RFC 2782, XEP-0368).</summary>
[Trait("Category", "Unit")]
public sealed class AddressTests
{
    private static readonly XmppClientOptions BySrv = new() { ServiceName = Steps.Domain, Credentials = new XmppCredentials.Anonymous() };

    [Fact]
    public async Task Services_of_both_kinds_are_mixed_by_priority()
    {
        var lookup = new FakeLookup();
        lookup.Services[$"_xmpp-client._tcp.{Steps.Domain}"] = [new("late.test", 5222, 30, 0), new("second.test", 5222, 20, 0)];
        lookup.Services[$"_xmpps-client._tcp.{Steps.Domain}"] = [new("first.test", 443, 10, 0), new("third.test", 5223, 25, 0)];

        var found = await FindAsync(BySrv, lookup);

        Assert.Equal(["first.test:443 tls", "second.test:5222", "third.test:5223 tls", "late.test:5222"], Told(found, lookup));
    }

    [Fact]
    public async Task Weights_share_the_first_place_in_proportion()
    {
        var lookup = new FakeLookup();
        lookup.Services[$"_xmpp-client._tcp.{Steps.Domain}"] = [new("a.test", 1, 5, 60), new("b.test", 2, 5, 20), new("c.test", 3, 5, 20), new("d.test", 4, 5, 0)];
        var random = new Random(20260101);
        var firsts = new Dictionary<string, int>();
        for (var draw = 0; draw < 2000; draw++)
        {
            var found = Told(await new EndpointFinder(BySrv, lookup, random).FindAsync(TestContext.Current.CancellationToken), lookup);
            Assert.Equal(4, found.Distinct().Count());
            firsts[found[0]] = firsts.GetValueOrDefault(found[0]) + 1;
        }

        Assert.InRange(firsts["a.test:1"], 1050, 1350);
        Assert.InRange(firsts["b.test:2"], 300, 500);
        Assert.InRange(firsts["c.test:3"], 300, 500);
        Assert.InRange(firsts.GetValueOrDefault("d.test:4"), 0, 100);
    }

    [Fact]
    public async Task Without_records_the_service_name_itself_is_the_host()
    {
        var lookup = new FakeLookup();

        Assert.Equal([$"{Steps.Domain}:5222"], Told(await FindAsync(BySrv, lookup), lookup));
    }

    [Fact]
    public async Task Dot_says_that_there_is_no_service()
    {
        var lookup = new FakeLookup();
        lookup.Services[$"_xmpp-client._tcp.{Steps.Domain}"] = [new("", 0, 0, 0)];

        var failure = await Assert.ThrowsAsync<StreamFailureException>(() => FindAsync(BySrv, lookup));

        Assert.Equal(XmppFailureKind.NameResolution, failure.Kind);
    }

    [Fact]
    public async Task Dot_of_one_kind_leaves_the_other()
    {
        var lookup = new FakeLookup();
        lookup.Services[$"_xmpp-client._tcp.{Steps.Domain}"] = [new("", 0, 0, 0)];
        lookup.Services[$"_xmpps-client._tcp.{Steps.Domain}"] = [new("tls.test", 443, 0, 0)];

        Assert.Equal(["tls.test:443 tls"], Told(await FindAsync(BySrv, lookup), lookup));
    }

    [Fact]
    public async Task Never_leaves_the_tls_services_out()
    {
        var lookup = new FakeLookup();
        lookup.Services[$"_xmpp-client._tcp.{Steps.Domain}"] = [new("plain.test", 5222, 9, 0)];
        lookup.Services[$"_xmpps-client._tcp.{Steps.Domain}"] = [new("tls.test", 443, 0, 0)];

        Assert.Equal(["plain.test:5222"], Told(await FindAsync(BySrv with { Tls = TlsMode.Never }, lookup), lookup));
    }

    [Fact]
    public async Task Target_without_an_address_is_passed_over()
    {
        var lookup = new FakeLookup();
        lookup.Services[$"_xmpp-client._tcp.{Steps.Domain}"] = [new("gone.test", 5222, 1, 0), new("there.test", 5222, 2, 0)];
        lookup.Unknown.Add("gone.test");

        Assert.Equal(["there.test:5222"], Told(await FindAsync(BySrv, lookup), lookup));
    }

    [Fact]
    public async Task Configured_host_is_not_looked_up_as_a_service()
    {
        var lookup = new FakeLookup();
        lookup.Services[$"_xmpp-client._tcp.{Steps.Domain}"] = [new("srv.test", 5222, 1, 0)];

        Assert.Equal(["own.test:5299"], Told(await FindAsync(BySrv with { Host = "own.test", Port = 5299 }, lookup), lookup));
        Assert.Equal(0, lookup.ServiceQuestions);
    }

    [Fact]
    public async Task Families_alternate_beginning_with_the_systems_choice()
    {
        var lookup = new FakeLookup();
        var (six1, six2) = (IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::2"));
        var (four1, four2, four3) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"), IPAddress.Parse("192.0.2.3"));
        lookup.Addresses["own.test"] = [six1, six2, four1, four2, four3];

        var found = await FindAsync(BySrv with { Host = "own.test" }, lookup);

        Assert.Equal([six1, four1, six2, four2, four3], found.Select(candidate => candidate.EndPoint.Address));
    }

    [Fact]
    public async Task Unknown_host_is_told_and_tried_again()
    {
        var lookup = new FakeLookup();
        lookup.Unknown.Add("yok.test");
        await using var world = Start(new ScriptedServer(), options => options with { Host = "yok.test" }, lookup);

        var failure = (await world.Running.WaitForFailureAsync(XmppFailureKind.NameResolution)).LastFailure!;

        Assert.Contains("yok.test", failure.Message, StringComparison.Ordinal);
        lookup.Unknown.Clear();
        lookup.Addresses["yok.test"] = [IPAddress.Loopback];
        await world.Server.AcceptSessionAsync();
    }

    [Fact]
    public async Task Addresses_are_tried_in_turn()
    {
        var lookup = new FakeLookup();
        lookup.Addresses["own.test"] = [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3"), IPAddress.Loopback];
        await using var world = Start(new ScriptedServer(), options => options with { Host = "own.test" }, lookup);

        await world.Server.AcceptSessionAsync();

        await world.Running.Handler.NextSessionAsync();
        Assert.Null(world.Running.Status.LastFailure);
    }

    [Fact]
    public async Task Service_that_is_down_gives_way_to_the_next()
    {
        var lookup = new FakeLookup();
        var server = new ScriptedServer();
        lookup.Services[$"_xmpp-client._tcp.{Steps.Domain}"] = [new("down.test", 1, 1, 0), new("up.test", server.Port, 2, 0)];
        lookup.Addresses["down.test"] = lookup.Addresses["up.test"] = [IPAddress.Loopback];
        await using var world = Start(server, options => options with { Host = "" }, lookup);

        await world.Server.AcceptSessionAsync();

        await world.Running.Handler.NextSessionAsync();
    }

    [Fact]
    public async Task Direct_tls_begins_at_once_and_names_its_protocol()
    {
        using var certificate = TestCertificates.SelfSigned(Steps.Domain);
        var lookup = new FakeLookup();
        var server = new ScriptedServer();
        lookup.Services[$"_xmpps-client._tcp.{Steps.Domain}"] = [new("tls.test", server.Port, 1, 0)];
        lookup.Addresses["tls.test"] = [IPAddress.Loopback];
        await using var world = Start(
            server,
            options => options with { Host = "", Tls = TlsMode.Required, CertificatePin = Convert.ToHexString(SHA256.HashData(certificate.RawData)) },
            lookup);
        var connection = await server.AcceptAsync();
        await connection.SecureAsync(
            certificate, options: new SslServerAuthenticationOptions { ApplicationProtocols = [new SslApplicationProtocol("xmpp-client")] });

        await connection.EstablishAsync();

        Assert.Equal("xmpp-client", Encoding.ASCII.GetString(connection.Tls!.NegotiatedApplicationProtocol.Protocol.Span));
        Assert.Equal(Steps.Domain, connection.Tls.TargetHostName);
        Assert.Equal("", connection.ReceivedInClear);
        await world.Running.Handler.NextSessionAsync();
    }

    [Theory]
    [InlineData("::1")]
    [InlineData("[::1]")]
    public async Task Literal_ipv6_address_is_a_host(string host)
    {
        await using var scene = Scene.Start(options => options with { Host = host }, address: IPAddress.IPv6Loopback);

        await scene.Server.AcceptSessionAsync();

        await scene.Handler.NextSessionAsync();
    }

    private static Task<IReadOnlyList<Candidate>> FindAsync(XmppClientOptions options, FakeLookup lookup) =>
        new EndpointFinder(options, lookup, new Random(1)).FindAsync(TestContext.Current.CancellationToken);

    private static List<string> Told(IReadOnlyList<Candidate> candidates, FakeLookup lookup) =>
        [.. candidates.Select(candidate =>
            $"{lookup.NameOf(candidate.EndPoint.Address)}:{candidate.EndPoint.Port}{(candidate.DirectTls ? " tls" : "")}")];

    private static World Start(ScriptedServer server, Func<XmppClientOptions, XmppClientOptions> configure, FakeLookup lookup)
    {
        var options = configure(new XmppClientOptions
        {
            ServiceName = Steps.Domain,
            Port = server.Port,
            Credentials = new XmppCredentials.Password(Scene.User, Scene.Secret),
            Tls = TlsMode.Never,
            BackoffFirst = TimeSpan.FromMilliseconds(20),
            BackoffMost = TimeSpan.FromMilliseconds(20),
        });
        var handler = new RecordingHandler();
        var log = new CapturingLogger<XmppClient>();
        var client = new XmppClient(options, handler, null, TimeProvider.System, new Random(1), log, lookup);
        return new World(server, RunningClient.Run(client, handler, log, Scene.Secret));
    }

    private sealed record World(ScriptedServer Server, RunningClient Running) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            var stopping = Running.DisposeAsync();
            await Server.DisposeAsync();
            await stopping;
        }
    }

    /// <summary>A name server in memory: every host it was not told about has an address of its own.</summary>
    private sealed class FakeLookup : INameLookup
    {
        private readonly Dictionary<string, IPAddress> _invented = [];

        public Dictionary<string, IReadOnlyList<SrvRecord>> Services { get; } = [];

        public Dictionary<string, IReadOnlyList<IPAddress>> Addresses { get; } = [];

        public HashSet<string> Unknown { get; } = [];

        public int ServiceQuestions { get; private set; }

        public string NameOf(IPAddress address) => _invented.Single(pair => pair.Value.Equals(address)).Key;

        public Task<IReadOnlyList<SrvRecord>> FindServicesAsync(string name, CancellationToken cancellationToken)
        {
            ServiceQuestions++;
            return Task.FromResult(Services.GetValueOrDefault(name, []));
        }

        public Task<IReadOnlyList<IPAddress>> FindAddressesAsync(string host, CancellationToken cancellationToken)
        {
            if (Unknown.Contains(host))
            {
                throw new SocketException((int)SocketError.HostNotFound);
            }

            if (Addresses.TryGetValue(host, out var known))
            {
                return Task.FromResult(known);
            }

            if (!_invented.TryGetValue(host, out var address))
            {
                _invented[host] = address = new IPAddress([192, 0, 2, (byte)(_invented.Count + 1)]);
            }

            return Task.FromResult<IReadOnlyList<IPAddress>>([address]);
        }
    }
}
