using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tables;

/// <content>Schedules.</content>
internal sealed partial class Reader
{
    private const string ScheduleColumns = """
        s.cron, s.next_at, s.due_at, s.last_at,
        (SELECT planned_at FROM run WHERE run.task_id = s.task_id AND ended_at IS NULL ORDER BY planned_at LIMIT 1)
        """;

    private const string SchedulesWithTheirLastRun = """
        SELECT s.task_id, t.plugin, t.command, s.cron, s.next_at, s.due_at, r.planned_at, r.started_at, r.ended_at, r.code
        FROM schedule s
        JOIN task t ON t.task_id = s.task_id
        LEFT JOIN run r ON r.task_id = s.task_id AND r.planned_at = (SELECT max(planned_at) FROM run WHERE task_id = s.task_id)
        ORDER BY s.due_at IS NULL, s.due_at, s.task_id LIMIT ?1
        """;

    private const string GrainOfSchedule = $"printf('{ScheduleReminder.GrainType}/%X', s.task_id)";

    private const string RemindersOfSchedules = $"""
        SELECT grain_id, start_at FROM reminder
        WHERE grain_id > '{ScheduleReminder.GrainType}/' AND grain_id < '{ScheduleReminder.GrainType}0' AND name = '{ScheduleReminder.Name}'
        """;

    /// <summary>The id of a grain is its type and its key in hexadecimal ('0' is what comes after '/').</summary>
    internal const string SchedulesBesideReminders = $"""
        SELECT s.task_id, NULL, r.start_at, {ScheduleColumns}
        FROM schedule s LEFT JOIN ({RemindersOfSchedules}) r ON r.grain_id = {GrainOfSchedule}
        UNION ALL
        SELECT NULL, grain_id, start_at, NULL, NULL, NULL, NULL, NULL
        FROM ({RemindersOfSchedules}) WHERE grain_id NOT IN (SELECT {GrainOfSchedule} FROM schedule s)
        """;

    private readonly Statement _schedule;
    private readonly Statement _scheduleUpdate;
    private readonly Statement _going;
    private readonly Statement _schedules;
    private readonly Statement _schedulesAndReminders;

    public StoredSchedule? Schedule(long taskId) => First(_schedule, row => row.Bind(1, taskId), static row => ToSchedule(row, 0));

    public EarlyUpdate? ScheduleUpdate(long taskId, DateTimeOffset receivedAfter) => First(
        _scheduleUpdate, row => row.Bind(1, taskId).Bind(2, receivedAfter), static row => new EarlyUpdate(row.TextOrNull(0)));

    public IReadOnlyList<long> Going() => All(_going, static _ => { }, static row => row.Number(0));

    public IReadOnlyList<ScheduleReport> Schedules(int limit) => All(_schedules, rows => rows.Bind(1, limit), static row => new ScheduleReport(
        row.Number(0),
        row.Text(1),
        row.Text(2),
        row.Text(3),
        ToOccurrence(row, 4),
        row.IsNull(6) ? null : new RunRecord(row.Time(6), row.TimeOrNull(7), row.TimeOrNull(8), row.TextOrNull(9))));

    public IReadOnlyList<ScheduleWithReminder> SchedulesAndReminders() => All(_schedulesAndReminders, static _ => { }, static row => new ScheduleWithReminder(
        row.IsNull(0) ? GrainId.Parse(row.Text(1)).GetIntegerKey() : row.Number(0),
        row.IsNull(0) ? null : ToSchedule(row, 3),
        row.IsNull(2) ? null : new DateTimeOffset(row.Number(2), TimeSpan.Zero)));

    private static StoredSchedule ToSchedule(Statement row, int column) =>
        new(row.Text(column), ToOccurrence(row, column + 1), row.TimeOrNull(column + 3), row.TimeOrNull(column + 4));

    private static Occurrence? ToOccurrence(Statement row, int column) =>
        row.IsNull(column) ? null : new Occurrence(row.Time(column), row.Time(column + 1));
}
