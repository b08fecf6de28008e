using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Policies;

/// <content>From a plan to its reports.</content>
public sealed partial class PolicyGrain
{
    /// <summary>How long a policy's end is waited for before the clock is looked at again: it may be set, and the machine may sleep.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private static readonly HashSet<string> NoPlugins = [];

    private readonly Dictionary<(string Plugin, string? Version), string> _givenUp = [];
    private IReadOnlyList<PolicyStep> _waiting = [];
    private PolicyRun? _run;
    private IGrainTimer? _end;
    private bool _isPlanWanted;
    private bool _isWoken;
    private bool _mayUseStored;

    private bool MayPlan => (IsMachine || (_isIn && _mayUseStored)) && !inHand.Stopping.IsCancellationRequested;

    /// <inheritdoc/>
    public Task Replan()
    {
        _isWoken = false;
        _isPlanWanted = true;
        return GoOn(mayPlan: true);
    }

    /// <inheritdoc/>
    public Task PluginAvailable(string plugin)
    {
        Wake();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task PluginUnavailable(string plugin, string? version, string reason)
    {
        _givenUp[(plugin, version)] = reason;
        Wake();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task Complete(PluginWork work, TaskOutcome outcome)
    {
        var isDone = outcome.Code is PluginCode.Processed or PluginCode.Warning;
        if (!isDone && inHand.Stopping.IsCancellationRequested)
        {
            // Cut short by the end of the agent, which is no answer: it stays noted as under way and is done anew after the next start.
            return;
        }

        if (_run?.End(work.Tag) is not { } step)
        {
            LogStale(Key, work);
            return;
        }

        _isDirty = true;
        if (step.Kind == PolicyStepKind.Apply)
        {
            Report(step, outcome);
        }
        else if (!isDone)
        {
            LogNotUndone(step.Plugin, Key, outcome.Message);
        }

        // What was undone is stored with what comes next: should that be lost, it is undone once more.
        if (step.Kind == PolicyStepKind.Apply || _run.IsOver)
        {
            await GoOn(mayPlan: false);
        }

        if (_run is null && _isPlanWanted)
        {
            Wake();
        }
    }

    /// <summary>Does what can be done next, until there is nothing left or something has to be waited for.</summary>
    /// <param name="mayPlan">Whether a plan may be made. That can take a while, and whoever called may be waited for.</param>
    private async Task GoOn(bool mayPlan)
    {
        try
        {
            do
            {
                while (_changes.TryPeek(out var change))
                {
                    await change();
                    _changes.Dequeue();
                }

                await Load();
                await Flush();
                if (_run is { IsHandedOver: false } begun)
                {
                    await HandOver(begun);
                }

                if (_run is { IsOver: true })
                {
                    EndRun();
                }
            }
            while (_changes.Count > 0 || (mayPlan && await TryPlan()));
        }
        catch (Exception failure)
        {
            // Whatever it is, it must not be the end of all policies until the next login.
            LogPutOff(failure, Key, Retry.TotalSeconds);
            RetryLater();
        }

        StayWhileNeeded();
    }

    /// <summary>Goes on in a turn of its own.</summary>
    private void Wake()
    {
        if (!_isWoken)
        {
            _isWoken = true;
            _ = WakeUp();
        }
    }

    private async Task WakeUp()
    {
        try
        {
            await this.AsReference<IPolicyGrain>().Replan();
        }
        catch (Exception failure) when (!inHand.Stopping.IsCancellationRequested)
        {
            // It waited too long for its turn; nobody else waits for it.
            _isWoken = false;
            LogPutOff(failure, Key, Retry.TotalSeconds);
            RetryLater();
        }
    }

    private async Task<bool> TryPlan()
    {
        if (_run is not null || !_isPlanWanted || !MayPlan)
        {
            return false;
        }

        _isPlanWanted = false;
        try
        {
            var (plan, taken) = IsMachine ? await PlanForMachine() : await PlanForUser();
            var own = plan.Steps.Where(step => step.Scope == Scope).ToList();
            _waiting = own.FindAll(step => step.Kind == PolicyStepKind.Wait);
            GiveUp();
            var steps = own.FindAll(step => step.Kind is PolicyStepKind.Undo or PolicyStepKind.Refuse || (step.Kind == PolicyStepKind.Apply && !taken.Contains(step.Plugin)));
            if (steps.Count > 0)
            {
                steps.ForEach(step => LogStep(Key, step.Kind, step.Reason));
                _run = new PolicyRun(_state.Applied, steps);
                _isDirty = true;
                steps.FindAll(step => step.Kind == PolicyStepKind.Refuse).ForEach(step => Report(step, TaskOutcome.Error(step.Reason)));
            }

            WatchPlugins();
            SetEnd(plan.NextEnd);
            await Flush();
            await AwaitPlugins();
            return _run is not null;
        }
        catch
        {
            _isPlanWanted = true;
            throw;
        }
    }

    private async Task<(PolicyPlan Plan, ISet<string> Taken)> PlanForMachine()
    {
        var plan = await MakePlan(UnionOfUsers(), _state.Set, _state.Applied);
        return (plan, _users.Values.SelectMany(user => user.Plugins).ToHashSet());
    }

    /// <summary>The machine knows what is about to be applied before it is: from then on it applies nothing through these plugins.</summary>
    private async Task<(PolicyPlan Plan, ISet<string> Taken)> PlanForUser()
    {
        var used = Used(_state.Applied);
        var machine = await Machine.GetPolicies();
        while (true)
        {
            var plan = await MakePlan(_state.Set, PolicySet.FromJson(machine.Set), _state.Applied);
            var wanted = plan.Steps.Where(step => step.Kind == PolicyStepKind.Apply && step.Scope == Scope).Select(step => step.Plugin);
            var now = await Machine.UserChanged(Key, new PoliciesInUse(_setJson, [.. used.Union(wanted)]), undone: false, answer: null);
            if (now.Set == machine.Set)
            {
                return (plan, now.Plugins.ToHashSet());
            }

            machine = now;
        }
    }

    private async Task<PolicyPlan> MakePlan(PolicySet user, PolicySet machine, IReadOnlyList<AppliedProfile> applied)
    {
        // Only what is this grain's is looked up: of the other scope's profiles the plan says whether they have precedence, whatever their plugins are like.
        var asked = (IsMachine ? machine : user).Policies
            .SelectMany(policy => policy.Profiles)
            .Where(profile => profile.Plugin.Length > 0)
            .Select(profile => (profile.Plugin, profile.PluginVersion))
            .Distinct()
            .ToArray();
        var found = await Task.WhenAll(asked.Select(name => plugins.FindAsync(name.Plugin, name.PluginVersion, null).AsTask()));
        var lookups = asked.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second);
        return PolicyPlan.Make(new PolicyInput
        {
            User = user,
            Machine = machine,
            Applied = applied,
            Now = time.GetUtcNow(),
            FindPlugin = (plugin, version) => lookups.GetValueOrDefault((plugin, version)),
        });
    }

    /// <summary>Reports, once, what has waited for its plugin in vain.</summary>
    private void GiveUp()
    {
        var waiting = _waiting.Select(step => step.Print).ToHashSet();
        var inVain = _state.InVain.Where(waiting.Contains).ToList();
        foreach (var step in _waiting)
        {
            if (!inVain.Contains(step.Print) && _givenUp.TryGetValue((step.Plugin, step.Profile!.PluginVersion), out var reason))
            {
                inVain.Add(step.Print);
                LogInVain(Key, step.Profile, reason);
                Report(step, TaskOutcome.Error(reason));
            }
        }

        _givenUp.Clear();
        if (!inVain.SequenceEqual(_state.InVain))
        {
            Change(_state with { InVain = inVain });
        }
    }

    private async Task AwaitPlugins()
    {
        foreach (var step in _waiting.Where(step => !_state.InVain.Contains(step.Print)))
        {
            await GrainFactory.GetGrain<IPluginGrain>(step.Plugin).Await(this.AsReference<IPluginWaiter>(), step.Profile!.PluginVersion);
        }
    }

    private void WatchPlugins() =>
        news.Watch(Key, _waiting.Select(step => step.Plugin).Concat(AppliedNow.Where(profile => profile.IsRefused).Select(profile => profile.Plugin)).ToHashSet());

    private void SetEnd(DateTimeOffset? next)
    {
        _end?.Dispose();
        _end = null;
        if (next - time.GetUtcNow() is { } left)
        {
            var due = left < TimeSpan.Zero ? TimeSpan.Zero : left > LongestWait ? LongestWait : left;
            _end = this.RegisterGrainTimer(Replan, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { KeepAlive = true });
        }
    }

    private async Task HandOver(PolicyRun run)
    {
        run.IsHandedOver = true;
        foreach (var (tag, step) in run.Open.ToArray())
        {
            try
            {
                await GrainFactory.GetGrain<IPluginGrain>(step.Plugin).Enqueue(Work(tag, step));
            }
            catch (Exception failure)
            {
                // No step may keep the run from ending.
                LogNotHandedOver(failure, Key, step.Plugin);
                if (run.End(tag) is { Kind: PolicyStepKind.Apply })
                {
                    Report(step, TaskOutcome.Error($"The profile could not be handed to the plugin {step.Plugin}: {failure.Message}"));
                }

                _isDirty = true;
            }
        }

        await Flush();
    }

    private PluginWork Work(string tag, PolicyStep step) => step.Kind == PolicyStepKind.Undo
        ? new PluginWork
        {
            Kind = PluginWorkKind.Mode,
            Command = nameof(PluginMode.Safe),
            UserName = _state.User,
            Owner = this.AsReference<IPluginWorkOwner>(),
            Tag = tag,
        }
        : new PluginWork
        {
            Kind = PluginWorkKind.Profile,
            Id = step.Policy!.ExecutionId ?? 0,
            Parameters = step.Profile!.Data,
            PolicyVersion = step.Policy.Version,
            UserName = _state.User,
            Owner = this.AsReference<IPluginWorkOwner>(),
            Tag = tag,
        };

    private void EndRun()
    {
        Change(_state with { Applied = _run!.Applied });
        _run = null;
        _isDirty = false;
        if (IsMachine)
        {
            TellUsersOfReleased();
        }
        else if (_isIn)
        {
            // What was undone is the machine's to use now.
            _changes.Enqueue(() => Machine.UserChanged(Key, new PoliciesInUse(_setJson, Used(AppliedNow)), undone: false, answer: null));
        }
    }

    private void Report(PolicyStep step, TaskOutcome outcome)
    {
        if (step.Policy!.ExecutionId is { } execution)
        {
            LogReported(step.Profile!, step.Policy, outcome.Code);
            _unsent.Add(reports.Compose(step.Policy.Version, execution, outcome));
        }
        else
        {
            LogNotReported(step.Profile!, step.Policy, outcome.Code);
        }
    }

    [LoggerMessage(1620, LogLevel.Information, "[POLICY] {Key}: {Kind}. {Reason}")]
    private partial void LogStep(string key, PolicyStepKind kind, string reason);

    [LoggerMessage(1621, LogLevel.Information, "[POLICY] The {Profile} in {Policy} ended: {Code}")]
    private partial void LogReported(StoredProfile profile, StoredPolicy policy, PluginCode code);

    [LoggerMessage(1622, LogLevel.Warning, "[POLICY] The {Profile} in {Policy} ended: {Code}. It cannot be reported, for Lider gave the policy no execution id")]
    private partial void LogNotReported(StoredProfile profile, StoredPolicy policy, PluginCode code);

    [LoggerMessage(1623, LogLevel.Warning, "[POLICY] {Plugin} may not have undone what it applied for {Key}: {Reason}")]
    private partial void LogNotUndone(string plugin, string key, string reason);

    [LoggerMessage(1624, LogLevel.Warning, "[POLICY] {Key}: the {Profile} is reported as failed and applied when its plugin comes after all: {Reason}")]
    private partial void LogInVain(string key, StoredProfile profile, string reason);

    [LoggerMessage(1625, LogLevel.Warning, "[POLICY] {Key}: {Work} of an earlier plan has ended; it is not counted")]
    private partial void LogStale(string key, PluginWork work);

    [LoggerMessage(1626, LogLevel.Error, "[POLICY] {Key}: work could not be handed to the plugin {Plugin}")]
    private partial void LogNotHandedOver(Exception failure, string key, string plugin);

    [LoggerMessage(1627, LogLevel.Error, "[POLICY] {Key}: what comes next is put off; next attempt in {Seconds} s")]
    private partial void LogPutOff(Exception failure, string key, double seconds);
}
