namespace Ahenk.Grains.Policies;

/// <summary>What is done.</summary>
public enum PolicyStepKind
{
    /// <summary>What the plugin's profiles did is taken back by its safe mode: everything of one scope, for a plugin cannot undo one profile alone.</summary>
    Undo,

    /// <summary>The profile is handed to its plugin, and its outcome is reported.</summary>
    Apply,

    /// <summary>The profile is left as it is; nothing is reported.</summary>
    Skip,

    /// <summary>The plugin is not here. When it comes, or is given up, there is a new plan; given up, that is reported.</summary>
    Wait,

    /// <summary>The profile cannot be applied on this machine, which is reported.</summary>
    Refuse,
}

/// <summary>Why it is done.</summary>
public enum PolicyCause
{
    /// <summary>The profile is assigned and not applied.</summary>
    Assigned,

    /// <summary>Another form of the profile, or another order of a plugin's profiles, is applied.</summary>
    Changed,

    /// <summary>The profile was being applied or undone, or was in force, when the agent or the machine stopped: nobody knows how much of it is there.</summary>
    Interrupted,

    /// <summary>The profile was applied, and went with another profile of its plugin that had to be undone.</summary>
    UndoneWithAnother,

    /// <summary>The profile is applied already, or was refused already.</summary>
    Unchanged,

    /// <summary>The policy's time is over.</summary>
    Expired,

    /// <summary>The profile is inactive or deleted in Lider.</summary>
    NotInUse,

    /// <summary>The other scope's profile of the same plugin has precedence.</summary>
    Overridden,

    /// <summary>The policy is no longer assigned, or the profile no longer part of it.</summary>
    Unassigned,

    /// <summary>The plugin is not here, or not in the version that is wanted.</summary>
    PluginMissing,

    /// <summary>The plugin cannot apply profiles.</summary>
    PluginUnfit,
}

/// <summary>One step of a <see cref="PolicyPlan"/>.</summary>
public sealed record PolicyStep
{
    /// <summary>What is done.</summary>
    public required PolicyStepKind Kind { get; init; }

    /// <summary>Why.</summary>
    public required PolicyCause Cause { get; init; }

    /// <summary>The plugin, lower case.</summary>
    public required string Plugin { get; init; }

    /// <summary>Whose profile it is: a user's is run with the user's name, the machine's without.</summary>
    public required PolicyScope Scope { get; init; }

    /// <summary>The same for people, as a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>The policy; <see langword="null"/> when something is undone.</summary>
    public StoredPolicy? Policy { get; init; }

    /// <summary>The profile; <see langword="null"/> when something is undone.</summary>
    public StoredProfile? Profile { get; init; }

    /// <summary>The print of the profile; empty when something is undone.</summary>
    public string Print { get; init; } = "";

    /// <summary>What is applied once this step is done.</summary>
    /// <param name="applied">What is applied before.</param>
    public IReadOnlyList<AppliedProfile> Done(IReadOnlyList<AppliedProfile> applied) => Kind switch
    {
        PolicyStepKind.Undo => [.. applied.Where(profile => !IsUndoing(profile))],
        PolicyStepKind.Apply or PolicyStepKind.Refuse =>
        [
            .. applied.Where(profile => !profile.IsRefused || profile.Print != Print),
            new AppliedProfile
            {
                Plugin = Plugin,
                Scope = Scope,
                PolicyId = Policy?.Id,
                ProfileId = Profile?.Id,
                Print = Print,
                IsRefused = Kind == PolicyStepKind.Refuse,
            },
        ],
        _ => applied,
    };

    /// <summary>What is applied while this step is under way. A plan that meets it undoes it and applies it again, for nobody knows how far the step has come.</summary>
    /// <param name="applied">What is applied before.</param>
    public IReadOnlyList<AppliedProfile> Begun(IReadOnlyList<AppliedProfile> applied) => Kind switch
    {
        PolicyStepKind.Undo => [.. applied.Select(profile => IsUndoing(profile) ? profile.Interrupted() : profile)],
        PolicyStepKind.Apply => [.. Done(applied).SkipLast(1), Done(applied)[^1].Interrupted()],
        _ => Done(applied),
    };

    /// <summary>Kind and reason; no data.</summary>
    public override string ToString() => $"{Kind} {Plugin}: {Reason}";

    private bool IsUndoing(AppliedProfile profile) => !profile.IsRefused && profile.Plugin == Plugin && profile.Scope == Scope;
}
