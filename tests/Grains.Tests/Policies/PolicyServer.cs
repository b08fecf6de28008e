using System.Globalization;
using System.Text.Json.Nodes;

namespace Ahenk.Grains.Tests.Policies;

/// <summary>
/// Today's server as LP 5.1 tells of it, with the flags that are computed anew for each assigned row (LP 5.1.4). It answers the JSON of requests
/// with the JSON of replies.
/// </summary>
internal sealed class PolicyServer
{
    private const string DateFormat = "dd/MM/yyyy HH:mm:ss";

    private readonly List<Group> _groups = [];
    private DateTime _clock = new(2026, 3, 1, 9, 0, 0);
    private long _lastExecution = 900;

    /// <summary>Whether the machine it runs on is in another zone than the dates it writes (LP 5.1.3).</summary>
    public bool IsElsewhere { get; init; }

    public Dictionary<long, Policy> Policies { get; } = [];

    /// <summary>The ids of policies of which the user is excepted.</summary>
    public HashSet<long> Exceptions { get; } = [];

    public int GroupCount => _groups.Count;

    public void AddGroup() => _groups.Add(new Group());

    public void ShuffleGroups(Random random) => random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_groups));

    public void Assign(int group, long policy)
    {
        _clock = _clock.AddSeconds(1);
        _groups[group].Rows.Add(new Row(policy, ++_lastExecution, _clock));
    }

    public void Unassign(int group, int row) => _groups[group].Rows.RemoveAt(row);

    public int RowCount(int group) => _groups[group].Rows.Count;

    /// <summary>What is really assigned: per policy its version and its newest assignment.</summary>
    public Dictionary<long, (string Version, string AssignDate, long ExecutionId)> Assigned() => Rows()
        .Where(row => !Exceptions.Contains(row.Policy))
        .GroupBy(row => row.Policy)
        .ToDictionary(rows => rows.Key, rows => (Policies[rows.Key].Version, Text(rows.Max(row => row.Created)), rows.MaxBy(row => row.Created)!.ExecutionId));

    public string Answer(string requestBody)
    {
        var request = JsonNode.Parse(requestBody)!;
        var listed = request["policyList"]?.AsObject().ToDictionary(
            pair => long.Parse(pair.Key, CultureInfo.InvariantCulture), pair => (Version: (string?)pair.Value![0], Date: (string?)pair.Value[1])) ?? [];
        var list = new JsonArray();
        var rows = Rows();
        var flags = listed.Keys.ToDictionary(id => id, _ => true);
        foreach (var row in rows)
        {
            var isExcepted = Exceptions.Contains(row.Policy);
            foreach (var id in listed.Keys)
            {
                flags[id] = id != row.Policy || isExcepted;
            }

            if (!isExcepted && !(listed.TryGetValue(row.Policy, out var known) && IsEqual(known, row)))
            {
                list.Add((JsonNode)Full(row));
            }
        }

        foreach (var id in flags.Where(flag => flag.Value).Select(flag => flag.Key))
        {
            list.Add((JsonNode)new JsonObject { ["type"] = "EXECUTE_POLICY", ["policyID"] = id, ["isDeleted"] = true, ["userPolicyProfiles"] = null });
        }

        return new JsonObject
        {
            ["type"] = "EXECUTE_POLICY",
            ["timestamp"] = null,
            ["username"] = (string?)request["username"],
            ["executePolicyList"] = list,
        }.ToJsonString();
    }

    private List<Row> Rows() =>
    [
        .. from owner in _groups
           from row in owner.Rows.OrderBy(row => row.Created)
           where Policies[row.Policy].IsActive && !Policies[row.Policy].IsDeleted
           select row,
    ];

    private bool IsEqual((string? Version, string? Date) known, Row row)
    {
        var date = DateTime.ParseExact(known.Date!, DateFormat, CultureInfo.InvariantCulture);
        return known.Version == Policies[row.Policy].Version && (IsElsewhere ? date.AddHours(3) : date) == row.Created;
    }

    private JsonObject Full(Row row) => new()
    {
        ["type"] = "EXECUTE_POLICY",
        ["timestamp"] = null,
        ["policyID"] = row.Policy,
        ["userPolicyVersion"] = Policies[row.Policy].Version,
        ["userCommandExecutionId"] = row.ExecutionId,
        ["userPolicyExpirationDate"] = null,
        ["agentPolicyProfiles"] = null,
        ["agentPolicyVersion"] = null,
        ["agentCommandExecutionId"] = null,
        ["agentPolicyExpirationDate"] = null,
        ["isDeleted"] = false,
        ["assignDate"] = Text(row.Created),
        ["userPolicyProfiles"] = new JsonArray(new JsonObject
        {
            ["id"] = row.Policy * 10,
            ["overridable"] = false,
            ["active"] = true,
            ["deleted"] = false,
            ["profileData"] = new JsonObject { ["n"] = Policies[row.Policy].Edition },
            ["plugin"] = new JsonObject { ["name"] = $"plugin-{row.Policy}", ["version"] = "1.0.0" },
        }),
    };

    private static string Text(DateTime date) => date.ToString(DateFormat, CultureInfo.InvariantCulture);

    internal sealed class Policy(long id)
    {
        public int Edition { get; set; } = 1;

        public string Version => $"{id}-{Edition}";

        public bool IsActive { get; set; } = true;

        public bool IsDeleted { get; set; }
    }

    private sealed class Group
    {
        public List<Row> Rows { get; } = [];
    }

    private sealed record Row(long Policy, long ExecutionId, DateTime Created);
}
