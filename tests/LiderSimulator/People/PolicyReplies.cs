using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;

namespace Ahenk.LiderSimulator.People;

/// <summary>What GET_POLICIES is answered, with the faults that the servers have.</summary>
internal static class PolicyReplies
{
    /// <summary>
    /// Today's server (LP 5.1): the elements of the list. Which of the listed policies are gone is worked out for every row anew, so that the last row alone
    /// decides: all but that one are said to be deleted (LP 5.1.4).
    /// </summary>
    /// <param name="request">What the agent says it has.</param>
    /// <param name="assigned">What is assigned.</param>
    /// <param name="serverOffset">The zone of the server's process: it reads dates in it that it writes in Istanbul's (LP 5.1.3).</param>
    public static JsonArray Current(PolicyRequest request, IReadOnlyList<AssignedPolicy> assigned, TimeSpan serverOffset)
    {
        var elements = new JsonArray();
        var deleted = request.Listed.Keys.ToDictionary(id => id, _ => true);
        foreach (var policy in assigned)
        {
            foreach (var id in request.Listed.Keys)
            {
                deleted[id] = id != policy.PolicyId || policy.IsExcepted;
            }

            if (!policy.IsExcepted && !IsKnown(request, policy, serverOffset))
            {
                elements.Add(PolicyMessages.Element(request.User, policy));
            }
        }

        foreach (var id in request.Listed.Keys.Order().Where(id => deleted[id]))
        {
            elements.Add(PolicyMessages.Deleted(request.User, id));
        }

        return elements;
    }

    /// <summary>The old server (LP 5.2): the newest policy of the user and the newest of the machine, in full unless their versions are known.</summary>
    public static string Old(PolicyRequest request, IReadOnlyList<AssignedPolicy> ofUser, IReadOnlyList<AssignedPolicy> ofMachine, DateTimeOffset now) =>
        PolicyMessages.Flat(
            request.User,
            (Newest(ofUser, now), request.UserVersion),
            (Newest(ofMachine, now), request.MachineVersion),
            now);

    private static bool IsKnown(PolicyRequest request, AssignedPolicy policy, TimeSpan serverOffset) =>
        request.Listed.TryGetValue(policy.PolicyId, out var listed) && listed.Version == policy.Version &&
        LiderDates.ReadAssignDate(listed.AssignDate, serverOffset).ToUnixTimeSeconds() == policy.AssignedAt.ToUnixTimeSeconds();

    private static AssignedPolicy? Newest(IReadOnlyList<AssignedPolicy> policies, DateTimeOffset now) =>
        policies.Where(policy => policy.Expires is not { } end || end > now).OrderBy(policy => policy.AssignedAt).ThenBy(policy => policy.ExecutionId).LastOrDefault();
}
