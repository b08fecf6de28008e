using System.Globalization;
using System.Text.Json.Nodes;

namespace Ahenk.LiderSimulator.People;

/// <summary>The policies of the server and to whom they are assigned; can be changed at any time. Nothing of it is pushed to agents (LP 5.1.8).</summary>
/// <param name="timeProvider">Tells when something is assigned.</param>
public sealed class PolicyTables(TimeProvider timeProvider)
{
    private const string Machine = "machine ";
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Policy> _policies = [];
    private readonly List<Assignment> _assignments = [];
    private readonly Dictionary<long, long> _executions = [];
    private readonly HashSet<(long Policy, string User)> _exceptions = [];
    private long _lastExecution = 900;

    /// <summary>Writes a policy, or writes it anew, which gives it another version and leaves its assignments as they are.</summary>
    public void Define(long policyId, params IReadOnlyList<PolicyProfile> profiles)
    {
        lock (_gate)
        {
            var number = _policies.TryGetValue(policyId, out var present) ? present.Number + 1 : 1;
            _policies[policyId] = new Policy(number, profiles) { IsActive = present?.IsActive ?? true };
        }
    }

    /// <summary>Takes a policy out of use, or into it again; its version stays (LP 5.1.6).</summary>
    public void SetActive(long policyId, bool isActive)
    {
        lock (_gate)
        {
            _policies[policyId] = _policies[policyId] with { IsActive = isActive };
        }
    }

    /// <summary>Assigns a policy to a user.</summary>
    /// <param name="policyId">The policy.</param>
    /// <param name="user">The user.</param>
    /// <param name="group">The group that it is assigned through; through two, it is sent twice (LP 5.1.2).</param>
    /// <param name="expires">When it ends.</param>
    /// <param name="fileServer">The <c>fileServerConf</c> that goes with it.</param>
    public AssignedPolicy Assign(long policyId, string user, string group = "users", DateTimeOffset? expires = null, JsonObject? fileServer = null) =>
        Add(new Assignment(policyId, user, group, ++_lastExecution, timeProvider.GetUtcNow()) { Expires = expires, FileServer = fileServer });

    /// <summary>Assigns a policy to a machine: only the old server can (LP 5.1.7).</summary>
    public AssignedPolicy AssignToMachine(long policyId, string agent, DateTimeOffset? expires = null) =>
        Add(new Assignment(policyId, Machine + agent, "", ++_lastExecution, timeProvider.GetUtcNow()) { Expires = expires });

    /// <summary>Takes a policy away from a user.</summary>
    public void Unassign(long policyId, string user) => Remove(policyId, user);

    /// <summary>Takes a policy away from a machine.</summary>
    public void UnassignFromMachine(long policyId, string agent) => Remove(policyId, Machine + agent);

    /// <summary>Makes an exception of a user, or ends it.</summary>
    public void Except(long policyId, string user, bool isExcepted = true)
    {
        lock (_gate)
        {
            _ = isExcepted ? _exceptions.Add((policyId, user)) : _exceptions.Remove((policyId, user));
        }
    }

    /// <summary>What is assigned to a user and active: group by group, in each by the time of assignment (LP 5.1.2).</summary>
    public IReadOnlyList<AssignedPolicy> Of(string? user) => Rows(user);

    /// <summary>What is assigned to a machine and active.</summary>
    public IReadOnlyList<AssignedPolicy> OfMachine(string agent) => Rows(Machine + agent);

    /// <summary>Why the server would blame or drop a POLICY_STATUS with this execution and version; <see langword="null"/>: it would not.</summary>
    internal (string Reason, bool IsDropped)? Examine(long executionId, string? version)
    {
        lock (_gate)
        {
            if (!_executions.TryGetValue(executionId, out var policyId))
            {
                return ($"commandExecutionId {executionId} is none of this server (LP 3.6)", true);
            }

            var parts = version?.Split('-') ?? [];
            return parts.Length == 2 && parts[0] == policyId.ToString(CultureInfo.InvariantCulture) &&
                int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= _policies[policyId].Number
                ? null
                : ($"policyVersion '{version}' is no version of policy {policyId}, whose execution {executionId} is (LP 3.6)", false);
        }
    }

    private AssignedPolicy Add(Assignment assignment)
    {
        lock (_gate)
        {
            _ = _policies[assignment.PolicyId];
            _assignments.Add(assignment);
            _executions.Add(assignment.ExecutionId, assignment.PolicyId);
            return Snapshot(assignment);
        }
    }

    private void Remove(long policyId, string holder)
    {
        lock (_gate)
        {
            _assignments.RemoveAll(assignment => assignment.PolicyId == policyId && assignment.Holder == holder);
        }
    }

    private List<AssignedPolicy> Rows(string? holder)
    {
        lock (_gate)
        {
            return
            [
                .. _assignments
                    .Where(assignment => assignment.Holder == holder && _policies[assignment.PolicyId].IsActive)
                    .GroupBy(assignment => assignment.Group)
                    .SelectMany(group => group.OrderBy(assignment => assignment.AssignedAt))
                    .Select(Snapshot),
            ];
        }
    }

    private AssignedPolicy Snapshot(Assignment assignment)
    {
        var policy = _policies[assignment.PolicyId];
        return new AssignedPolicy
        {
            PolicyId = assignment.PolicyId,
            Number = policy.Number,
            ExecutionId = assignment.ExecutionId,
            AssignedAt = assignment.AssignedAt,
            Expires = assignment.Expires,
            Profiles = policy.Profiles,
            FileServer = assignment.FileServer,
            IsExcepted = _exceptions.Contains((assignment.PolicyId, assignment.Holder)),
        };
    }

    private sealed record Policy(int Number, IReadOnlyList<PolicyProfile> Profiles)
    {
        public bool IsActive { get; init; }
    }

    private sealed record Assignment(long PolicyId, string Holder, string Group, long ExecutionId, DateTimeOffset AssignedAt)
    {
        public DateTimeOffset? Expires { get; init; }

        public JsonObject? FileServer { get; init; }
    }
}
