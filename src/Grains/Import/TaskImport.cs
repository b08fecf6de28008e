using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Scheduling;
using Ahenk.Lider.Protocol;

namespace Ahenk.Grains.Import;

/// <summary>A task and its schedule, ready to be stored.</summary>
public sealed record ScheduledImport(NewTask Task, StoredSchedule Schedule);

/// <summary>Makes schedules of the Python Ahenk's scheduled tasks. What it has stored is read as if Lider had just sent it, with the same checks.</summary>
internal sealed class TaskImport(ScheduleOptions options, string machine, TimeProvider time, ImportReport report)
{
    private const string Subject = "schedule";

    public IReadOnlyList<ScheduledImport> Make(IEnumerable<OldTask> tasks)
    {
        var now = time.GetUtcNow();
        var arrival = now.Ticks / TimeSpan.TicksPerMicrosecond;
        var made = new List<ScheduledImport>();

        // Lider may have sent a task twice: the later one counts, as it did for the Python Ahenk.
        foreach (var task in tasks.GroupBy(task => task.Id).Select(same => same.Last()))
        {
            if (Read(task, now, arrival + made.Count, out var problem) is { } ready)
            {
                made.Add(ready);
                report.Take(Subject, $"Task {task.Id} ({ready.Task.Plugin} {ImportReport.Quote(ready.Task.Command)}) runs by '{ready.Schedule.Cron}'.");
            }
            else
            {
                report.LeaveOut(Subject, $"Task {task.Id} is not taken over. {problem}");
            }
        }

        return made;
    }

    private ScheduledImport? Read(OldTask task, DateTimeOffset now, long arrival, out string? problem)
    {
        if (Parse(task, out problem) is not { } message)
        {
            return null;
        }

        if (!CronSchedule.TryParse(task.Cron, now, time.LocalTimeZone, out var schedule, out problem))
        {
            return null;
        }

        var plan = new TaskPlan(schedule, SchedulePlanner.Splay(machine, task.Id, options.SplaySeconds), time.LocalTimeZone);
        var ready = new NewTask(message.TaskId, message.PluginName, message.CommandClsId, message.ParameterMap.ToJsonString(), now, arrival)
        {
            PluginVersion = string.IsNullOrEmpty(message.Plugin.Version) ? null : message.Plugin.Version,
            FileServer = message.FileServer?.ToJson(),
        };
        return new ScheduledImport(ready, new StoredSchedule(schedule.Text, plan.After(now)));
    }

    private static ExecuteTaskMessage? Parse(OldTask task, out string? problem)
    {
        // Something is always there, if only null; what is to be run must not be run without what it needs.
        if (task.Parameters is null)
        {
            problem = "Its parameters cannot be read.";
            return null;
        }

        JsonNode? parameters;
        JsonNode? server;
        try
        {
            parameters = Node(task.Parameters);
            server = Node(task.FileServer);
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            problem = "Its parameters, or its file server, are not JSON.";
            return null;
        }

        if (parameters is not null and not JsonObject)
        {
            problem = "Its parameters are not a JSON object.";
            return null;
        }

        var inner = new JsonObject
        {
            ["id"] = task.Id,
            ["plugin"] = new JsonObject { ["name"] = task.Plugin, ["version"] = task.PluginVersion },
            ["commandClsId"] = task.Command,
            ["parameterMap"] = parameters,
            ["cronExpression"] = task.Cron,
        };
        var outer = new JsonObject { ["type"] = "EXECUTE_TASK", ["task"] = inner.ToJsonString(), ["fileServerConf"] = server };
        var message = LiderMessage.Parse(outer.ToJsonString());
        problem = message is ProtocolError error ? $"{error.Reason}." : null;
        return message as ExecuteTaskMessage;
    }

    private static JsonNode? Node(string? text) => text is null ? null : JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 48 });
}
