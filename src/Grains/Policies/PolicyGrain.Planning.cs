using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Policies;

/// <content>Making plans, and what plans wait for.</content>
public sealed partial class PolicyGrain
{
    /// <summary>How long a policy's end is waited for before the clock is looked at again: it may be set, and the machine may sleep.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private static readonly HashSet<string> NoPlugins = [];

    private readonly Dictionary<(string Plugin, string? Version), string> _givenUp = [];
    private IReadOnlyList<PolicyStep> _waiting = [];
    private IGrainTimer? _end;
    private bool _isPlanWanted;
    private bool _mayUseStored;

    private bool MayPlan => (IsMachine || (_isIn && _mayUseStored)) && !inHand.Stopping.IsCancellationRequested;

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

    [LoggerMessage(1620, LogLevel.Information, "[POLICY] {Key}: {Kind}. {Reason}")]
    private partial void LogStep(string key, PolicyStepKind kind, string reason);

    [LoggerMessage(1624, LogLevel.Warning, "[POLICY] {Key}: the {Profile} is reported as failed and applied when its plugin comes after all: {Reason}")]
    private partial void LogInVain(string key, StoredProfile profile, string reason);
}
