using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Scheduling;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <content>How a task comes by its schedule, is told of its time, and loses it.</content>
[GrainType(ScheduleReminder.GrainType)]
public sealed partial class TaskGrain : IRemindable
{
    /// <summary>How long an update whose task has not come is remembered.</summary>
    internal static readonly TimeSpan UpdatesAreKept = TimeSpan.FromHours(24);

    private ScheduledTask? _scheduled;

    /// <inheritdoc/>
    public async Task Reschedule(ScheduleUpdate update)
    {
        var cron = IsCancel(update.Cron) ? null : update.Cron;
        CronSchedule? schedule = null;
        if (cron is not null && !_planner.TryParse(cron, out schedule, out var problem))
        {
            LogUpdateRefused(TaskId, problem);
        }
        else if (await FindSchedule() is { } scheduled)
        {
            await (schedule is null ? scheduled.Cancel(update.Position) : scheduled.Replace(schedule, update.Position));
        }
        else if (_task is null)
        {
            await _schedules.RememberAsync(TaskId, cron, update.ReceivedAt, update.Position);
            LogUpdateRemembered(TaskId, UpdatesAreKept.TotalHours);
        }
        else
        {
            LogUpdateOfUnscheduled(TaskId);
        }

        DeactivateUnlessAtWork();
    }

    /// <inheritdoc/>
    public async Task Wake()
    {
        if (await FindSchedule() is { } scheduled)
        {
            await scheduled.Check();
        }
        else
        {
            await RemoveReminder();
        }

        DeactivateUnlessAtWork();
    }

    /// <inheritdoc/>
    public async Task<bool> StartRun(DateTimeOffset plannedAt) => await FindSchedule() is { } scheduled && await scheduled.Start(plannedAt);

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => Wake();

    private static bool IsCancel(string? cron) => string.IsNullOrWhiteSpace(cron) || cron.Trim().Equals("none", StringComparison.OrdinalIgnoreCase);

    private async Task<AcceptOutcome> AcceptScheduled(IncomingTask incoming, string cron)
    {
        var task = incoming.Task;
        var early = await _schedules.FindUpdateAsync(TaskId, _planner.Now - UpdatesAreKept);
        StoredSchedule? stored = null;
        if (early is not { Cron: null })
        {
            if (!_planner.TryParse(early?.Cron ?? cron, out var schedule, out var problem))
            {
                LogNotRunnable(TaskId, problem);
                return await Reject(new RejectedTask($"Task {TaskId} was not scheduled and not run. {problem}", task.ReceivedAt, task.Arrival, incoming.Position));
            }

            var plan = _planner.Make(TaskId, schedule, await _planner.ReadMachineAsync());
            stored = new StoredSchedule(schedule.Text, plan.After(_planner.Now));
        }

        var outcome = await _schedules.AcceptAsync(task, stored, incoming.Position);
        if (outcome == AcceptOutcome.Duplicate)
        {
            LogDuplicate(TaskId);
            DeactivateUnlessAtWork();
        }
        else if (stored is null)
        {
            LogCancelledEarly(TaskId);
        }
        else
        {
            AgentMetrics.TaskReceived();
            LogScheduled(TaskId, task.Plugin, task.Command, stored.Cron, stored.Next?.DueAt);
            TellAccepted(task, stored.Cron);
            _task = Stored(task, TaskState.Scheduled);
            _scheduled = new ScheduledTask(this, _task, stored);
        }

        return outcome;
    }

    private async Task TakeUpSchedule()
    {
        if (await FindSchedule() is { } scheduled)
        {
            await scheduled.TakeUp();
        }

        DeactivateUnlessAtWork();
    }

    /// <summary>Stores how a run ended; a failure of the disk is the caller's, who tries again.</summary>
    private async Task FinishRun(TaskAnswer answer)
    {
        if (await FindSchedule() is { GoingAt: { } at } scheduled)
        {
            if (await _schedules.FinishRunAsync(TaskId, at, answer.ResponseCode, answer.Draft))
            {
                LogRunFinished(TaskId, at, answer.ResponseCode);
                AgentMetrics.TaskFinished(answer.ResponseCode, null);
                TellFinished(answer.ResponseCode);
            }

            scheduled.Ended();
        }
        else
        {
            LogStrayAnswer(TaskId);
        }

        _outcome = null;
    }

    /// <summary>The task's schedule; <see langword="null"/>: it has none, or is not known.</summary>
    private async ValueTask<ScheduledTask?> FindSchedule()
    {
        if (_scheduled is null)
        {
            _task ??= await store.FindAsync(TaskId);
            if (_task is { State: TaskState.Scheduled } && await _schedules.FindAsync(TaskId) is { } stored)
            {
                _scheduled = new ScheduledTask(this, _task, stored);
            }
        }

        return _scheduled;
    }

    /// <summary>The schedule is over: what is stored counts again.</summary>
    private void ForgetSchedule()
    {
        _scheduled = null;
        _task = null;
    }

    private async Task RemoveReminder()
    {
        if (await this.GetReminder(ScheduleReminder.Name) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
    }

    [LoggerMessage(1501, LogLevel.Information, "[SCHEDULER] Task {TaskId} accepted: {Plugin} {Command} runs by '{Cron}', next on {Next}")]
    private partial void LogScheduled(long taskId, string plugin, string command, string cron, DateTimeOffset? next);

    [LoggerMessage(1502, LogLevel.Information, "[SCHEDULER] Task {TaskId} was cancelled before it came; it is not run")]
    private partial void LogCancelledEarly(long taskId);

    [LoggerMessage(1503, LogLevel.Warning, "[SCHEDULER] An update of task {TaskId} is not followed, what was scheduled stays: {Problem}")]
    private partial void LogUpdateRefused(long taskId, string problem);

    [LoggerMessage(1504, LogLevel.Information, "[SCHEDULER] An update of task {TaskId} came, which is not known here; it is remembered for {Hours} h")]
    private partial void LogUpdateRemembered(long taskId, double hours);

    [LoggerMessage(1505, LogLevel.Information, "[SCHEDULER] An update of task {TaskId} is not followed: the task has no schedule, or none any more")]
    private partial void LogUpdateOfUnscheduled(long taskId);

    [LoggerMessage(1506, LogLevel.Information, "[SCHEDULER] Task {TaskId} runs by '{Cron}' from now on, next on {Next}")]
    private partial void LogReplaced(long taskId, string cron, DateTimeOffset? next);

    [LoggerMessage(1507, LogLevel.Information, "[SCHEDULER] Task {TaskId} is cancelled")]
    private partial void LogCancelled(long taskId);

    [LoggerMessage(1508, LogLevel.Debug, "[SCHEDULER] Task {TaskId} is due: the run of {PlannedAt} is handed to {Plugin}")]
    private partial void LogDue(long taskId, DateTimeOffset plannedAt, string plugin);

    [LoggerMessage(1509, LogLevel.Warning, "[SCHEDULER] The run of task {TaskId} on {PlannedAt} is left out ({Code}); next on {Next}")]
    private partial void LogPassed(long taskId, DateTimeOffset plannedAt, string code, DateTimeOffset? next);

    [LoggerMessage(1510, LogLevel.Warning, "[SCHEDULER] The run of task {TaskId} on {PlannedAt} has a record already and is not run again")]
    private partial void LogRanBefore(long taskId, DateTimeOffset plannedAt);

    [LoggerMessage(1511, LogLevel.Warning, "[SCHEDULER] The run of task {TaskId} on {PlannedAt} was going on when the agent stopped")]
    private partial void LogRunInterrupted(long taskId, DateTimeOffset plannedAt);

    [LoggerMessage(1512, LogLevel.Information, "[SCHEDULER] The run of task {TaskId} on {PlannedAt} finished: {ResponseCode}")]
    private partial void LogRunFinished(long taskId, DateTimeOffset plannedAt, string responseCode);

    [LoggerMessage(1513, LogLevel.Information, "[SCHEDULER] The clock was changed: task {TaskId} comes next on {Next}")]
    private partial void LogMoved(long taskId, DateTimeOffset next);

    [LoggerMessage(1514, LogLevel.Warning, "[SCHEDULER] An answer of task {TaskId} came, none of whose runs is going on: not sent")]
    private partial void LogStrayAnswer(long taskId);

    [LoggerMessage(1515, LogLevel.Error, "[SCHEDULER] The reminder of task {TaskId} could not be set; it is tried again within the hour")]
    private partial void LogNotArmed(Exception failure, long taskId);
}
