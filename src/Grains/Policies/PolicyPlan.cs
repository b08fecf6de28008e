using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Policies;

/// <summary>What a plan is made from.</summary>
public sealed record PolicyInput
{
    /// <summary>The policies of the user; empty when nobody is logged in.</summary>
    public PolicySet User { get; init; } = PolicySet.Empty;

    /// <summary>The machine's policies.</summary>
    public PolicySet Machine { get; init; } = PolicySet.Empty;

    /// <summary>What is applied, in order; empty after a login, whose safe mode has undone everything (PL 0.4).</summary>
    public IReadOnlyList<AppliedProfile> Applied { get; init; } = [];

    /// <summary>The moment.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Looks up whether a plugin of a name and version can apply profiles.</summary>
    public required Func<string, string?, PluginLookup> FindPlugin { get; init; }

    /// <summary>The zone of Lider's wall clock.</summary>
    public TimeZoneInfo Zone { get; init; } = PolicyZone.Istanbul;
}

/// <summary>
/// What is to be done so that what is assigned is applied and nothing else, each step with its reason. Undoing comes first; then the profiles in a
/// stable order: the machine's before the user's, policies as they were assigned, profiles by id.
/// </summary>
/// <remarks>
/// A plugin undoes all its profiles of a scope or none. So its applied profiles stay only while they are the beginning of those that are to be
/// applied; otherwise all are undone and those that remain are applied again: whatever came before, the end is the same as after a login.
/// </remarks>
public sealed class PolicyPlan
{
    private readonly PolicyInput _input;
    private readonly List<Candidate> _candidates;
    private readonly List<PolicyStep> _steps = [];
    private readonly HashSet<string> _undone = [];

    private PolicyPlan(PolicyInput input)
    {
        _input = input;
        _candidates = [.. Candidates(input.Machine, PolicyScope.Machine), .. Candidates(input.User, PolicyScope.User)];
        foreach (var ofPlugin in _candidates.Where(candidate => candidate.Verdict is null).GroupBy(candidate => candidate.Profile.Plugin))
        {
            Override([.. ofPlugin]);
        }

        Undo();
        _steps.AddRange(_candidates.Select(Decide));
        NextEnd = _candidates
            .Select(candidate => candidate.Policy.EndsAt(input.Zone))
            .Where(end => end > input.Now)
            .Min();
    }

    /// <summary>The steps, in order.</summary>
    public IReadOnlyList<PolicyStep> Steps => _steps;

    /// <summary>When the next policy ends and a new plan is needed; <see langword="null"/>: none ends.</summary>
    public DateTimeOffset? NextEnd { get; }

    /// <summary>Makes the plan.</summary>
    public static PolicyPlan Make(PolicyInput input) => new(input);

    private IEnumerable<Candidate> Candidates(PolicySet set, PolicyScope scope) =>
        from policy in set.Policies
        from profile in policy.Profiles
        let isOver = policy.EndsAt(_input.Zone) <= _input.Now
        select new Candidate(scope, policy, profile, ProfilePrint.Of(scope, policy, profile))
        {
            Verdict = isOver ? PolicyCause.Expired : profile.IsInUse ? null : PolicyCause.NotInUse,
        };

    /// <summary>
    /// A plugin with profiles of both scopes runs those of one: the user's if all of the machine's may be overridden, else the machine's.
    /// </summary>
    private static void Override(List<Candidate> ofPlugin)
    {
        var machine = ofPlugin.FindAll(candidate => candidate.Scope == PolicyScope.Machine);
        var user = ofPlugin.FindAll(candidate => candidate.Scope == PolicyScope.User);
        if (machine.Count == 0 || user.Count == 0 || ofPlugin[0].Profile.Plugin.Length == 0)
        {
            return;
        }

        var losers = machine.TrueForAll(candidate => candidate.Profile.Overridable == true) ? machine : user;
        losers.ForEach(loser => loser.Verdict = PolicyCause.Overridden);
    }

    private void Undo()
    {
        foreach (var applied in _input.Applied.Where(profile => !profile.IsRefused).GroupBy(profile => profile.Plugin))
        {
            // What waits, or will be refused, is not in the way of what is applied.
            var wanted = _candidates.FindAll(candidate => candidate.Profile.Plugin == applied.Key && candidate.Verdict is null);
            var next = wanted.FindAll(candidate => IsApplied(candidate) || Find(candidate).Problem is null);
            if (applied.Select(profile => profile.Print).SequenceEqual(next.Take(applied.Count()).Select(candidate => candidate.Print)))
            {
                continue;
            }

            _undone.Add(applied.Key);
            var culprit = applied.FirstOrDefault(profile => wanted.TrueForAll(candidate => candidate.Print != profile.Print)) ?? applied.First();
            var cause = CauseOfUndoing(culprit);
            foreach (var scope in applied.Select(profile => profile.Scope).Distinct())
            {
                _steps.Add(new PolicyStep
                {
                    Kind = PolicyStepKind.Undo,
                    Cause = cause,
                    Plugin = applied.Key,
                    Scope = scope,
                    Reason = PolicyReasons.OfUndoing(cause, culprit),
                });
            }
        }
    }

    private PolicyCause CauseOfUndoing(AppliedProfile culprit)
    {
        var now = _candidates.Find(candidate => candidate.Print == culprit.Print) ?? _candidates.Find(candidate => candidate.IsFormOf(culprit));
        return now is null ? PolicyCause.Unassigned : now.Verdict ?? (culprit.IsInterrupted ? PolicyCause.Interrupted : PolicyCause.Changed);
    }

    private PolicyStep Decide(Candidate candidate)
    {
        var isUndone = _undone.Contains(candidate.Profile.Plugin);
        if (candidate.Verdict is { } verdict)
        {
            return Step(PolicyStepKind.Skip, verdict);
        }

        if (IsApplied(candidate) && !isUndone)
        {
            return Step(PolicyStepKind.Skip, PolicyCause.Unchanged);
        }

        var lookup = Find(candidate);
        if (lookup.Problem is { } problem)
        {
            return lookup.Missing ? Step(PolicyStepKind.Wait, PolicyCause.PluginMissing, problem)
                : WasRefused(candidate) ? Step(PolicyStepKind.Skip, PolicyCause.Unchanged)
                : Step(PolicyStepKind.Refuse, PolicyCause.PluginUnfit, problem);
        }

        return Step(
            PolicyStepKind.Apply,
            IsApplied(candidate) ? PolicyCause.UndoneWithAnother
                : _input.Applied.FirstOrDefault(applied => !applied.IsRefused && candidate.IsFormOf(applied)) is { } before
                    ? before.IsInterrupted ? PolicyCause.Interrupted : PolicyCause.Changed
                : PolicyCause.Assigned);

        PolicyStep Step(PolicyStepKind kind, PolicyCause cause, string? problem = null) => new()
        {
            Kind = kind,
            Cause = cause,
            Plugin = candidate.Profile.Plugin,
            Scope = candidate.Scope,
            Policy = candidate.Policy,
            Profile = candidate.Profile,
            Print = candidate.Print,
            Reason = PolicyReasons.Of(cause, candidate.Scope, candidate.Policy, candidate.Profile, problem),
        };
    }

    private bool IsApplied(Candidate candidate) => _input.Applied.Any(applied => !applied.IsRefused && applied.Print == candidate.Print);

    private bool WasRefused(Candidate candidate) => _input.Applied.Any(applied => applied.IsRefused && applied.Print == candidate.Print);

    private PluginLookup Find(Candidate candidate) => candidate.Profile.Plugin.Length == 0
        ? new PluginLookup("Lider named no plugin for it.", Missing: false, Idempotent: false, Parallel: false)
        : _input.FindPlugin(candidate.Profile.Plugin, candidate.Profile.PluginVersion);

    /// <summary>An assigned profile, and why it is not to be applied, if so.</summary>
    private sealed record Candidate(PolicyScope Scope, StoredPolicy Policy, StoredProfile Profile, string Print)
    {
        public PolicyCause? Verdict { get; set; }

        public bool IsFormOf(AppliedProfile applied) =>
            applied.Plugin == Profile.Plugin && applied.Scope == Scope && applied.PolicyId == Policy.Id && applied.ProfileId == Profile.Id;
    }
}
