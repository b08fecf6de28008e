using Ahenk.Lider.Protocol;

namespace Ahenk.Grains.Policies;

/// <summary>Takes Lider's answer to a <see cref="PolicyRequest"/> into what is stored.</summary>
public static class PolicyMerge
{
    /// <summary>The set after an answer.</summary>
    /// <param name="stored">The set before.</param>
    /// <param name="reply">The answer, in either form.</param>
    /// <param name="scope">Whose set it is; one answer is about both.</param>
    /// <returns>What is assigned, in the order of assignment. Policies that are not in it any more are to be undone.</returns>
    public static PolicySet Merge(PolicySet stored, ExecutePolicyMessage reply, PolicyScope scope)
    {
        var taken = reply.Policies
            .Where(entry => IsAssigned(entry, reply.IsFlat, scope))
            .Select(entry => Take(stored, entry, Part(entry, scope)))
            .OfType<StoredPolicy>();

        // No request of this agent lists a policy, and only to one that does the server calls policies deleted. Such an answer is not to be
        // believed (LP 5.1.4), nor is it whole: what is in full in it is taken, and nothing goes.
        var isWhole = !reply.Policies.Any(entry => entry.IsDeleted);
        var policies = taken.ToList();
        if (!isWhole)
        {
            policies.AddRange(stored.Policies.Where(old => policies.TrueForAll(taken => taken.Id != old.Id)));
        }

        // Through two groups the same policy comes twice (LP 5.1.2), the groups in any order: the last assignment counts.
        return new PolicySet
        {
            Policies =
            [
                .. policies
                    .GroupBy(policy => policy.Id)
                    .Select(same => same.OrderBy(AssignedAt).ThenBy(policy => policy.ExecutionId).Last())
                    .OrderBy(AssignedAt).ThenBy(policy => policy.Id),
            ],
        };
    }

    private static PolicyPart Part(PolicyEntry entry, PolicyScope scope) => scope == PolicyScope.User ? entry.User : entry.Agent;

    private static bool IsAssigned(PolicyEntry entry, bool isFlat, PolicyScope scope)
    {
        var part = Part(entry, scope);
        return isFlat
            ? part.Version is not null
            : !entry.IsDeleted && entry.PolicyId is not null && (part.Version is not null || part.Profiles is not null);
    }

    private static StoredPolicy? Take(PolicySet stored, PolicyEntry entry, PolicyPart part)
    {
        if (part.Profiles is not null)
        {
            return new StoredPolicy
            {
                Id = entry.PolicyId,
                Version = part.Version,
                AssignDate = entry.AssignDate,
                ExpirationText = part.ExpirationDateText,
                ExecutionId = part.CommandExecutionId,
                Profiles = [.. part.Profiles.Select(Take).OrderBy(profile => profile.Id ?? long.MaxValue)],
            };
        }

        // The old server's word for "unchanged" (LP 5.2): it compares versions without regard to case. Of another version nothing can be
        // applied, so what there is stays until its profiles come.
        var known = stored.Policies.FirstOrDefault(policy => policy.Id == entry.PolicyId);
        return known is not null && string.Equals(known.Version, part.Version, StringComparison.OrdinalIgnoreCase)
            ? known with { ExecutionId = part.CommandExecutionId ?? known.ExecutionId }
            : known;
    }

    private static StoredProfile Take(PolicyProfile profile) => new()
    {
        Id = profile.Id,
        Label = profile.Label,
        Plugin = profile.Plugin?.Name?.Trim().ToLowerInvariant() ?? "",
        PluginVersion = string.IsNullOrWhiteSpace(profile.Plugin?.Version) ? null : profile.Plugin.Version.Trim(),
        Data = profile.ProfileData?.ToJsonString() ?? "{}",
        Overridable = profile.Overridable,
        Active = profile.Active,
        Deleted = profile.Deleted,
    };

    // For the order alone, so the zone plays no part.
    private static DateTimeOffset AssignedAt(StoredPolicy policy) =>
        LiderDate.TryParse(policy.AssignDate)?.ToInstant(TimeZoneInfo.Utc) ?? DateTimeOffset.MinValue;
}
