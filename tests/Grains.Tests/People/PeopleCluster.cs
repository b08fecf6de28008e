using Ahenk.Grains.Events;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.People;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Ahenk.Grains.Tests.People;

/// <summary>What outlives the agent: the disk, the machine, the plugins, and what happened.</summary>
public sealed class PeopleWorld
{
    public PeopleWorld()
    {
        Machine = new PeopleMachine(Journal);
        Agreement = new FakeAgreement(Journal);
        Host = new ModeHost(Journal);
    }

    public Journal Journal { get; } = new();

    public FakeDocumentStore Store { get; } = new();

    public RecordingAudit Audit { get; } = new();

    public ScriptedGrainStorage GrainStorage { get; } = new();

    public PeopleMachine Machine { get; }

    public FakeAgreement Agreement { get; }

    public ModeHost Host { get; }

    public SettableClock Clock { get; } = new(Given.Now);

    public PeopleOptions Options { get; set; } = new() { AgreementRequired = true, IsTurkish = false };

    /// <summary>What Lider was told, in order.</summary>
    public IReadOnlyList<string> Messages => [.. Store.Messages.Select(message => message.Body)];

    public int CountOf(string type) => Messages.Count(body => body.Contains($"\"{type}\"", StringComparison.Ordinal));

    /// <summary>What happened, without what is stored and looked at in between.</summary>
    public IReadOnlyList<string> Happened => [.. Journal.Lines.Where(line =>
        !line.StartsWith("log ", StringComparison.Ordinal) && !line.StartsWith("stored ", StringComparison.Ordinal) && !line.StartsWith("out ", StringComparison.Ordinal) &&
        !line.StartsWith("list", StringComparison.Ordinal) && !line.StartsWith("administrators []", StringComparison.Ordinal))];
}

/// <summary>One run of the agent.</summary>
public sealed class PeopleCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;
    private readonly CancellationTokenSource _stopping = new();
    private Task _keeping = Task.CompletedTask;

    private PeopleCluster(PeopleWorld world, int saves)
    {
        World = world;
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseFakes(typeof(FakePolicyGrain), typeof(FakeAgreementGrain));
            var services = silo.Services;
            services.AddSingleton(world.Journal);
            services.AddSingleton<ILoggerProvider>(world.Journal);
            services.AddSingleton<IDocumentStore>(new MortalStore(world.Store, world.Journal, saves));
            services.AddSingleton<IMachine>(world.Machine);
            services.AddSingleton<IUserSessions>(world.Machine);
            services.AddSingleton<ISessionWatch>(world.Machine);
            services.AddSingleton<IMachineBoot>(world.Machine);
            services.AddSingleton<ILocalAdministrators>(world.Machine);
            services.AddSingleton<IAccounts>(world.Machine);
            services.AddSingleton<ILoginSpool>(world.Machine);
            services.AddSingleton(world.Agreement);
            services.AddSingleton<IAgreementPrompt>(world.Agreement);
            services.AddSingleton<IPluginHost>(world.Host);
            services.AddSingleton(world.Options);
            services.AddSingleton<LoginNews>();
            services.AddSingleton<Administrators>();
            services.AddSingleton<SessionKeeper>();
            AddPluginGrains(services, world);
            services.AddSingleton(new AgentVersion("3.0.0"));
            services.AddSingleton<IMachineFingerprint>(new FakeFingerprint());
            services.AddSingleton<CurrentIdentity>();
            services.AddKeyedSingleton<IGrainStorage>(AgentGrain.StorageName, world.GrainStorage);
            services.AddSingleton<TimeProvider>(world.Clock);
            foreach (var area in (string[])[
                TimeProviderNames.Messaging, TimeProviderNames.SystemTimers, TimeProviderNames.Membership, TimeProviderNames.ActivationManagement,
                TimeProviderNames.GrainDirectory])
            {
                services.RemoveAllKeyed<TimeProvider>(area);
                services.AddKeyedSingleton(area, TimeProvider.System);
            }
        });
        _cluster = builder.Build();
    }

    public PeopleWorld World { get; }

    public SessionKeeper Keeper => _cluster.Silos[0].ServiceProvider.GetRequiredService<SessionKeeper>();

    public IAgentEvents Events => _cluster.Silos[0].ServiceProvider.GetRequiredService<IAgentEvents>();

    private IGrainFactory Grains => _cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>();

    /// <summary>Starts the agent.</summary>
    /// <param name="world">What it finds.</param>
    /// <param name="saves">How many changes of documents its disk takes.</param>
    /// <param name="isRegistered">Whether Lider knows the machine.</param>
    public static async Task<PeopleCluster> StartAsync(PeopleWorld world, int saves = int.MaxValue, bool isRegistered = true)
    {
        var cluster = new PeopleCluster(world, saves);
        await cluster._cluster.DeployAsync(TestContext.Current.CancellationToken);
        if (isRegistered)
        {
            await cluster.Grains.GetGrain<IAgentGrain>(0).MarkRegistered("{}", null);
        }

        return cluster;
    }

    /// <summary>Starts the agent and its keeper of sessions.</summary>
    public static async Task<PeopleCluster> StartKeepingAsync(PeopleWorld world, int saves = int.MaxValue)
    {
        var cluster = await StartAsync(world, saves);
        cluster.Keep();
        return cluster;
    }

    public void Keep() => _keeping = Keeper.RunAsync(_stopping.Token);

    public IUserSessionGrain User(string user) => Grains.GetGrain<IUserSessionGrain>(user);

    public Task Deactivate(string user) => _cluster.DeactivateAsync(User(user));

    /// <summary>Waits for something while time passes.</summary>
    public async Task Passing(Task happened)
    {
        while (!happened.IsCompleted)
        {
            World.Clock.Advance(TimeSpan.FromSeconds(1));

            // A timer that is not set yet when the clock moves is met by the next step.
            await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken));
        }

        await happened;
    }

    public Task When(string line, int times = 1) => Passing(World.Journal.When(line, times));

    /// <summary>Waits until a list has shown the user.</summary>
    public Task WhenSeen(string user) => Passing(World.Store.WaitAsync(store =>
        store.Documents.TryGetValue(new DocumentKey(DocumentKinds.Session, user), out var text) && text.Contains("\"seen\":true", StringComparison.Ordinal)));

    /// <summary>Waits until lists are believed whatever the hook has told, and one of them has been acted on.</summary>
    public async Task LookLater()
    {
        World.Clock.Advance(Presence.ListsAreLate);
        for (var look = 0; look < 2; look++)
        {
            var before = World.Journal.Count("list");
            World.Machine.SetSessions([.. World.Machine.Listed]);
            await When("list", before + 1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _cluster.Silos[0].ServiceProvider.GetRequiredService<WorkInHand>().StopAsync(CancellationToken.None);
        await _cluster.DisposeAsync();
        _stopping.Dispose();
    }

    private static void AddPluginGrains(IServiceCollection services, PeopleWorld world)
    {
        var tasks = new MemoryTaskStore();
        services.AddSingleton<ITaskStore>(tasks);
        services.AddSingleton<IScheduleStore>(tasks);
        services.AddSingleton<IPluginInstaller>(new ScriptedInstaller());
        services.AddSingleton<IOutbox>(new RecordingOutbox());
        services.AddSingleton(new TaskOptions());
        services.AddSingleton(new PluginOptions());
        services.AddSingleton<TaskAnswers>();
        services.AddSingleton<AnswerFlush>();
        services.AddSingleton<PluginNews>();
        services.AddSingleton<IAuditLog>(world.Audit);
        services.AddSingleton<IAgentEvents, EventHub>();
        services.AddSingleton<WorkInHand>();
    }
}
