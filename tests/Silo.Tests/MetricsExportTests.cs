using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Ahenk.Configuration;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Integration")]
public sealed class MetricsExportTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-metrics-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly FakeAgent _agent = new();
    private readonly Lines _lines = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder, "ahenk.prom");

    public void Dispose()
    {
        _lines.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_file_has_what_was_counted_and_how_the_agent_is_and_is_written_anew_each_interval()
    {
        await using var running = await RunAsync(Options(file: File));
        await WaitAsync(text => text.Value("ahenk_connection_up") == 1);
        var first = Read();
        Assert.Equal((2, 3), (first.Value("ahenk_outbox_messages", ("ahenk_outbox_state", "pending")), first.Value("ahenk_outbox_messages", ("ahenk_outbox_state", "unconfirmed"))));
        Assert.Equal((40, 17, 4), (first.Value("ahenk_outbox_size_bytes"), first.Value("ahenk_outbox_oldest_age_seconds"), first.Value("ahenk_tasks_unfinished")));
        Assert.True(first.Value("ahenk_process_memory_rss_bytes") > 1_000_000);
        Assert.Equal(_time.Start.ToUnixTimeSeconds(), first.Value("ahenk_process_start_time_seconds"));

        AgentMetrics.TaskFinished("TASK_PROCESSED", TimeSpan.FromSeconds(2));
        AgentMetrics.PluginCalled("of-this-test", TaskOutcome.Error("no"), TimeSpan.FromMilliseconds(30));
        _agent.IsUp = false;

        await WaitAsync(text => text.Value("ahenk_connection_up") == 0);
        var second = Read();
        Assert.True(second.Value("ahenk_tasks_finished_total", ("ahenk_task_code", "TASK_PROCESSED")) >= 1);
        Assert.Equal(1, second.Value("ahenk_plugin_calls_total", ("ahenk_plugin_name", "of-this-test"), ("ahenk_outcome", "error")));
        Assert.Equal(1, second.Value("ahenk_plugin_duration_seconds_bucket", ("ahenk_plugin_name", "of-this-test"), ("le", "0.1")));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_once_and_so_is_that_it_can_again()
    {
        var folder = Path.Combine(_folder, "later");
        await using var running = await RunAsync(Options(file: Path.Combine(folder, "ahenk.prom")));
        await _lines.WaitAsync(line => line.Contains($"{folder} cannot be read", StringComparison.Ordinal), Advance);
        var asked = _agent.Asked;
        while (_agent.Asked < asked + 3)
        {
            await Advance();
        }

        Directory.CreateDirectory(folder);
        await _lines.WaitAsync(line => line.Contains("metrics arrive again", StringComparison.Ordinal), Advance);

        Assert.Single(_lines.All, line => line.Contains("could not be read or put there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_agent_that_does_not_say_how_it_is_keeps_nothing_else_from_being_written()
    {
        _agent.Failure = new StorageException("/db", "no room");
        await using var running = await RunAsync(Options(file: File));

        await WaitAsync(text => text.Value("ahenk_gc_heap_size_bytes") > 0);

        Assert.DoesNotContain(Read().Samples, sample => sample.Name == "ahenk_connection_up");
        Assert.Contains(_lines.All, line => line.Contains("no room", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_gets_protobuf_at_its_path_with_the_headers()
    {
        await using var collector = new Collector();
        await using var running = await RunAsync(Options(endpoint: new Uri(collector.Address, "/v1/metrics"), headers: "authorization=Bearer%20of-the-test"));

        var request = await collector.NextAsync(Advance);

        Assert.Equal(("POST", "/v1/metrics", "application/x-protobuf", "Bearer of-the-test"), (request.Method, request.Path, request.ContentType, request.Authorization));
        Assert.True(ContainsText(request.Body, "ahenk.connection.up"));
        Assert.True(ContainsText(request.Body, "service.name"));
    }

    [Fact]
    public async Task A_collector_that_cannot_be_opened_is_told_and_ends_nothing()
    {
        // The exporter's own reading refuses it; the configuration's rule would, too.
        await using var running = await RunAsync(Options(file: File, endpoint: new Uri("http://127.0.0.1:9/v1/metrics"), headers: "a=1,a=2"));
        await _lines.WaitAsync(line => line.Contains("http://127.0.0.1:9/v1/metrics: metrics could not be read or put there", StringComparison.Ordinal), Advance);

        await WaitAsync(text => text.Value("ahenk_connection_up") == 1);
        _agent.IsUp = false;
        await WaitAsync(text => text.Value("ahenk_connection_up") == 0);
    }

    [Theory]
    [InlineData("authorization=Bearer%20of-the-test")]
    [InlineData("a=1, b = 2=3 ,c=100%25")]
    [InlineData("x-key=%22quoted%22,Authorization=Basic YTpi")]
    public void What_the_configuration_takes_as_headers_the_exporter_takes(string headers)
    {
        Assert.True(ValueRules.AreHeaders(headers));
        using var export = new OtlpExport(new Uri("http://127.0.0.1:9/v1/metrics"), headers, ["of-this-test"], new AgentVersion("1.2.3"));
    }

    [Fact]
    public async Task A_collector_that_refuses_is_told_once_with_its_address_and_without_the_headers()
    {
        await using var collector = new Collector { Status = 400 };
        await using var running = await RunAsync(Options(endpoint: new Uri(collector.Address, "/v1/metrics"), headers: "x-key=hush-hush"));
        await _lines.WaitAsync(line => line.Contains(collector.Address.ToString(), StringComparison.Ordinal) && line.Contains("does not take them", StringComparison.Ordinal), Advance);

        collector.Status = 200;
        await _lines.WaitAsync(line => line.Contains("metrics arrive again", StringComparison.Ordinal), Advance);

        Assert.DoesNotContain(_lines.All, line => line.Contains("hush-hush", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_headers_hold_is_taken_out_of_the_log_wherever_it_stands()
    {
        var secrets = new LogSecrets();
        foreach (var secret in Options(headers: "authorization=Bearer%20hush-hush,x-key=quiet-now").Secrets)
        {
            secrets.Register(secret);
        }

        Assert.Equal("*** and *** and *** and ***", secrets.Hide("hush-hush and Bearer hush-hush and quiet-now and authorization=Bearer%20hush-hush,x-key=quiet-now"));
    }

    private static bool ContainsText(byte[] body, string text) => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    private static DiagnosticsOptions Options(string? file = null, Uri? endpoint = null, string? headers = null) => new()
    {
        Dashboard = false,
        DashboardPort = 0,
        MetricsFile = file,
        MetricsInterval = TimeSpan.FromSeconds(60),
        MetricsOfOrleans = false,
        OtlpEndpoint = endpoint,
        OtlpHeaders = headers,
    };

    private async Task<Running> RunAsync(DiagnosticsOptions options)
    {
        _agent.Now = _time;
        var gauges = new AgentGauges(_agent, _agent, _time);
        var export = new MetricsExport(options, gauges, new AgentVersion("1.2.3"), _time, _lines.Factory.CreateLogger<MetricsExport>());
        await export.StartAsync(Token);
        return new Running(export, gauges);
    }

    private PrometheusReader Read() => PrometheusReader.Read(System.IO.File.ReadAllText(File));

    /// <summary>Lets the loop go round until the file is as wished.</summary>
    private async Task WaitAsync(Func<PrometheusReader, bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        while (!System.IO.File.Exists(File) || !condition(Read()))
        {
            limit.Token.ThrowIfCancellationRequested();
            await Advance();
        }
    }

    private async Task Advance()
    {
        await Task.Delay(20, Token);
        _time.Advance(TimeSpan.FromSeconds(60));
    }

    private sealed class Running(MetricsExport export, AgentGauges gauges) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await export.StopAsync(CancellationToken.None);
            export.Dispose();
            gauges.Dispose();
        }
    }

    private sealed record Request(string Method, string Path, string? ContentType, string? Authorization, byte[] Body);

    /// <summary>Takes what is posted to it.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentQueue<Request> _requests = new();
        private readonly Task _serving;

        public Collector()
        {
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
            probe.Stop();
            _listener.Prefixes.Add(Address.ToString());
            _listener.Start();
            _serving = Task.Run(ServeAsync);
        }

        public Uri Address { get; }

        public volatile int Status = 200;

        public async Task<Request> NextAsync(Func<Task> advance)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
            limit.CancelAfter(Patience);
            Request? request;
            while (!_requests.TryDequeue(out request) || !ContainsText(request.Body, "ahenk.connection.up"))
            {
                limit.Token.ThrowIfCancellationRequested();
                await advance();
            }

            return request;
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
            _listener.Close();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    _requests.Enqueue(new Request(
                        context.Request.HttpMethod, context.Request.Url!.AbsolutePath, context.Request.ContentType, context.Request.Headers["authorization"], body.ToArray()));
                    context.Response.StatusCode = Status;
                    context.Response.Close();
                }
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                // The test has ended.
            }
        }
    }

    private sealed class FakeAgent : IAgentControl, IOutbox
    {
        private int _asked;

        public volatile bool IsUp = true;

        public Exception? Failure { get; set; }

        public FakeTimeProvider? Now { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public Task<AgentReport> GetReport()
        {
            Interlocked.Increment(ref _asked);
            return Failure is { } failure ? Task.FromException<AgentReport>(failure) : Task.FromResult(new AgentReport
            {
                Version = "1",
                Name = "pc",
                Registration = RegistrationState.Verified,
                Connection = "online",
                ConnectedSince = IsUp ? DateTimeOffset.UnixEpoch : null,
                UnfinishedTasks = 4,
                Outbox = new OutboxFigures(2, 3, 40, 5),
                ForeignMessages = 6,
            });
        }

        /// <summary>Seventeen seconds ago, however far the clock was advanced.</summary>
        public ValueTask<DateTimeOffset?> NextDueAsync() => new(Now!.GetUtcNow().AddSeconds(-17));

        public Task<RegistrationReport> Register(string? host, string user, string password, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RegistrationReport> Unregister(string user, string password, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RegistrationReport> AdoptMachine() => throw new NotSupportedException();

        public ValueTask AddAsync(OutboxDraft draft) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<OutboxRow>> ReadDueAsync(DateTimeOffset now, int limit) => throw new NotSupportedException();

        public ValueTask MarkSentAsync(string? streamId, IReadOnlyList<SentRow> rows) => throw new NotSupportedException();

        public ValueTask MarkAcknowledgedAsync(string streamId, long sequence) => throw new NotSupportedException();

        public ValueTask ConfirmAsync(string stanzaId) => throw new NotSupportedException();

        public ValueTask ReturnAsync(string stanzaId, DateTimeOffset notBefore) => throw new NotSupportedException();

        public ValueTask<int> RequeueUnconfirmedAsync(string? resumedStreamId, int mostAttempts) => throw new NotSupportedException();

        public ValueTask<int> RequeueUnacknowledgedAsync(string streamId) => throw new NotSupportedException();

        public ValueTask<OutboxFigures> ReadFiguresAsync() => throw new NotSupportedException();

        public Task WaitForChangeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>What was logged.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public Lines() => Factory = LoggerFactory.Create(builder => builder.AddProvider(this));

        public ILoggerFactory Factory { get; }

        public IReadOnlyCollection<string> All => _lines;

        public async Task WaitAsync(Func<string, bool> condition, Func<Task> advance)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
            limit.CancelAfter(Patience);
            while (!_lines.Any(condition))
            {
                limit.Token.ThrowIfCancellationRequested();
                await advance();
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose() => Factory.Dispose();
    }
}
