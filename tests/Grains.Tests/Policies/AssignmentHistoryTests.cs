using System.Text.Json.Nodes;
using Ahenk.Grains.Policies;
using Ahenk.Lider.Protocol;

namespace Ahenk.Grains.Tests.Policies;

/// <summary>The agent's policies against a server whose word "deleted" cannot be believed.</summary>
[Trait("Category", "Unit")]
public sealed class AssignmentHistoryTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.FromHours(3));

    [Fact]
    public void The_server_of_these_tests_has_the_bug()
    {
        var server = ServerWith(2);
        server.Assign(0, 1);
        server.Assign(0, 2);
        var all = server.Assigned();
        var request = new GetPoliciesMessage
        {
            Username = "ayse",
            PolicyList = all.ToDictionary(pair => pair.Key, pair => new KnownPolicy(pair.Value.Version, pair.Value.AssignDate)),
            Timestamp = Now,
        };

        var reply = Parse(server.Answer(request.ToBody()));

        var entry = Assert.Single(reply.Policies);
        Assert.Equal((1L, true), (entry.PolicyId, entry.IsDeleted));
    }

    [Fact]
    public void After_every_exchange_the_set_is_what_is_assigned_and_nothing_that_stays_is_touched_in_between()
    {
        var changes = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var server = ServerWith(6, isElsewhere: seed % 4 == 0);
            var set = PolicySet.Empty;
            IReadOnlyList<AppliedProfile> applied = [];
            for (var exchange = 0; exchange < 20; exchange++)
            {
                var before = server.Assigned();
                for (var i = random.Next(3); i > 0; i--)
                {
                    Change(server, random);
                }

                server.ShuffleGroups(random);
                var assigned = server.Assigned();
                var request = PolicyRequest.For("ayse", set, PolicySet.Empty, Now);

                // What is stored survives a restart.
                set = PolicySet.FromJson(PolicyMerge.Merge(set, Parse(server.Answer(request.ToBody())), PolicyScope.User).ToJson());

                Assert.Equal(
                    assigned.OrderBy(pair => pair.Value.AssignDate).ThenBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)),
                    set.Policies.Select(policy => (policy.Id!.Value, (policy.Version!, policy.AssignDate!, policy.ExecutionId!.Value))));

                var plan = PolicyPlan.Make(new PolicyInput { User = set, Applied = applied, Now = Now, FindPlugin = (_, _) => default });
                var touched = assigned.Keys.Union(before.Keys)
                    .Where(id => !before.TryGetValue(id, out var old) || !assigned.TryGetValue(id, out var now) || (old.Version, old.AssignDate) != (now.Version, now.AssignDate))
                    .Select(id => $"plugin-{id}");
                Assert.Equal(touched.Order(), plan.Steps.Where(step => step.Kind != PolicyStepKind.Skip).Select(step => step.Plugin).Distinct().Order());
                changes += plan.Steps.Count(step => step.Kind != PolicyStepKind.Skip);
                applied = plan.Steps.Aggregate(applied, (now, step) => step.Done(now));
                Assert.Equal(assigned.Keys.Select(id => $"plugin-{id}").Order(), applied.Select(profile => profile.Plugin).Order());
            }
        }

        Assert.True(changes > 5000, $"These histories changed only {changes} profiles.");
    }

    [Fact]
    public void An_agent_that_lists_its_policies_and_believes_the_server_loses_assigned_ones()
    {
        var lost = 0;
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var server = ServerWith(6);
            var known = new Dictionary<long, KnownPolicy>();
            for (var exchange = 0; exchange < 20; exchange++)
            {
                Change(server, random);
                var request = new GetPoliciesMessage { Username = "ayse", PolicyList = known, Timestamp = Now };
                foreach (var entry in Parse(server.Answer(request.ToBody())).Policies)
                {
                    if (entry.IsDeleted)
                    {
                        known.Remove(entry.PolicyId!.Value);
                    }
                    else
                    {
                        known[entry.PolicyId!.Value] = new KnownPolicy(entry.User.Version!, entry.AssignDate!);
                    }
                }

                lost += server.Assigned().Keys.Count(id => !known.ContainsKey(id));
            }
        }

        Assert.True(lost > 100, $"Only {lost} losses: these histories would prove nothing.");
    }

    [Fact]
    public void With_the_old_server_the_set_is_what_is_assigned_after_every_exchange()
    {
        var unchanged = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            (PolicySet User, PolicySet Machine) sets = (PolicySet.Empty, PolicySet.Empty);
            var user = new OldPolicy(random);
            var machine = new OldPolicy(random);
            for (var exchange = 0; exchange < 20; exchange++)
            {
                user.Change(random);
                machine.Change(random);
                var request = JsonNode.Parse(PolicyRequest.For("ayse", sets.User, sets.Machine, Now).ToBody())!;
                var body = new JsonObject { ["type"] = "EXECUTE_POLICY", ["username"] = "ayse", ["timestamp"] = 1772432482000 };
                user.Answer(body, "user", "user", (string?)request["userPolicyVersion"]);
                machine.Answer(body, "agent", "agent", (string?)request["agentPolicyVersion"]);
                unchanged += body["userPolicyProfiles"] is null && user.Version is not null ? 1 : 0;

                var reply = Parse(body.ToJsonString());
                sets = (PolicyMerge.Merge(sets.User, reply, PolicyScope.User), PolicyMerge.Merge(sets.Machine, reply, PolicyScope.Machine));

                user.AssertIs(sets.User);
                machine.AssertIs(sets.Machine);
            }
        }

        Assert.True(unchanged > 500);
    }

    internal static ExecutePolicyMessage Parse(string body) => Assert.IsType<ExecutePolicyMessage>(LiderMessage.Parse(body));

    private static PolicyServer ServerWith(int policies, bool isElsewhere = false)
    {
        var server = new PolicyServer { IsElsewhere = isElsewhere };
        for (var id = 1L; id <= policies; id++)
        {
            server.Policies.Add(id, new PolicyServer.Policy(id));
        }

        server.AddGroup();
        server.AddGroup();
        server.AddGroup();
        return server;
    }

    private static void Change(PolicyServer server, Random random)
    {
        var id = random.Next(1, server.Policies.Count + 1);
        var policy = server.Policies[id];
        var group = random.Next(server.GroupCount);
        switch (random.Next(12))
        {
            case < 6:
                server.Assign(group, id);
                break;
            case < 8 when server.RowCount(group) > 0:
                server.Unassign(group, random.Next(server.RowCount(group)));
                break;
            case 8:
                policy.Edition++;
                break;
            case 9:
                policy.IsActive = !policy.IsActive;
                break;
            case 10:
                policy.IsDeleted = !policy.IsDeleted;
                break;
            case 11 when !server.Exceptions.Add(id):
                server.Exceptions.Remove(id);
                break;
        }
    }

    /// <summary>The one policy that the old server has for a user, or for a machine (LP 5.2).</summary>
    private sealed class OldPolicy(Random random)
    {
        private int _id = 1;
        private int _edition = 1;
        private long _execution = 100;
        private bool _isAssigned = random.Next(2) == 0;

        public string? Version => _isAssigned ? $"{_id}-{_edition}" : null;

        public void Change(Random random)
        {
            switch (random.Next(6))
            {
                case 0:
                    _edition++;
                    break;
                case 1:
                    (_id, _edition, _execution) = (_id + 1, 1, _execution + 1);
                    break;
                case 2:
                    _isAssigned = !_isAssigned;
                    break;
            }
        }

        public void Answer(JsonObject body, string prefix, string execution, string? known)
        {
            var isKnown = string.Equals(known, Version, StringComparison.OrdinalIgnoreCase);
            body[$"{prefix}PolicyVersion"] = Version;
            body[$"{execution}CommandExecutionId"] = _isAssigned ? _execution : null;
            body[$"{prefix}PolicyExpirationDate"] = null;
            body[$"{prefix}PolicyProfiles"] = !_isAssigned || isKnown
                ? null
                : new JsonArray(new JsonObject
                {
                    ["id"] = 1,
                    ["profileData"] = new JsonObject { ["v"] = Version },
                    ["plugin"] = new JsonObject { ["name"] = "script", ["version"] = "1.0.0" },
                });
        }

        public void AssertIs(PolicySet set)
        {
            if (Version is null)
            {
                Assert.Empty(set.Policies);
                return;
            }

            var policy = Assert.Single(set.Policies);
            Assert.Equal((null, Version, _execution), (policy.Id, policy.Version, policy.ExecutionId));
            Assert.Equal(new JsonObject { ["v"] = Version }.ToJsonString(), Assert.Single(policy.Profiles).Data);
        }
    }
}
