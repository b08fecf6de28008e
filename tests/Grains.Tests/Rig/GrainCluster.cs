using Ahenk.Grains.Events;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Policies;
using Ahenk.Grains.Scheduling;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Storage;
using Orleans.TestingHost;
using Orleans.Timers;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>The grains on a real silo, with fakes at the ports.</summary>
public sealed class GrainCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private GrainCluster(MemoryTaskStore store, FakeDocumentStore documents, Action<IServiceCollection>? more)
    {
        Store = store;
        Documents = documents;
        Store.Time = Clock;
        Reminders = new FakeReminders(Clock);
        Store.ReadReminders = () => Reminders.All;
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseFakes();
            silo.Services.AddSingleton<ITaskStore>(Store);
            silo.Services.AddSingleton<IScheduleStore>(Store);
            silo.Services.AddSingleton<IReminderRegistry>(Reminders);
            silo.Services.AddSingleton(ScheduleOptions);
            silo.Services.AddSingleton<SchedulePlanner>();
            silo.Services.AddSingleton<ScheduleKeeper>();
            silo.Services.AddSingleton<IPluginHost>(Host);
            silo.Services.AddSingleton<IMachine>(Machine);
            silo.Services.AddSingleton(Options);
            silo.Services.AddSingleton<TaskAnswers>();
            silo.Services.AddSingleton<AnswerFlush>();
            silo.Services.AddSingleton<CurrentIdentity>();
            silo.Services.AddSingleton<IPluginRequests, PluginRequests>();
            silo.Services.AddSingleton<WorkInHand>();
            silo.Services.AddSingleton<PluginNews>();
            silo.Services.AddSingleton<PolicyReport>();
            silo.Services.AddSingleton<LocalRuns>();
            silo.Services.AddSingleton(People);
            silo.Services.AddSingleton<IDocumentStore>(Documents);
            silo.Services.AddSingleton<IMachineBoot>(Boot);
            silo.Services.AddSingleton<IMachineFingerprint>(Fingerprint);
            silo.Services.AddSingleton<IOrderStore>(new FakeOrderStore(Documents));
            silo.Services.AddSingleton<ILiderOrders, LiderOrders>();
            silo.Services.AddSingleton(PluginOptions);
            silo.Services.AddSingleton<IOutbox>(Outbox);
            silo.Services.AddSingleton<IPluginInstaller>(Installer);
            silo.Services.AddSingleton<IAuditLog>(Audit);
            silo.Services.AddSingleton<IAgentEvents, EventHub>();
            silo.Services.AddSingleton(new AgentVersion("3.0.0"));
            silo.Services.AddKeyedSingleton<IGrainStorage>(AgentGrain.StorageName, GrainStorage);

            // The grains' clock and that of their timers; Orleans itself stays on the real one.
            silo.Services.AddSingleton<TimeProvider>(Clock);
            foreach (var area in (string[])[
                TimeProviderNames.Messaging, TimeProviderNames.SystemTimers, TimeProviderNames.Membership, TimeProviderNames.ActivationManagement,
                TimeProviderNames.GrainDirectory])
            {
                silo.Services.RemoveAllKeyed<TimeProvider>(area);
                silo.Services.AddKeyedSingleton(area, TimeProvider.System);
            }

            silo.Services.RemoveAllKeyed<TimeProvider>(TimeProviderNames.Grains);
            silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, Clock);
            more?.Invoke(silo.Services);
        });
        _cluster = builder.Build();
    }

    public MemoryTaskStore Store { get; }

    public FakeDocumentStore Documents { get; }

    public FakeBoot Boot { get; } = new();

    public FakeFingerprint Fingerprint { get; } = new();

    public ILiderOrders Orders => _cluster.Silos[0].ServiceProvider.GetRequiredService<ILiderOrders>();

    public PeopleOptions People { get; } = new();

    public ScriptedHost Host { get; } = new();

    public FakeMachine Machine { get; } = new();

    public ScriptedGrainStorage GrainStorage { get; } = new();

    public TaskOptions Options { get; } = new();

    public PluginOptions PluginOptions { get; } = new();

    public ScheduleOptions ScheduleOptions { get; } = new();

    public FakeReminders Reminders { get; }

    public RecordingOutbox Outbox { get; } = new();

    public ScriptedInstaller Installer { get; } = new();

    public RecordingAudit Audit { get; } = new();

    public SettableClock Clock { get; } = new(Given.Now);

    /// <summary>The silo's own grain factory: calls go the way they go in the daemon.</summary>
    public IGrainFactory Grains => _cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>();

    /// <summary>Starts a silo.</summary>
    /// <param name="store">What is stored already.</param>
    /// <param name="documents">What documents are stored already.</param>
    /// <param name="more">Adds services that only some tests need, or takes the place of others.</param>
    public static async Task<GrainCluster> StartAsync(
        MemoryTaskStore? store = null, FakeDocumentStore? documents = null, Action<IServiceCollection>? more = null)
    {
        var cluster = new GrainCluster(store ?? new MemoryTaskStore(), documents ?? new FakeDocumentStore(), more);
        await cluster._cluster.DeployAsync(TestContext.Current.CancellationToken);
        return cluster;
    }

    public IPluginRequests Requests => _cluster.Silos[0].ServiceProvider.GetRequiredService<IPluginRequests>();

    public LocalRuns LocalRuns => _cluster.Silos[0].ServiceProvider.GetRequiredService<LocalRuns>();

    public IAgentEvents Events => _cluster.Silos[0].ServiceProvider.GetRequiredService<IAgentEvents>();

    public IAgentGrain Agent => Grains.GetGrain<IAgentGrain>(0);

    public WorkInHand InHand => _cluster.Silos[0].ServiceProvider.GetRequiredService<WorkInHand>();

    public ScheduleKeeper Keeper => _cluster.Silos[0].ServiceProvider.GetRequiredService<ScheduleKeeper>();

    public ITaskGrain Task(long id) => Grains.GetGrain<ITaskGrain>(id);

    /// <summary>Takes a task in and hands it over, as the gateway does.</summary>
    public async Task Send(IncomingTask task)
    {
        if (await Task(task.Task.TaskId).Accept(task) == AcceptOutcome.Accepted)
        {
            await Task(task.Task.TaskId).Release();
        }
    }

    public IPolicyGrain Policies(string key) => Grains.GetGrain<IPolicyGrain>(key);

    /// <summary>A reminder rings, whatever the clock says.</summary>
    public Task Ring(long id) => Task(id).AsReference<IRemindable>().ReceiveReminder(ScheduleReminder.Name, default);

    /// <summary>Time passes, and reminders ring when they should.</summary>
    public async Task Pass(TimeSpan span)
    {
        var until = Clock.GetUtcNow() + span;
        while (Reminders.TakeNext(until) is { } ring)
        {
            if (ring.At > Clock.GetUtcNow())
            {
                Clock.Advance(ring.At - Clock.GetUtcNow());
            }

            await Grains.GetGrain<ITaskGrain>(ring.TaskId).AsReference<IRemindable>().ReceiveReminder(ScheduleReminder.Name, default);
        }

        if (until > Clock.GetUtcNow())
        {
            Clock.Advance(until - Clock.GetUtcNow());
        }
    }

    public Task Deactivate(IAddressable grain) => _cluster.DeactivateAsync(grain);

    /// <summary>Moves the clock on until something has happened that a timer brings about.</summary>
    public async Task AdvanceUntil(Task happened)
    {
        while (!happened.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));

            // A timer that is not set yet when the clock moves is met by the next step.
            using var step = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            await System.Threading.Tasks.Task.WhenAny(happened, System.Threading.Tasks.Task.Delay(TimeSpan.FromMilliseconds(5), step.Token));
            await step.CancelAsync();
        }

        await happened;
    }

    /// <summary>Stops the silo in order, as the daemon does.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cluster.Silos[0].ServiceProvider.GetRequiredService<WorkInHand>().StopAsync(CancellationToken.None);
        await _cluster.DisposeAsync();
    }
}
