using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Policies;

/// <content>The machine's side: whose profiles take precedence, and who uses which plugin.</content>
public sealed partial class PolicyGrain
{
    private readonly Dictionary<string, UserPolicies> _users = new(StringComparer.Ordinal);
    private HashSet<string> _shown = [];
    private string? _shownSet;

    /// <inheritdoc/>
    public async Task<PoliciesInUse> UserChanged(string user, PoliciesInUse? policies, bool undone, string? answer)
    {
        await Load();
        _isPlanWanted |= policies is null ? _users.Remove(user) : Note(user, policies);
        if (undone && Used(AppliedNow).Count > 0)
        {
            LogUndone(user);

            // The safe modes ran a while ago: what was applied since is in force, and a user's profile must not join it.
            _run?.Doubt();
            Change(_state with { Applied = [.. _state.Applied.Select(profile => profile.Interrupted())] });
            _isPlanWanted = true;
            await Flush();
        }

        if (answer is not null && LiderMessage.Parse(answer) is ExecutePolicyMessage message)
        {
            await ReceiveForMachine(message);
        }

        if (_isPlanWanted)
        {
            Wake();
        }

        StayWhileNeeded();
        return Show();
    }

    /// <inheritdoc/>
    public async Task<PoliciesInUse> GetPolicies()
    {
        await Load();
        return Show();
    }

    private async Task ReceiveForMachine(ExecutePolicyMessage message)
    {
        var set = PolicyMerge.Merge(_state.Set, message, PolicyScope.Machine);
        if (set.Policies.Count == 0 && _state.Set.Policies.Count == 0)
        {
            // Today's server has no policies of machines: its every answer would be stored here.
            return;
        }

        await Take(set);
        TellUsersOfChanges();
        if (_isPlanWanted)
        {
            Wake();
        }
    }

    /// <summary>Those who were logged in when the agent stopped count as such until they are found to be gone: what is applied for them still is.</summary>
    private async Task LoadUsers()
    {
        foreach (var document in await store.ListAsync(DocumentKinds.Policies))
        {
            if (document is { Key.Name: not IPolicyGrain.MachineKey, Text: { } text } && Read(document.Key.Name, text) is { IsIn: true } user)
            {
                _users[document.Key.Name] = new UserPolicies(user.Set.ToJson(), user.Set, [.. Used(user.Applied)]);
            }
        }

        _shownSet = _setJson;
    }

    private bool Note(string user, PoliciesInUse policies)
    {
        var known = _users.GetValueOrDefault(user);
        var isSetKnown = known?.SetJson == policies.Set;
        if (isSetKnown && known!.Plugins.SetEquals(policies.Plugins))
        {
            return false;
        }

        _users[user] = new UserPolicies(policies.Set, isSetKnown ? known!.Set : PolicySet.FromJson(policies.Set), [.. policies.Plugins]);
        return true;
    }

    private PolicySet UnionOfUsers() => new() { Policies = [.. _users.Values.SelectMany(user => user.Set.Policies)] };

    private PoliciesInUse Show()
    {
        var used = Used(AppliedNow);
        _shown.UnionWith(used);
        return new PoliciesInUse(_setJson, used);
    }

    /// <summary>
    /// Whose precedence is another may depend on the machine's policies, and users may wait for a plugin that the machine has let go of now. They are not waited for:
    /// they ask this grain.
    /// </summary>
    private void TellUsersOfChanges()
    {
        var used = Used(AppliedNow).ToHashSet();
        if (_shown.IsSubsetOf(used) && _shownSet == _setJson)
        {
            return;
        }

        _shown = used;
        _shownSet = _setJson;
        foreach (var user in _users.Keys)
        {
            _ = Tell(user);
        }
    }

    private async Task Tell(string user)
    {
        try
        {
            await GrainFactory.GetGrain<IPolicyGrain>(user).Replan();
        }
        catch (Exception failure)
        {
            // Nobody waits for this: the log is the only place where it can be said.
            LogNotTold(failure, user);
        }
    }

    private sealed record UserPolicies(string SetJson, PolicySet Set, HashSet<string> Plugins);

    [LoggerMessage(1612, LogLevel.Information, "[POLICY] The plugins' safe modes ran for {User}: the machine's profiles are applied again")]
    private partial void LogUndone(string user);

    [LoggerMessage(1613, LogLevel.Error, "[POLICY] {User} could not be told that the machine's policies have changed; it is taken up with the next plan")]
    private partial void LogNotTold(Exception failure, string user);
}
