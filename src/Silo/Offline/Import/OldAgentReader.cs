using Ahenk.Grains.Import;

namespace Ahenk.Silo.Offline.Import;

/// <summary>Reads the tables of the Python Ahenk.</summary>
internal sealed class OldAgentReader(OldDatabase database, ImportReport report)
{
    /// <summary>The row of the registration that holds, or <see langword="null"/>.</summary>
    public OldIdentity? ReadIdentity() => Rows(OldTable.Registration)
        .Where(row => row.Flag("registered") == true && row.Text("jid") is not null)
        .Select(row => new OldIdentity(row.Text("jid")!, row.Text("password"), row.Text("dn")))
        .LastOrDefault();

    /// <summary>Everything but the registration.</summary>
    public OldAgent Read()
    {
        var plugins = Rows(OldTable.Plugin).Where(row => row.Number("id") is not null)
            .GroupBy(row => row.Number("id")!.Value).ToDictionary(same => same.Key, same => same.Last());
        var contract = Rows(OldTable.Contract) is [.., var newest] ? newest : null;
        return new OldAgent
        {
            Tasks = ReadTasks(plugins),
            Policies = ReadPolicies(plugins),
            Contract = contract is { } row && row.Text("content") is { } text ? new OldContract(row.Text("id") ?? "", text, row.Text("timestamp")) : null,
            Answers = [.. Rows(OldTable.Agreement)
                .Select(row => new OldAnswer(row.Text("username"), row.Text("contract_id"), row.Text("choice"), row.Text("timestamp")))],
            Sessions = [.. Rows(OldTable.Session).Select(row => new OldSession(
                row.Text("username"), row.Text("domain"), row.Text("display"), row.Text("desktop"), row.Text("ip"), row.Text("timestamp")))],
        };
    }

    /// <summary>
    /// The tasks that wait for their time: they stand in both tables. The other rows are of tasks that were run when they came, and of schedules that were cancelled.
    /// </summary>
    private List<OldTask> ReadTasks(Dictionary<long, OldRow> plugins)
    {
        var scheduled = Rows(OldTable.ScheduledTask).Select(row => row.Number("task_id")).OfType<long>().ToHashSet();
        var tasks = new List<OldTask>();
        foreach (var row in Rows(OldTable.Task))
        {
            if (row.Number("id") is not { } id)
            {
                report.LeaveOut("schedule", $"Row {row.Id} of the table task is not taken over: its id is not a number.");
            }
            else if (scheduled.Contains(id) && row.Flag("deleted") != true && row.Text("cron_expr") is { } cron)
            {
                var plugin = row.Number("plugin") is { } key ? plugins.GetValueOrDefault(key) : null;
                tasks.Add(new OldTask(
                    id, plugin?.Text("name"), plugin?.Text("version"), row.Text("command_cls_id"), row.Text("parameter_map"), cron, row.Text("file_server")));
            }
        }

        foreach (var missing in scheduled.Except(tasks.Select(task => task.Id)))
        {
            report.LeaveOut("schedule", $"Task {missing} is not taken over: it was cancelled, or its row is missing or cannot be read.");
        }

        return tasks;
    }

    private List<OldPolicy> ReadPolicies(Dictionary<long, OldRow> plugins)
    {
        // The id of a profile's row is that of its policy's row; Lider's own id of it is not kept.
        var profiles = Rows(OldTable.Profile).ToLookup(row => row.Number("id"));
        var policies = new List<OldPolicy>();
        foreach (var row in Rows(OldTable.Policy))
        {
            var isOfMachine = row.Text("type") == "A";
            if (row.Number("id") is not { } id || (!isOfMachine && (row.Text("type") != "U" || row.Text("name") is null)))
            {
                report.LeaveOut("policy", $"Row {row.Id} of the table policy is not taken over: it does not say whose policy it is.");
                continue;
            }

            policies.Add(new OldPolicy(
                isOfMachine ? null : row.Text("name"),
                row.Number("policy_id"),
                row.Text("version"),
                row.Text("assign_date"),
                row.Text("expiration_date"),
                row.Number("execution_id"),
                [.. profiles[id].Select(profile => Profile(profile, profile.Number("plugin") is { } key ? plugins.GetValueOrDefault(key) : null))]));
        }

        return policies;
    }

    private static OldProfile Profile(OldRow row, OldRow? plugin) => new(
        row.Text("label"),
        plugin?.Text("name"),
        plugin?.Text("version"),
        row.Text("profile_data"),
        row.Flag("overridable"),
        row.Flag("active"),
        row.Flag("deleted"));

    private IReadOnlyList<OldRow> Rows(OldTable table) => database.Rows(table, problem => report.LeaveOut("database", problem)) ?? [];
}

/// <summary>The name and password the Python Ahenk logs in with.</summary>
internal sealed record OldIdentity(string Name, string? Password, string? Dn)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"OldIdentity {{ Name = {Name} }}";
}
