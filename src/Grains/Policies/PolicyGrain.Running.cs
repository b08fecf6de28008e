using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Policies;

/// <content>From a plan to its reports.</content>
public sealed partial class PolicyGrain
{
    private PolicyRun? _run;
    private bool _isWoken;

    /// <inheritdoc/>
    public Task Replan()
    {
        _isWoken = false;
        _isPlanWanted = true;
        return GoOn(mayPlan: true);
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
        else
        {
            Audit(AuditAction.PolicyUndone, step, outcome.Code);
            if (!isDone)
            {
                LogNotUndone(step.Plugin, Key, outcome.Message);
            }
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

                if (IsMachine)
                {
                    TellUsersOfChanges();
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
        if (!IsMachine && _isIn)
        {
            // What was undone is the machine's to use now.
            _changes.Enqueue(() => Machine.UserChanged(Key, new PoliciesInUse(_setJson, Used(AppliedNow)), undone: false, answer: null));
        }
    }

    private void Audit(string what, PolicyStep step, PluginCode code) => audit.Write(new AuditEntry(AuditSource.Lider, what)
    {
        Plugin = step.Plugin,
        Id = step.Policy?.Id,
        User = IsMachine ? null : Key,
        Result = code.ToString().ToLowerInvariant(),
    });

    private void Report(PolicyStep step, TaskOutcome outcome)
    {
        Audit(AuditAction.PolicyApplied, step, outcome.Code);
        AgentMetrics.PolicyApplied(outcome);
        events.Raise(new PolicyApplied(step.Policy!.Id, step.Policy.Version, step.Plugin, IsMachine ? null : Key, outcome.Code.ToString().ToLowerInvariant()));
        if (step.Policy.ExecutionId is { } execution)
        {
            LogReported(step.Profile!, step.Policy, outcome.Code);
            _unsent.Add(reports.Compose(step.Policy.Version, execution, outcome));
        }
        else
        {
            LogNotReported(step.Profile!, step.Policy, outcome.Code);
        }
    }

    [LoggerMessage(1621, LogLevel.Information, "[POLICY] The {Profile} in {Policy} ended: {Code}")]
    private partial void LogReported(StoredProfile profile, StoredPolicy policy, PluginCode code);

    [LoggerMessage(1622, LogLevel.Warning, "[POLICY] The {Profile} in {Policy} ended: {Code}. It cannot be reported, for Lider gave the policy no execution id")]
    private partial void LogNotReported(StoredProfile profile, StoredPolicy policy, PluginCode code);

    [LoggerMessage(1623, LogLevel.Warning, "[POLICY] {Plugin} may not have undone what it applied for {Key}: {Reason}")]
    private partial void LogNotUndone(string plugin, string key, string reason);

    [LoggerMessage(1625, LogLevel.Warning, "[POLICY] {Key}: {Work} of an earlier plan has ended; it is not counted")]
    private partial void LogStale(string key, PluginWork work);

    [LoggerMessage(1626, LogLevel.Error, "[POLICY] {Key}: work could not be handed to the plugin {Plugin}")]
    private partial void LogNotHandedOver(Exception failure, string key, string plugin);

    [LoggerMessage(1627, LogLevel.Error, "[POLICY] {Key}: what comes next is put off; next attempt in {Seconds} s")]
    private partial void LogPutOff(Exception failure, string key, double seconds);
}
