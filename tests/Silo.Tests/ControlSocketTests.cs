using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Control;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Integration")]
public sealed class ControlSocketTests : IAsyncLifetime
{
    private readonly ConfigurationFolder _folder = new();
    private readonly FakeAgent _agent = new();
    private readonly FakePlugins _plugins = FakePlugins.New();
    private readonly RecordingAudit _audit = new();
    private readonly ControlMethods _methods;
    private readonly ControlSocket _socket;

    public ControlSocketTests()
    {
        _methods = new ControlMethods([new AgentControl(_agent), new TaskControl(_agent, null!), new PluginControl(_plugins.Factory, _plugins.Host)]);
        _socket = new ControlSocket(_folder.Write($"[BASE]\nrundir = {_folder.Root}\n").Read(), _methods, _audit, TimeProvider.System, NullLogger<ControlSocket>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string SocketPath => ControlSocket.PathIn(_folder.Root);

    public async ValueTask InitializeAsync()
    {
        // What a killed daemon leaves behind must not be in the way.
        await File.WriteAllTextAsync(SocketPath, "stale", Token);
        await _socket.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _socket.StopAsync(CancellationToken.None);
        _socket.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_status_is_told()
    {
        var answer = await Ask("""{"jsonrpc":"2.0","method":"status","id":1}""");

        Assert.Equal(("pc", "verified", true, 3), ((string?)answer["result"]!["name"], (string?)answer["result"]!["registration"],
            (bool)answer["result"]!["registered"]!, (int)answer["result"]!["unfinished_tasks"]!));
    }

    [Fact]
    public async Task Several_requests_of_one_connection_are_answered_in_order()
    {
        using var connection = await Connect();
        await using var stream = new NetworkStream(connection);
        await stream.WriteAsync("{\"method\":\"status\",\"id\":1}\nnot json\n{\"method\":\"nonsense\",\"id\":3}\n"u8.ToArray(), Token);
        using var reader = new StreamReader(stream);

        Assert.Equal(1, (int)JsonNode.Parse((await reader.ReadLineAsync(Token))!)!["id"]!);
        Assert.Equal(JsonRpc.ParseError, (int)JsonNode.Parse((await reader.ReadLineAsync(Token))!)!["error"]!["code"]!);
        Assert.Equal(JsonRpc.MethodNotFound, (int)JsonNode.Parse((await reader.ReadLineAsync(Token))!)!["error"]!["code"]!);
    }

    [Fact]
    public async Task A_line_without_end_closes_its_connection_and_no_other()
    {
        using var endless = await Connect();
        await using var stream = new NetworkStream(endless);
        var sending = stream.WriteAsync(new byte[1 << 20], Token);

        Assert.Equal(0, await ReadOrReset(stream));
        Assert.NotNull((await Ask("""{"method":"status","id":1}"""))["result"]);
        await Record.ExceptionAsync(sending.AsTask);
    }

    [Fact]
    public async Task A_method_that_fails_is_answered_and_the_next_one_works()
    {
        _agent.Fails = true;
        var failed = await Ask("""{"method":"status","id":1}""");
        _agent.Fails = false;

        Assert.Equal(JsonRpc.InternalError, (int)failed["error"]!["code"]!);
        Assert.NotNull((await Ask("""{"method":"status","id":2}"""))["result"]);
    }

    [Fact]
    public async Task A_registration_is_handed_on()
    {
        var answer = await Ask("""{"method":"register","params":{"host":"h","user":"admin","password":"secret"},"id":1}""");

        Assert.Equal((true, "h admin secret"), ((bool)answer["result"]!["succeeded"]!, (string?)answer["result"]!["message"]));
    }

    [Fact]
    public async Task A_copy_is_told_with_what_differs_and_without_any_number()
    {
        var status = (await Ask("""{"method":"status","id":1}"""))["result"]!;

        Assert.Equal("true [\"machine-id\"]", $"{status["clone"]!.ToJsonString()} {status["clone_differences"]!.ToJsonString()}");
    }

    [Fact]
    public async Task The_end_of_a_registration_is_handed_on_and_audited_without_the_password()
    {
        var answer = await Ask("""{"method":"unregister","params":{"user":"admin","password":"secret"},"id":1}""");
        Assert.Equal((false, "NOT_AUTHORIZED"), ((bool)answer["result"]!["succeeded"]!, (string?)answer["result"]!["message"]));
        Assert.True((bool)(await Ask("""{"method":"adopt","id":2}"""))["result"]!["succeeded"]!);

        Assert.Equal(["out: admin secret", "adopted"], _agent.Registered);
        Assert.Equal(
            [("unregister", "admin", "NOT_AUTHORIZED"), ("adopt", null, "It is.")],
            _audit.Entries.Select(entry => (entry.Method, entry.User, entry.Result)));
        Assert.DoesNotContain("secret", string.Join(' ', _audit.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tasks_are_listed()
    {
        var answer = await Ask("""{"method":"tasks","params":{"limit":1000000},"id":1}""");

        Assert.Equal((7, "probe", "waiting", 1000),
            ((int)answer["result"]![0]!["id"]!, (string?)answer["result"]![0]!["plugin"], (string?)answer["result"]![0]!["state"], _agent.AskedLimit));
    }

    [Fact]
    public async Task Plugins_are_listed_with_what_is_wrong_with_them()
    {
        var plugins = (await Ask("""{"method":"plugins","id":1}"""))["result"]!;

        Assert.Equal(
            """{"name":"conky","version":null,"kind":"python","status":"malfunctioned","reason":"It is broken.","folder":"/p/conky","loaded":false,"modes":["safe"]}""",
            plugins[0]!.ToJsonString());
        Assert.Equal(("script", "1.0.0", "active", true), ((string?)plugins[1]!["name"], (string?)plugins[1]!["version"], (string?)plugins[1]!["status"], (bool)plugins[1]!["loaded"]!));
    }

    [Theory]
    [InlineData("load", "Script, nosuch", "Load script")]
    [InlineData("reload", "all", "Load conky|Load script")]
    [InlineData("remove", "conky", "Remove conky")]
    public async Task Plugins_are_changed_by_name_and_each_one_is_answered(string method, string names, string changes)
    {
        var answer = (await Ask($$"""{"method":"{{method}}","params":{"plugins":"{{names}}"},"id":1}"""))["result"]!.AsArray();

        Assert.Equal(changes, string.Join('|', _plugins.Changes.Order(StringComparer.Ordinal)));
        Assert.All(answer, plugin => Assert.Equal(
            (string?)plugin!["name"] == "nosuch" ? "There is no plugin nosuch in the plugin directories." : $"{plugin["name"]} is changed.", (string?)plugin["message"]));
    }

    [Theory]
    [InlineData("""{"method":"register","params":{"user":"admin","password":"secret"}}""")]
    [InlineData("""{"method":"tasks"}""")]
    [InlineData("""{"method":"plugins"}""")]
    [InlineData("""{"method":"load","params":{"plugins":"script"}}""")]
    [InlineData("""{"method":"remove","params":{"plugins":"all"}}""")]
    public async Task Other_users_may_not_do_what_is_roots(string line)
    {
        var other = new PeerCredentials(1, 4242);

        var refusal = await Assert.ThrowsAsync<ControlException>(() => _methods.Invoke(JsonRpc.Read(line, out _)!, other, Token));

        Assert.Equal(JsonRpc.Forbidden, refusal.Code);
        Assert.Empty(_agent.Registered);
        Assert.Empty(_plugins.Changes);
        Assert.NotNull(await _methods.Invoke(JsonRpc.Read("""{"method":"status"}""", out _)!, other, Token));
    }

    [Fact]
    public async Task Calls_that_change_something_are_audited_with_who_and_how()
    {
        await Ask("""{"method":"status","id":1}""");
        await Ask("""{"method":"remove","params":{"plugins":"conky"},"id":1}""");
        await Ask("""{"method":"load","params":{"plugins":7},"id":1}""");

        var who = AuditSource.User(PeerCredentials.OwnUserId);
        Assert.Equal(
            [(who, "remove", "conky", "conky is changed."), (who, "load", null, "refused: The parameter 'plugins' must be a text.")],
            _audit.Entries.Select(entry => (entry.Who, entry.Method, entry.Plugin, entry.Result)));
    }

    [Fact]
    public async Task A_call_that_fails_is_audited_and_the_end_of_the_agent_too()
    {
        _agent.Failure = new InvalidOperationException("It broke.");
        await Ask("""{"method":"adopt","id":1}""");
        _agent.Failure = new OperationCanceledException();
        using var connection = await Connect();
        await using var stream = new NetworkStream(connection);
        await stream.WriteAsync("{\"method\":\"adopt\",\"id\":2}\n"u8.ToArray(), Token);

        Assert.Equal(0, await ReadOrReset(stream));
        Assert.Equal(["failed: It broke.", "interrupted by the agent's end"], _audit.Entries.Select(entry => entry.Result));
    }

    [Fact]
    public async Task The_kernel_tells_who_calls()
    {
        using var connection = await Connect();

        var peer = PeerCredentials.Of(connection);

        Assert.Equal(Environment.ProcessId, peer.ProcessId);
        Assert.True(peer.IsPrivileged);
    }

    [Fact]
    public async Task The_end_of_the_daemon_removes_the_socket_and_closes_connections()
    {
        using var connection = await Connect();
        await using var stream = new NetworkStream(connection);

        await _socket.StopAsync(Token);

        Assert.Equal(0, await ReadOrReset(stream));
        Assert.False(File.Exists(SocketPath));
    }

    /// <summary>The end of a connection is an end or a reset, by what was still unread.</summary>
    private static async Task<int> ReadOrReset(NetworkStream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], Token);
        }
        catch (IOException failure) when (failure.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return 0;
        }
    }

    private async Task<JsonNode> Ask(string line)
    {
        using var connection = await Connect();
        await using var stream = new NetworkStream(connection);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), Token);
        using var reader = new StreamReader(stream);
        return JsonNode.Parse((await reader.ReadLineAsync(Token))!)!;
    }

    /// <summary>Connects as soon as the daemon listens.</summary>
    private async Task<Socket> Connect()
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), Token);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                Assert.False(_socket.ExecuteTask is { IsCompleted: true }, "The control socket has ended.");
                await Task.Yield();
            }
        }
    }

    private sealed class FakeAgent : IAgentControl, ITaskStore
    {
        public bool Fails { get; set; }

        public Exception? Failure { get; set; }

        public int AskedLimit { get; private set; }

        public List<string> Registered { get; } = [];

        public Task<AgentReport> GetReport() => Fails
            ? throw new StorageException("/x", "The disk is full.")
            : Task.FromResult(new AgentReport
            {
                Version = "3.0.0",
                Name = "pc",
                Registration = RegistrationState.Verified,
                Connection = "online",
                UnfinishedTasks = 3,
                Outbox = new OutboxFigures(1, 2, 3, 4),
                ForeignMessages = 5,
                CloneCheck = new CloneReport(true, ["machine-id"]),
            });

        public Task<RegistrationReport> Register(string? host, string user, string password, CancellationToken cancellationToken)
        {
            Registered.Add($"{host} {user} {password}");
            return Task.FromResult(new RegistrationReport(true, Registered[^1]));
        }

        public Task<RegistrationReport> Unregister(string user, string password, CancellationToken cancellationToken)
        {
            Registered.Add($"out: {user} {password}");
            return Task.FromResult(new RegistrationReport(false, "NOT_AUTHORIZED"));
        }

        public Task<RegistrationReport> AdoptMachine()
        {
            if (Failure is { } failure)
            {
                return Task.FromException<RegistrationReport>(failure);
            }

            Registered.Add("adopted");
            return Task.FromResult(new RegistrationReport(true, "It is."));
        }

        public ValueTask<IReadOnlyList<StoredTask>> ListAsync(int limit)
        {
            AskedLimit = limit;
            return ValueTask.FromResult<IReadOnlyList<StoredTask>>(
                [new StoredTask { TaskId = 7, Plugin = "probe", Command = "RUN", State = TaskState.Waiting, ReceivedAt = DateTimeOffset.UnixEpoch }]);
        }

        public ValueTask<AcceptOutcome> AcceptAsync(NewTask task, StreamPosition? position) => throw new NotSupportedException();

        public ValueTask<bool> StartAsync(long taskId) => throw new NotSupportedException();

        public ValueTask<bool> FinishAsync(long taskId, string responseCode, OutboxDraft answer) => throw new NotSupportedException();

        public ValueTask<bool> ParkAsync(long taskId, string responseCode, OutboxDraft answer) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<long>> ListParkedAsync(string? plugin) => throw new NotSupportedException();

        public ValueTask<StoredTask?> FindAsync(long taskId) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<long>> ListUnfinishedAsync() => throw new NotSupportedException();

        public ValueTask<int> ForgetAsync(DateTimeOffset finishedBefore) => throw new NotSupportedException();
    }
}
