namespace Ahenk.Grains.Interfaces;

/// <summary>
/// The durable life of scheduled tasks: their schedules and their runs. Calls share transactions as those of <see cref="ITaskStore"/> do. An occurrence
/// has one record, so that it is run once.
/// </summary>
public interface IScheduleStore
{
    /// <summary>
    /// Stores a scheduled task that arrived, unless its id is known, and forgets an update that came before it. When the returned task completes, all of it
    /// survives a power cut.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="schedule">When it runs; <see langword="null"/>: it was cancelled before it came and is stored as finished.</param>
    /// <param name="position">How far the stream is handled then.</param>
    ValueTask<AcceptOutcome> AcceptAsync(NewTask task, StoredSchedule? schedule, StreamPosition? position);

    /// <summary>The schedule of a task; <see langword="null"/>: it has none, or none any more.</summary>
    ValueTask<StoredSchedule?> FindAsync(long taskId);

    /// <summary>Gives a task another schedule. <see langword="false"/>: it has none, and nothing was changed.</summary>
    ValueTask<bool> ReplaceAsync(long taskId, string cron, Occurrence next, StreamPosition? position);

    /// <summary>
    /// Ends a schedule. The task is finished, unless a run of it is going on: then it is when that run has ended. <see langword="false"/>: it has none.
    /// </summary>
    ValueTask<bool> CancelAsync(long taskId, StreamPosition? position);

    /// <summary>Remembers an update whose task has not come; a later one replaces it.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="cron">The schedule; <see langword="null"/>: it is cancelled.</param>
    /// <param name="receivedAt">When the update came.</param>
    /// <param name="position">How far the stream is handled then.</param>
    ValueTask RememberAsync(long taskId, string? cron, DateTimeOffset receivedAt, StreamPosition? position);

    /// <summary>The update that came before its task, if it came after a moment.</summary>
    ValueTask<EarlyUpdate?> FindUpdateAsync(long taskId, DateTimeOffset receivedAfter);

    /// <summary>
    /// Notes that a run is about to start and what comes next; the note survives a power cut. <see langword="false"/>: the occurrence has a record
    /// already and must not be run; what comes next is noted all the same.
    /// </summary>
    /// <param name="taskId">The task.</param>
    /// <param name="plannedAt">The occurrence.</param>
    /// <param name="next">The next one; <see langword="null"/>: the schedule ends with this run.</param>
    /// <param name="skippedAt">An occurrence that is left out because this run had to wait, if there is one.</param>
    ValueTask<bool> StartRunAsync(long taskId, DateTimeOffset plannedAt, Occurrence? next, DateTimeOffset? skippedAt);

    /// <summary>
    /// In one transaction: a run has ended, its answer is in the outbox, and the task is finished if nothing comes after it.
    /// <see langword="false"/>: it had ended before, and nothing was changed.
    /// </summary>
    ValueTask<bool> FinishRunAsync(long taskId, DateTimeOffset plannedAt, string responseCode, OutboxDraft answer);

    /// <summary>
    /// In one transaction: an occurrence is recorded that is not run, what comes next is noted, and an answer, if there is one, is in the outbox. An occurrence
    /// that has a record keeps it and is not answered.
    /// </summary>
    /// <param name="taskId">The task.</param>
    /// <param name="plannedAt">The occurrence.</param>
    /// <param name="code">Why: <see cref="RunCodes"/>, or the code of the answer.</param>
    /// <param name="next">The next one; <see langword="null"/>: there is none.</param>
    /// <param name="answer">What Lider is told.</param>
    ValueTask PassAsync(long taskId, DateTimeOffset plannedAt, string code, Occurrence? next, OutboxDraft? answer);

    /// <summary>
    /// The clock or the time zone was changed: another occurrence comes next. Records of later ones than <paramref name="after"/> are forgotten, so that they
    /// can come again.
    /// </summary>
    ValueTask MoveAsync(long taskId, Occurrence next, DateTimeOffset after);

    /// <summary>The tasks with a run that has started and not ended, in no order.</summary>
    ValueTask<IReadOnlyList<long>> ListGoingAsync();

    /// <summary>Every schedule beside the reminder that wakes it, and the reminders that have no schedule.</summary>
    ValueTask<IReadOnlyList<ScheduleWithReminder>> ListWithRemindersAsync();

    /// <summary>What an administrator asks for: what runs next comes first.</summary>
    ValueTask<IReadOnlyList<ScheduleReport>> ListAsync(int limit);

    /// <summary>Forgets records of runs, and updates whose task never came, from before a moment each.</summary>
    /// <returns>How many.</returns>
    ValueTask<int> ForgetAsync(DateTimeOffset runsBefore, DateTimeOffset updatesBefore);
}

/// <summary>How the reminder of a scheduled task is called. Storage looks for it by these names.</summary>
public static class ScheduleReminder
{
    /// <summary>The type of the grains, as in their ids.</summary>
    public const string GrainType = "task";

    /// <summary>The reminder.</summary>
    public const string Name = "run";
}

/// <summary>Codes of occurrences that were not run; the others are those of answers.</summary>
public static class RunCodes
{
    /// <summary>Its time passed while the machine was off or asleep.</summary>
    public const string Missed = "MISSED";

    /// <summary>The run before was still going.</summary>
    public const string Skipped = "SKIPPED";
}

/// <summary>One time of a schedule.</summary>
/// <param name="At">The time the schedule names.</param>
/// <param name="DueAt">When this machine runs it: later by its part of <c>splay_seconds</c>.</param>
public readonly record struct Occurrence(DateTimeOffset At, DateTimeOffset DueAt);

/// <summary>A stored schedule.</summary>
/// <param name="Cron">The schedule as text.</param>
/// <param name="Next">What comes next; <see langword="null"/>: nothing, it ends with the run that is going on.</param>
/// <param name="LastAt">The latest occurrence that was dealt with.</param>
/// <param name="GoingAt">The occurrence whose run has started and not ended.</param>
public sealed record StoredSchedule(string Cron, Occurrence? Next, DateTimeOffset? LastAt = null, DateTimeOffset? GoingAt = null);

/// <summary>An update that came before its task.</summary>
/// <param name="Cron">The schedule; <see langword="null"/>: it is cancelled.</param>
public sealed record EarlyUpdate(string? Cron);

/// <summary>A schedule and the reminder that wakes it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Schedule">Its schedule; <see langword="null"/>: there is a reminder only.</param>
/// <param name="ReminderAt">When the reminder rings; <see langword="null"/>: there is none.</param>
public sealed record ScheduleWithReminder(long TaskId, StoredSchedule? Schedule, DateTimeOffset? ReminderAt);

/// <summary>A scheduled task, for lists.</summary>
/// <param name="TaskId">Lider's id.</param>
/// <param name="Plugin">The plugin's name.</param>
/// <param name="Command">The command's id.</param>
/// <param name="Cron">Its schedule.</param>
/// <param name="Next">What comes next.</param>
/// <param name="LastRun">The latest record of a run.</param>
public sealed record ScheduleReport(long TaskId, string Plugin, string Command, string Cron, Occurrence? Next, RunRecord? LastRun);

/// <summary>The record of an occurrence.</summary>
/// <param name="PlannedAt">The time of the schedule.</param>
/// <param name="StartedAt">When it started; <see langword="null"/>: it was not run.</param>
/// <param name="EndedAt">When it ended; <see langword="null"/>: it is going on.</param>
/// <param name="Code">How it ended: the code of its answer, or one of <see cref="RunCodes"/>.</param>
public sealed record RunRecord(DateTimeOffset PlannedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string? Code);
