using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Gateway.Lider.Tests.Rig;

/// <summary>Hands out fake grains instead of references to real ones.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
internal class FakeGrains : DispatchProxy
{
    private readonly ConcurrentDictionary<long, FakeTaskGrain> _tasks = new();

    /// <summary>The identity.</summary>
    public FakeAgentGrain Agent { get; } = new();

    /// <summary>What policies do with a message.</summary>
    public Func<string, System.Threading.Tasks.Task> OnPolicies { get; set; } = _ => System.Threading.Tasks.Task.CompletedTask;

    /// <summary>What the tasks were asked for, in order.</summary>
    public TaskLog Log { get; } = new();

    public IGrainFactory Factory => (IGrainFactory)(object)this;

    public static FakeGrains New() => (FakeGrains)(object)Create<IGrainFactory, FakeGrains>();

    public FakeTaskGrain Task(long id) => _tasks.GetOrAdd(id, key => new FakeTaskGrain(key, Log));

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod switch
    {
        { Name: "GetGrain" } when targetMethod.ReturnType == typeof(ITaskGrain) => Task((long)args![0]!),
        { Name: "GetGrain" } when targetMethod.ReturnType == typeof(IAgentGrain) => Agent,
        { Name: "GetGrain" } when targetMethod.ReturnType == typeof(IPluginGrain) => new FakePluginGrain((string)args![0]!, Log),
        { Name: "GetGrain" } when targetMethod.ReturnType == typeof(IPolicyGrain) => new FakePolicyGrain((string)args![0]!, this),
        { Name: "GetGrain" } when targetMethod.ReturnType == typeof(IAgreementGrain) => new FakeAgreementGrain(Log),
        { Name: "GetGrain" } when targetMethod.ReturnType == typeof(IUserSessionGrain) => new FakeUserGrain((string)args![0]!, Log),
        _ => throw new NotSupportedException(targetMethod?.ToString()),
    };
}

/// <summary>Calls of tasks, in the order in which they were made.</summary>
internal sealed class TaskLog
{
    private readonly ConcurrentQueue<string> _calls = new();

    public Signal Changed { get; } = new();

    public IReadOnlyList<string> Calls => [.. _calls];

    public Task When(int calls) => Changed.When(() => _calls.Count >= calls);

    public void Add(string call)
    {
        _calls.Enqueue(call);
        Changed.Set();
    }
}

/// <summary>A task that answers as the test says.</summary>
internal sealed class FakeTaskGrain(long id, TaskLog log) : ITaskGrain
{
    public Task<CancelOutcome> Cancel() => throw new NotSupportedException();

    public Func<IncomingTask, Task<AcceptOutcome>> OnAccept { get; set; } = _ => Task.FromResult(AcceptOutcome.Accepted);

    public Func<Task> OnRelease { get; set; } = () => Task.CompletedTask;

    public Func<Task> OnReschedule { get; set; } = () => Task.CompletedTask;

    public ScheduleUpdate? Update { get; private set; }

    public IncomingTask? Accepted { get; private set; }

    public RejectedTask? Rejected { get; private set; }

    public Task<AcceptOutcome> Accept(IncomingTask task)
    {
        Accepted = task;
        log.Add(Call("accept"));
        return OnAccept(task);
    }

    public Task Release()
    {
        log.Add(Call("release"));
        return OnRelease();
    }

    public Task Reschedule(ScheduleUpdate update)
    {
        Update = update;
        log.Add(Call("reschedule"));
        return OnReschedule();
    }

    public Task Wake() => throw new NotSupportedException();

    public Task<bool> StartRun(DateTimeOffset plannedAt) => throw new NotSupportedException();

    public Task Complete(PluginWork work, TaskOutcome outcome) => throw new NotSupportedException();

    public Task PluginAvailable(string plugin) => throw new NotSupportedException();

    public Task PluginUnavailable(string plugin, string? version, string reason) => throw new NotSupportedException();

    public Task<AcceptOutcome> Reject(RejectedTask task)
    {
        Rejected = task;
        log.Add(Call("reject"));
        return Task.FromResult(AcceptOutcome.Accepted);
    }

    private string Call(string name) => string.Create(CultureInfo.InvariantCulture, $"{name} {id}");
}

/// <summary>A plugin that notes what Lider says of its package.</summary>
internal sealed class FakePluginGrain(string name, TaskLog log) : IPluginGrain
{
    public Task<WorkCancel> Cancel(long id) => throw new NotSupportedException();

    public Task Enqueue(PluginWork work) => throw new NotSupportedException();

    public Task Await(IPluginWaiter waiter, string? version) => throw new NotSupportedException();

    public Task Install(PluginPackage package)
    {
        log.Add($"install {name} {package.Version} {package.Source} {package.Md5}");
        return Task.CompletedTask;
    }

    public Task NotFound()
    {
        log.Add($"not found {name}");
        return Task.CompletedTask;
    }

    public Task<string> Change(PluginChange change) => throw new NotSupportedException();
}

/// <summary>Policies that note what Lider says.</summary>
internal sealed class FakePolicyGrain(string key, FakeGrains grains) : IPolicyGrain
{
    public Task Receive(string body)
    {
        grains.Log.Add($"policies {key} {body}");
        return grains.OnPolicies(body);
    }

    public Task Enter(string user) => throw new NotSupportedException();

    public Task Resume(string user) => throw new NotSupportedException();

    public Task Leave() => throw new NotSupportedException();

    public Task Undone() => throw new NotSupportedException();

    public Task<PoliciesInUse> UserChanged(string user, PoliciesInUse? policies, bool undone, string? answer) => throw new NotSupportedException();

    public Task Replan() => throw new NotSupportedException();

    public Task Forget() => throw new NotSupportedException();

    public Task<PoliciesInUse> GetPolicies() => throw new NotSupportedException();

    public Task<PolicyReportView> Explain() => throw new NotSupportedException();

    public Task Complete(PluginWork work, TaskOutcome outcome) => throw new NotSupportedException();

    public Task PluginAvailable(string plugin) => throw new NotSupportedException();

    public Task PluginUnavailable(string plugin, string? version, string reason) => throw new NotSupportedException();
}

/// <summary>An agreement that notes where Lider says that its text lies.</summary>
internal sealed class FakeAgreementGrain(TaskLog log) : IAgreementGrain
{
    public Task Receive(string source)
    {
        log.Add($"agreement {source}");
        return Task.CompletedTask;
    }

    public Task Start() => throw new NotSupportedException();

    public Task<AgreementQuestion?> Find(string user) => throw new NotSupportedException();

    public Task<AgreementReport> GetReport(string user) => throw new NotSupportedException();

    public Task Answer(string user, string md5, bool accepted) => throw new NotSupportedException();
}

/// <summary>A user who notes what Lider allows.</summary>
internal sealed class FakeUserGrain(string user, TaskLog log) : IUserSessionGrain
{
    public Task GrantAdministration()
    {
        log.Add($"grant {user}");
        return Task.CompletedTask;
    }

    public Task Login(UserLogin login) => throw new NotSupportedException();

    public Task Confirm(UserLogin login) => throw new NotSupportedException();

    public Task Logout() => throw new NotSupportedException();

    public Task Resume() => throw new NotSupportedException();

    public Task<string> AnswerAgreement(bool accepted) => throw new NotSupportedException();

    public Task<UserReport> GetReport() => throw new NotSupportedException();

    public Task Complete(PluginWork work, TaskOutcome outcome) => throw new NotSupportedException();
}

/// <summary>An identity in memory.</summary>
internal sealed class FakeAgentGrain : IAgentGrain
{
    private volatile AgentIdentity _identity = new();

    public Signal Changed { get; } = new();

    public AgentIdentity Identity
    {
        get => _identity;
        set => _identity = value;
    }

    public List<RegistrationOrder> Orders { get; } = [];

    public int MostAttempts { get; set; } = 3;

    /// <summary>What cannot be stored, by the name of its call; nothing: all can.</summary>
    public string? CannotStore { get; set; }

    /// <summary>How often something could not be stored.</summary>
    public int Failures { get; private set; }

    public int Adoptions { get; private set; }

    public Func<Task<CloneReport>> OnCheckMachine { get; set; } = () => Task.FromResult(CloneReport.Same);

    public Task<AgentIdentity> GetIdentity() => Task.FromResult(_identity);

    public Task<RegistrationDraft> PrepareRegistration(RegistrationOrder order)
    {
        Orders.Add(order);
        RequireRoom();
        Identity = Identity with { Name = order.AccountName ?? $"pc-{order.Attempt}", Password = order.AccountPassword ?? "generated", Host = order.Host ?? Identity.Host };
        return Task.FromResult(new RegistrationDraft(Identity, $"REGISTER {Identity.Name}", MostAttempts));
    }

    public Task MarkRegistered(string response, string? dn) => Become(
        Identity with { State = RegistrationState.Registered, Dn = dn, Response = response, Departure = Departure.None });

    public Task MarkVerified() => Become(Identity with { State = RegistrationState.Verified });

    public Task<string> PrepareUnregistration(string user, string userPassword) => Task.FromResult($"UNREGISTER {Identity.Name} {user} {userPassword}");

    public Task Adopt(string? name, string? password, string? dn) =>
        Become(Identity with { Name = name ?? Identity.Name, Password = password ?? Identity.Password, Dn = dn ?? Identity.Dn });

    public Task MarkUnregistered() => Become(new AgentIdentity { Departure = Departure.Begun });

    public Task MarkForgotten() => Become(Identity with { Departure = Departure.Done });

    public Task<CloneReport> CheckMachine() => OnCheckMachine();

    public Task AdoptMachine()
    {
        Adoptions++;
        return Task.CompletedTask;
    }

    public Task WhenState(RegistrationState state) => Changed.When(() => Identity.State == state);

    public Task WhenFailed(int times) => Changed.When(() => Failures >= times);

    private Task Become(AgentIdentity identity, [CallerMemberName] string call = "")
    {
        RequireRoom(call);
        Identity = identity;
        Changed.Set();
        return Task.CompletedTask;
    }

    private void RequireRoom([CallerMemberName] string call = "")
    {
        if (CannotStore == call)
        {
            Failures++;
            Changed.Set();
            throw new StorageException("/test/ahenk.db", "The disk is full.");
        }
    }
}
