using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>Tasks and their schedules over the control socket.</summary>
internal sealed class TaskControl(ITaskStore tasks, IScheduleStore schedules) : IControlMethods
{
    private const int MostTasks = 1000;

    public IEnumerable<ControlMethod> Methods =>
    [
        new("tasks", async (request, _, _) => Describe(await tasks.ListAsync(request.Limit(MostTasks)))),
        new("schedule", async (request, _, _) => Describe(await schedules.ListAsync(request.Limit(MostTasks)))),
    ];

    private static JsonArray Describe(IReadOnlyList<StoredTask> list) => new([.. list.Select(task => (JsonNode)new JsonObject
    {
        ["id"] = task.TaskId,
        ["plugin"] = task.Plugin,
        ["command"] = task.Command,
        ["state"] = task.State.ToString().ToLowerInvariant(),
        ["received_at"] = task.ReceivedAt,
        ["finished_at"] = task.FinishedAt,
        ["code"] = task.ResponseCode,
    })]);

    private static JsonArray Describe(IReadOnlyList<ScheduleReport> list) => new([.. list.Select(schedule => (JsonNode)new JsonObject
    {
        ["id"] = schedule.TaskId,
        ["plugin"] = schedule.Plugin,
        ["command"] = schedule.Command,
        ["cron"] = schedule.Cron,
        ["next_run"] = schedule.Next?.DueAt,
        ["last_planned"] = schedule.LastRun?.PlannedAt,
        ["last_started"] = schedule.LastRun?.StartedAt,
        ["last_ended"] = schedule.LastRun?.EndedAt,
        ["last_code"] = schedule.LastRun?.Code,
    })]);
}
