using System.Globalization;
using Ahenk.Lider.Protocol;

namespace Ahenk.Grains.Policies;

/// <summary>Says to people why a step is in a plan.</summary>
internal static class PolicyReasons
{
    public static string Of(PolicyCause cause, PolicyScope scope, StoredPolicy policy, StoredProfile profile, string? problem)
    {
        var subject = $"The {profile} in {policy}{(scope == PolicyScope.Machine ? " of the machine" : "")}";
        return cause switch
        {
            PolicyCause.Assigned => $"{subject} is assigned{End(policy)}.",
            PolicyCause.Changed => $"{subject} has changed{End(policy)}.",
            PolicyCause.Interrupted => $"{subject} is applied again, because the agent or the machine stopped while it was applied or in force.",
            PolicyCause.UndoneWithAnother => $"{subject} is applied again, because another profile of its plugin is undone and takes this one with it.",
            PolicyCause.Unchanged => $"{subject} has not changed since it was handled last.",
            PolicyCause.Expired => $"{subject} is not applied, because the policy ended at {policy.ExpirationText}.",
            PolicyCause.NotInUse => $"{subject} is not applied, because it is inactive or deleted in Lider.",
            PolicyCause.Overridden => scope == PolicyScope.Machine
                ? $"{subject} may be overridden, and a profile of the user takes its place."
                : $"{subject} is not applied, because the machine has a profile of the same plugin that may not be overridden.",
            PolicyCause.PluginMissing => $"{subject} waits for its plugin. {problem}",
            _ => $"{subject} cannot be applied. {problem}",
        };
    }

    public static string OfUndoing(PolicyCause cause, AppliedProfile culprit)
    {
        var subject = string.Create(
            CultureInfo.InvariantCulture, $"What the plugin '{culprit.Plugin}' has applied is undone, because its profile {culprit.ProfileId}");
        if (culprit.PolicyId is { } policy)
        {
            subject += string.Create(CultureInfo.InvariantCulture, $" in policy {policy}");
        }

        return cause switch
        {
            PolicyCause.Expired => $"{subject} has ended.",
            PolicyCause.NotInUse => $"{subject} is inactive or deleted in Lider.",
            PolicyCause.Overridden => culprit.Scope == PolicyScope.Machine
                ? $"{subject} is overridden by one of the user."
                : $"{subject} is overridden by one of the machine.",
            PolicyCause.Unassigned => $"{subject} is no longer assigned.",
            PolicyCause.Interrupted => $"{subject} was being applied or in force when the agent or the machine stopped.",
            _ => $"{subject}, or what is applied before it, has changed.",
        };
    }

    private static string End(StoredPolicy policy) => policy.ExpirationText switch
    {
        null or "" => "",
        var text when LiderDate.TryParse(text) is null => $" (its end '{text}' cannot be read, so that it does not end)",
        var text => $" until {text}",
    };
}
