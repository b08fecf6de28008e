using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace Ahenk.Grains.Policies;

/// <inheritdoc cref="IPolicyGrain"/>
/// <remarks>
/// Memory is changed first and stored before anything follows from it. Whatever happens ends in <see cref="GoOn"/>, which does what can be done next, so that a
/// disk that fails only puts it off.
/// </remarks>
[MayInterleave(nameof(IsNewsOfPlugin))]
public sealed partial class PolicyGrain(
    IDocumentStore store,
    IPluginHost plugins,
    PolicyReport reports,
    PluginNews news,
    IMachineBoot boot,
    WorkInHand inHand,
    IAuditLog audit,
    IAgentEvents events,
    PeopleOptions options,
    TimeProvider time,
    ILogger<PolicyGrain> logger) : Grain, IPolicyGrain
{
    private readonly Queue<Func<Task>> _changes = new();
    private IGrainTimer? _reply;
    private bool _isIn;

    private string Key => this.GetPrimaryKeyString();

    private bool IsMachine => Key == IPolicyGrain.MachineKey;

    private PolicyScope Scope => IsMachine ? PolicyScope.Machine : PolicyScope.User;

    private IPolicyGrain Machine => GrainFactory.GetGrain<IPolicyGrain>(IPolicyGrain.MachineKey);

    /// <summary>A plugin's grain waits until these are answered, so they must be while this one waits for a plugin's. They only take notes.</summary>
    public static bool IsNewsOfPlugin(IInvokable call) => call.GetMethodName() is nameof(PluginAvailable) or nameof(PluginUnavailable);

    /// <inheritdoc/>
    public Task Enter(string user) => Begin(user, isNew: true);

    /// <inheritdoc/>
    public Task Resume(string user) => Begin(user, isNew: false);

    /// <inheritdoc/>
    public Task Leave()
    {
        _isIn = false;
        _changes.Clear();
        _reply?.Dispose();
        _end?.Dispose();
        news.Watch(Key, NoPlugins);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task Undone()
    {
        await Load();
        await Machine.UserChanged(Key, null, undone: true, answer: null);
        if (_isStored)
        {
            ForgetApplied();
            Change(_state with { IsIn = false });
            await Flush();
        }

        StayWhileNeeded();
    }

    /// <inheritdoc/>
    public async Task Receive(string body)
    {
        if (LiderMessage.Parse(body) is not ExecutePolicyMessage message)
        {
            LogNotUnderstood(Key);
            return;
        }

        await Load();
        if (IsMachine)
        {
            await ReceiveForMachine(message);
        }
        else
        {
            await ReceiveForUser(message, body);
        }

        StayWhileNeeded();
    }

    /// <inheritdoc/>
    public Task Forget()
    {
        _isForgotten = true;
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<PolicyReportView> Explain()
    {
        await Load();
        var plan = IsMachine
            ? await MakePlan(UnionOfUsers(), _state.Set, _run?.AppliedInTheEnd ?? _state.Applied)
            : await MakePlan(_state.Set, PolicySet.FromJson((await Machine.GetPolicies()).Set), _run?.AppliedInTheEnd ?? _state.Applied);
        return new PolicyReportView(
            [.. _state.Set.Policies.Select(policy => new PolicyView(
                policy.Id, policy.Version, policy.AssignDate, policy.ExpirationText, [.. policy.Profiles.Select(profile => profile.Plugin).Distinct()]))],
            [.. plan.Steps.Where(step => step.Scope == Scope).Select(step => new PolicyStepView(
                step.Kind.ToString().ToLowerInvariant(), step.Scope.ToString().ToLowerInvariant(), step.Plugin, step.Reason))],
            _state.ReceivedAt);
    }

    private Task Begin(string user, bool isNew)
    {
        _isIn = true;
        _mayUseStored = !isNew;
        _isPlanWanted = true;
        _givenUp.Clear();
        _changes.Enqueue(() => TakeIn(user, isNew));
        _reply?.Dispose();
        _reply = isNew
            ? this.RegisterGrainTimer(OnSilence, new GrainTimerCreationOptions(options.PolicyTimeout, Timeout.InfiniteTimeSpan) { KeepAlive = true })
            : null;

        // Whoever calls waits for no plugin: a plan is made in a turn of its own.
        var begun = GoOn(mayPlan: false);
        Wake();
        return begun;
    }

    private async Task TakeIn(string user, bool isNew)
    {
        await Load();

        // Out by what is stored: the agent stopped between the safe modes and this.
        isNew |= !_state.IsIn;
        var machine = await Machine.UserChanged(Key, new PoliciesInUse(_setJson, isNew ? [] : Used(AppliedNow)), undone: isNew, answer: null);
        if (isNew)
        {
            ForgetApplied();
        }

        Change(_state with { User = user, IsIn = true });
        if ((await GrainFactory.GetGrain<IAgentGrain>(0).GetIdentity()).State == RegistrationState.Unregistered)
        {
            LogNotAsked(Key);
            return;
        }

        var request = PolicyRequest.For(Key, _state.Set, PolicySet.FromJson(machine.Set), time.GetLocalNow());
        _unsent.Add(new OutboxDraft(request.ToBody(), time.GetUtcNow(), IsFinal: false));
    }

    private async Task ReceiveForUser(ExecutePolicyMessage message, string body)
    {
        // Both sides learn of it at once, or the machine would apply what a policy that came with it overrides.
        var set = PolicyMerge.Merge(_state.Set, message, PolicyScope.User);
        await Machine.UserChanged(Key, _isIn || _state.IsIn ? new PoliciesInUse(set.ToJson(), Used(AppliedNow)) : null, undone: false, body);
        if (!_isStored && !_isIn)
        {
            LogUnknownUser(Key);
            return;
        }

        await Take(set);
        _mayUseStored = true;
        _reply?.Dispose();
        if (_isIn)
        {
            Wake();
        }
    }

    /// <summary>Stores what is assigned now.</summary>
    private async Task Take(PolicySet set)
    {
        var before = _setJson;
        Change(_state with
        {
            Set = set,
            ReceivedAt = time.GetUtcNow(),
            Applied = _run is null ? ImportedProfiles.Recognise(_state.Applied, set, Scope) : _state.Applied,
        });
        var isChanged = _setJson != before;
        _isPlanWanted |= isChanged;
        LogReceived(Key, set.Policies.Count, isChanged ? "changed" : "unchanged");
        await Flush();
    }

    private Task OnSilence()
    {
        if (_mayUseStored || !_isIn)
        {
            return Task.CompletedTask;
        }

        LogSilence(Key, options.PolicyTimeout.TotalSeconds);
        _mayUseStored = true;
        _isPlanWanted = true;
        return GoOn(mayPlan: true);
    }

    [LoggerMessage(1604, LogLevel.Information, "[POLICY] Lider says what is assigned to {Key}: {Count} policies, {Change}")]
    private partial void LogReceived(string key, int count, string change);

    [LoggerMessage(1605, LogLevel.Warning, "[POLICY] Lider sent policies of {Key}, who has never logged in on this machine: nothing is kept of them")]
    private partial void LogUnknownUser(string key);

    [LoggerMessage(1606, LogLevel.Error, "[POLICY] A message for {Key} holds no policies")]
    private partial void LogNotUnderstood(string key);

    [LoggerMessage(1607, LogLevel.Warning, "[POLICY] Lider has not said within {Seconds} s what is assigned to {Key} ([SESSION] get_policy_timeout): what is stored is applied")]
    private partial void LogSilence(string key, double seconds);

    [LoggerMessage(1608, LogLevel.Information, "[POLICY] Lider is not asked for the policies of {Key}, for this machine is not registered")]
    private partial void LogNotAsked(string key);
}
