using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Grains.Events;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Ahenk.Silo.Control;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

/// <summary>Events over the real control socket.</summary>
[Trait("Category", "Integration")]
public sealed class ControlEventTests : IAsyncLifetime
{
    private static readonly PeerCredentials Root = new(1, 0);
    private static readonly PeerCredentials Ayse = new(2, 4242);
    private static readonly PeerCredentials Nobody = new(3, 4444);

    private readonly ConfigurationFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly LogSecrets _secrets = new();
    private readonly EventHub _hub;
    private readonly CallerNames _callers;
    private readonly ControlMethods _methods;
    private readonly ControlSocket _socket;

    public ControlEventTests()
    {
        _hub = new EventHub(_clock);
        _callers = new CallerNames(new OneAccount(), _clock);
        _methods = new ControlMethods([new EventControl(_hub, _callers, _secrets)]);
        _socket = new ControlSocket(
            _folder.Write($"[BASE]\nrundir = {_folder.Root}\n").Read(), _methods, new RecordingAudit(), _clock, NullLogger<ControlSocket>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _socket.StartAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await _socket.StopAsync(CancellationToken.None);
        _socket.Dispose();
        _callers.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_has_happened_of_late_is_the_result_and_the_connection_takes_the_next_call()
    {
        _hub.Raise(new TaskAccepted(7, "probe", "RUN", null));
        _hub.Raise(new UserLoggedOut("ayse"));
        using var caller = await Connect();

        await caller.Say("""{"method":"events","id":1}""");
        Assert.Equal(
            """{"jsonrpc":"2.0","result":{"events":[{"name":"task.accepted","time":"2000-01-01T00:00:00+00:00","task":7,"plugin":"probe","command":"RUN","cron":null},""" +
            """{"name":"user.logged_out","time":"2000-01-01T00:00:00+00:00","user":"ayse"}]},"id":1}""",
            await caller.Hear());
        await caller.Say("""{"method":"events","params":{"names":["user"]},"id":2}""");
        Assert.Equal("user.logged_out", (string?)Assert.Single(JsonNode.Parse((await caller.Hear())!)!["result"]!["events"]!.AsArray())!["name"]);
        await UntilNobodyListens();
    }

    [Fact]
    public async Task A_follower_is_told_what_happens_however_long_nothing_does()
    {
        _hub.Raise(new UserLoggedOut("ayse"));
        using var caller = await Connect();
        await caller.Say("""{"method":"events","params":{"follow":true,"names":["task","user.logged_out"]},"id":1}""");
        Assert.Single(JsonNode.Parse((await caller.Hear())!)!["result"]!["events"]!.AsArray());

        _clock.Advance(TimeSpan.FromHours(3));
        _hub.Raise(new AgentStopping());
        _hub.Raise(new TaskFinished(7, "probe", "RUN", "TASK_PROCESSED"));

        Assert.Equal(
            """{"jsonrpc":"2.0","method":"event","params":{"name":"task.finished","time":"2000-01-01T03:00:00+00:00","task":7,"plugin":"probe","command":"RUN","code":"TASK_PROCESSED"}}""",
            await caller.Hear());
    }

    [Fact]
    public async Task A_follower_that_goes_is_forgotten()
    {
        using (var caller = await Connect())
        {
            await caller.Follow();
            Assert.Equal(1, _hub.Listeners);
        }

        await UntilNobodyListens();
    }

    [Fact]
    public async Task A_follower_that_asks_for_something_else_gets_it_and_no_more_events()
    {
        using var caller = await Connect();
        await caller.Follow();

        await caller.Say("""{"method":"nonsense","id":2}""");

        Assert.Equal(JsonRpc.MethodNotFound, (int)JsonNode.Parse((await caller.Hear())!)!["error"]!["code"]!);
        Assert.Equal(0, _hub.Listeners);
    }

    [Fact]
    public async Task A_follower_that_does_not_read_is_dropped_and_others_go_on()
    {
        using var deaf = await Connect();
        using var other = await Connect();
        await deaf.Follow();
        await other.Follow();
        var large = new PluginRaised("probe", "large", $$"""{"text":"{{new string('x', 8000)}}"}""");

        while (_hub.Listeners == 2)
        {
            _hub.Raise(large);
            Assert.Contains("plugin.probe.large", await other.Hear(), StringComparison.Ordinal);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _hub.Raise(new AgentStopping());
        Assert.Contains("agent.stopping", await other.Hear(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_daemon_ends_following()
    {
        using var caller = await Connect();
        await caller.Follow();

        await _socket.StopAsync(Token);

        Assert.Null(await caller.Hear());
        await UntilNobodyListens();
    }

    [Fact]
    public async Task Other_users_see_what_concerns_them_and_nothing_else()
    {
        _hub.Raise(new TaskAccepted(7, "probe", "RUN", null));
        _hub.Raise(new UserLoggedIn("ayse", new UserLogin()));
        _hub.Raise(new UserLoggedIn("fatma", new UserLogin()));
        _hub.Raise(new PolicyApplied(1, "1", "usb", null, "processed"));
        _hub.Raise(new PolicyApplied(2, "1", "usb", "ayse", "processed"));

        Assert.Equal(5, (await Ask("{}", Root)).Count);
        Assert.Equal(["user.logged_in", "policy.applied"], (await Ask("{}", Ayse)).Select(happened => (string?)happened!["name"]));
        Assert.Empty(await Ask("""{"names":["task"]}""", Ayse));
        Assert.Equal(JsonRpc.Forbidden, (await Assert.ThrowsAsync<ControlException>(() => Ask("{}", Nobody))).Code);
    }

    [Fact]
    public async Task A_user_who_follows_sees_no_more()
    {
        var method = _methods.FindStreaming(new ControlRequest("events", [], null), Ayse)!;
        await using var values = method.Stream!(new ControlRequest("events", new JsonObject { ["follow"] = true }, null), Ayse, Token).GetAsyncEnumerator(Token);
        Assert.True(await values.MoveNextAsync());

        _hub.Raise(new UserLoggedOut("fatma"));
        _hub.Raise(new AgentConnected("pc@x/Ahenk", "TLS"));
        _hub.Raise(new UserLoggedOut("ayse"));

        Assert.True(await values.MoveNextAsync());
        Assert.Equal("ayse", (string?)values.Current["user"]);
    }

    [Theory]
    [InlineData("""{"names":"task"}""")]
    [InlineData("""{"names":[7]}""")]
    [InlineData("""{"names":[""]}""")]
    [InlineData("""{"names":[null]}""")]
    [InlineData("""{"follow":"yes"}""")]
    public async Task What_makes_no_sense_is_refused_and_the_connection_goes_on(string parameters)
    {
        using var caller = await Connect();

        await caller.Say($$"""{"method":"events","params":{{parameters}},"id":1}""");
        Assert.Equal(JsonRpc.InvalidParams, (int)JsonNode.Parse((await caller.Hear())!)!["error"]!["code"]!);
        await caller.Follow();
    }

    [Fact]
    public void There_are_places_for_users_and_others_for_root()
    {
        var places = new FollowerPlaces();
        var taken = places.Take(Ayse);
        places.Take(Ayse);
        Assert.Equal(JsonRpc.Busy, Assert.Throws<ControlException>(() => places.Take(Ayse)).Code);
        taken.Dispose();
        places.Take(Ayse);

        for (var user = 0u; user < 6; user++)
        {
            places.Take(new PeerCredentials(1, 5000 + user));
        }

        Assert.Throws<ControlException>(() => places.Take(Nobody));
        for (var count = 0; count < 16; count++)
        {
            places.Take(Root);
        }

        Assert.Throws<ControlException>(() => places.Take(Root));
    }

    [Fact]
    public async Task A_secret_in_the_words_of_a_failure_is_masked()
    {
        _secrets.Register("hunter22");
        _hub.Raise(new PluginFailed("probe", "the password hunter22 is wrong"));
        _hub.Raise(new PluginRaised("probe", "x", """{"deep":[{"a":"hunter22"},"hunter22",7]}"""));

        var told = await Ask("{}", Root);

        Assert.Equal("the password *** is wrong", (string?)told[0]!["reason"]);
        Assert.Equal("""{"deep":[{"a":"***"},"***",7]}""", told[1]!["data"]!.ToJsonString());
    }

    private async Task<JsonArray> Ask(string parameters, PeerCredentials caller) =>
        (await _methods.Invoke(new ControlRequest("events", JsonNode.Parse(parameters)!.AsObject(), null), caller, Token))!["events"]!.AsArray();

    private async Task UntilNobodyListens()
    {
        while (_hub.Listeners > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), Token);
        }
    }

    private async Task<Caller> Connect()
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket.PathIn(_folder.Root)), Token);
                return new Caller(socket);
            }
            catch (SocketException)
            {
                socket.Dispose();
                Assert.False(_socket.ExecuteTask is { IsCompleted: true }, "The control socket has ended.");
                await Task.Yield();
            }
        }
    }

    private sealed class Caller(Socket socket) : IDisposable
    {
        private readonly NetworkStream _stream = new(socket, ownsSocket: true);
        private readonly StreamReader _reader = new(new NetworkStream(socket));

        public async Task Say(string line) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), Token);

        public async Task<string?> Hear() => await _reader.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);

        public async Task Follow()
        {
            await Say("""{"method":"events","params":{"follow":true},"id":1}""");
            Assert.NotNull(JsonNode.Parse((await Hear())!)!["result"]);
        }

        public void Dispose()
        {
            _reader.Dispose();
            _stream.Dispose();
        }
    }

    private sealed class OneAccount : IAccounts
    {
        public Task<Account?> FindAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Account?> FindAsync(uint uid, CancellationToken cancellationToken) =>
            Task.FromResult(uid == Ayse.UserId ? new Account(@"LIDER\ayse", uid, uid, "/home/ayse", "", []) : null);
    }
}
