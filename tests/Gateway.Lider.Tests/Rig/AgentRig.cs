using Ahenk.Gateway.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Gateway.Lider.Tests.Rig;

/// <summary>The whole gateway above the XMPP client.</summary>
internal sealed class AgentRig : IAsyncDisposable, IHostApplicationLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-gateway-").FullName;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _credentialFile;
    private readonly IdentityChange _change = new();
    private AgentConnection? _connection;
    private AgentRegistration? _registration;

    public AgentRig() => Exit = new AgentExit(this, NullLogger<AgentExit>.Instance);

    public FakeTimeProvider Clock { get; } = Given.Clock();

    public FakeGrains Grains { get; } = FakeGrains.New();

    public FakeClientFactory Clients { get; } = new();

    public FakeTaskStore Tasks { get; } = new();

    public RecordingOrders Orders { get; } = new();

    public RecordingAudit Audit { get; } = new();

    public LogSecrets Secrets { get; } = new();

    /// <summary>What plugins have of the registration.</summary>
    public IAgentRegistration Registration => _registration ?? throw new InvalidOperationException("Not started.");

    public RecordingEvents Events { get; } = new();

    public AgentExit Exit { get; }

    public AgentConnection Connection => _connection ?? throw new InvalidOperationException("Not started.");

    /// <summary>Completes when the agent ended itself.</summary>
    public Task Ended => _ended.Task;

    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => CancellationToken.None;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public string WriteCredential(string content)
    {
        _credentialFile = Path.Combine(_folder, "credential");
        File.WriteAllText(_credentialFile, content);
        return _credentialFile;
    }

    public Task Start()
    {
        var options = Given.Options with { RegistrationCredentialFile = _credentialFile };
        var outbox = new MemoryOutbox();
        var watch = new ConnectionWatch(Clock);
        var inbox = new LiderInbox(Grains.Factory, outbox, options, Clock, NullLogger<LiderInbox>.Instance);
        var registration = new Registration(Grains.Factory, new RegistrationRequest(Clients, options, Clock), options, new LogSecrets(), new RecordingAudit(), NullLogger<Registration>.Instance);
        var sessions = new PermanentSessionFactory(
            Grains.Factory, Tasks, outbox, new NoStreams(), inbox, Clients, options, new TaskOptions(), Events, watch, Clock, NullLogger<PermanentSession>.Instance);
        _registration = new AgentRegistration(Grains.Factory, _change, NullLogger<AgentRegistration>.Instance);
        var unregistration = new Unregistration(Grains.Factory, inbox, options, Secrets, Audit, Clock, NullLogger<Unregistration>.Instance);
        _connection = new AgentConnection(
            Grains.Factory, Tasks, outbox, inbox, registration, unregistration, _registration, _change, Orders, sessions, options, watch, Exit, Clock,
            NullLogger<AgentConnection>.Instance);
        return _connection.StartAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until the agent waits for 'ahenk register' (again).</summary>
    public async Task WhenWaiting()
    {
        while ((await Connection.GetReport()).Connection != "waiting for 'ahenk register'")
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void StopApplication() => _ended.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.StopAsync(CancellationToken.None);
            _connection.Dispose();
        }

        _change.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Notes that what Lider ordered is to be forgotten.</summary>
internal sealed class RecordingOrders : ILiderOrders
{
    public int Failures { get; set; }

    public int Forgotten { get; private set; }

    public Task ForgetAsync()
    {
        if (Failures-- > 0)
        {
            throw new StorageException("/test/ahenk.db", "The disk is full.");
        }

        Forgotten++;
        return Task.CompletedTask;
    }
}

/// <summary>A task store of which the gateway uses little.</summary>
internal sealed class FakeTaskStore : ITaskStore
{
    private readonly Signal _changed = new();

    public IReadOnlyList<long> Unfinished { get; set; } = [];

    public List<DateTimeOffset> ForgottenBefore { get; } = [];

    public bool ForgetFails { get; set; }

    public Task WhenForgotten(int times) => _changed.When(() => ForgottenBefore.Count >= times);

    public ValueTask<AcceptOutcome> AcceptAsync(NewTask task, StreamPosition? position) => throw new NotSupportedException();

    public ValueTask<bool> StartAsync(long taskId) => throw new NotSupportedException();

    public ValueTask<bool> FinishAsync(long taskId, string responseCode, OutboxDraft answer) => throw new NotSupportedException();

    public ValueTask<bool> ParkAsync(long taskId, string responseCode, OutboxDraft answer) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<long>> ListParkedAsync(string? plugin) => new([]);

    public ValueTask<StoredTask?> FindAsync(long taskId) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<long>> ListUnfinishedAsync() => ValueTask.FromResult(Unfinished);

    public ValueTask<IReadOnlyList<StoredTask>> ListAsync(int limit) => throw new NotSupportedException();

    public ValueTask<int> ForgetAsync(DateTimeOffset finishedBefore)
    {
        ForgottenBefore.Add(finishedBefore);
        _changed.Set();
        return ForgetFails ? throw new StorageException("/test/ahenk.db", "The disk is full.") : ValueTask.FromResult(1);
    }
}

/// <summary>No stream is remembered.</summary>
internal sealed class NoStreams : IStreamStore
{
    public ValueTask<StoredStream?> LoadAsync() => ValueTask.FromResult<StoredStream?>(null);

    public ValueTask SaveAsync(StoredStream stream) => ValueTask.CompletedTask;

    public ValueTask ClearAsync() => ValueTask.CompletedTask;
}
