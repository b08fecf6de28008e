using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Configuration;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>All that is stored of one task, over the control socket.</summary>
internal sealed class TaskDetailControl(ITaskStore tasks, IScheduleStore schedules, IOutboxView outbox, LogSecrets secrets) : IControlMethods
{
    public IEnumerable<ControlMethod> Methods => [new("task", (request, _, _) => Show(request.Number("id")))];

    private async Task<JsonNode?> Show(long id)
    {
        var task = await tasks.FindAsync(id) ?? throw new ControlException(JsonRpc.InvalidParams, $"There is no task {id} on this machine, or not any more.");
        return new JsonObject
        {
            ["id"] = task.TaskId,
            ["plugin"] = task.Plugin,
            ["plugin_version"] = task.PluginVersion,
            ["command"] = task.Command,
            ["state"] = task.State.ToString().ToLowerInvariant(),
            ["received_at"] = task.ReceivedAt,
            ["finished_at"] = task.FinishedAt,
            ["code"] = task.ResponseCode,
            ["parameters"] = ShownJson.Of(task.Parameters, secrets),
            ["file_server"] = ShownJson.Of(task.FileServer, secrets),
            ["schedule"] = await schedules.FindAsync(id) is { } schedule ? Describe(schedule) : null,
            ["answer"] = await outbox.FindOfTaskAsync(id) is { } answer ? OutboxControl.Describe(answer, secrets) : null,
        };
    }

    private static JsonObject Describe(StoredSchedule schedule) => new()
    {
        ["cron"] = schedule.Cron,
        ["next_run"] = schedule.Next?.DueAt,
        ["last_planned"] = schedule.LastAt,
        ["running_since"] = schedule.GoingAt,
    };
}

/// <summary>JSON from elsewhere, as it may be shown.</summary>
internal static class ShownJson
{
    /// <summary>An answer has to stay readable; the whole is what Lider has.</summary>
    public const int LongestText = 16 * 1024;

    /// <summary>The JSON without secrets; as a text that is cut when it is long.</summary>
    public static JsonNode? Of(string? json, LogSecrets secrets)
    {
        if (json is null)
        {
            return null;
        }

        string shown;
        try
        {
            shown = secrets.Hide(SecretText.Hide(JsonNode.Parse(json))?.ToJsonString() ?? "null");
            if (shown.Length <= LongestText)
            {
                return JsonNode.Parse(shown);
            }
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or InvalidOperationException)
        {
            // A key twice, or half of a pair of surrogates: it is shown as the text it is.
            shown = secrets.Hide(SecretText.Hide(json));
        }

        return shown.Length <= LongestText ? shown : $"{shown.AsSpan(0, LongestText)} [... {shown.Length - LongestText} characters more]";
    }
}
