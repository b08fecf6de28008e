namespace Ahenk.Grains.Policies;

/// <summary>
/// Profiles that the Python Ahenk had applied when this agent took its place. It kept no ids of profiles, which are part of a print: the first answer of Lider
/// that holds a profile gives it its id.
/// </summary>
internal static class ImportedProfiles
{
    /// <summary>What is applied, with the ids of the profiles that are found in what is assigned.</summary>
    public static IReadOnlyList<AppliedProfile> Recognise(IReadOnlyList<AppliedProfile> applied, PolicySet assigned, PolicyScope scope)
    {
        if (applied.All(profile => profile.ProfileId is not null || profile.IsInterrupted))
        {
            return applied;
        }

        var nameless = (
            from policy in assigned.Policies
            from profile in policy.Profiles
            where profile.Id is not null
            select (Print: ProfilePrint.Of(scope, policy, profile with { Id = null }), profile.Id, WithId: ProfilePrint.Of(scope, policy, profile))).ToList();
        return [.. applied.Select(Named)];

        AppliedProfile Named(AppliedProfile profile)
        {
            var found = profile.ProfileId is null ? nameless.FindIndex(candidate => candidate.Print == profile.Print) : -1;
            if (found < 0)
            {
                return profile;
            }

            // Two profiles may be alike but for their ids.
            var (_, id, print) = nameless[found];
            nameless.RemoveAt(found);
            return profile with { ProfileId = id, Print = print };
        }
    }
}
