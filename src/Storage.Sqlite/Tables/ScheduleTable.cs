using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>Writes schedules and the updates that came before their tasks.</summary>
internal sealed class ScheduleTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement _insert = new(connection, "INSERT INTO schedule (task_id, cron, next_at, due_at) VALUES (?1, ?2, ?3, ?4)");

    private readonly Statement _replace = new(connection, "UPDATE schedule SET cron = ?2, next_at = ?3, due_at = ?4 WHERE task_id = ?1");

    private readonly Statement _cancel = new(connection, "UPDATE schedule SET next_at = NULL, due_at = NULL WHERE task_id = ?1");

    private readonly Statement _advance = new(connection, """
        UPDATE schedule SET next_at = ?2, due_at = ?3, last_at = max(ifnull(last_at, ?4), ?4) WHERE task_id = ?1
        """);

    private readonly Statement _move = new(connection, """
        UPDATE schedule SET next_at = ?2, due_at = ?3, last_at = CASE WHEN last_at > ?4 THEN NULL ELSE last_at END WHERE task_id = ?1
        """);

    private readonly Statement _deleteOver = new(connection, """
        DELETE FROM schedule
        WHERE task_id = ?1 AND next_at IS NULL AND NOT EXISTS (SELECT 1 FROM run WHERE run.task_id = ?1 AND ended_at IS NULL)
        """);

    private readonly Statement _remember = new(connection, """
        INSERT INTO schedule_update (task_id, cron, received_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (task_id) DO UPDATE SET cron = excluded.cron, received_at = excluded.received_at
        """);

    private readonly Statement _forgetUpdate = new(connection, "DELETE FROM schedule_update WHERE task_id = ?1");

    private readonly Statement _forgetUpdates = new(connection, "DELETE FROM schedule_update WHERE received_at < ?1");

    public void Insert(long taskId, StoredSchedule schedule) =>
        _insert.Bind(1, taskId).Bind(2, schedule.Cron).Bind(3, schedule.Next?.At).Bind(4, schedule.Next?.DueAt).Execute();

    /// <returns>Whether the task has a schedule.</returns>
    public bool Replace(long taskId, string cron, Occurrence next) =>
        _replace.Bind(1, taskId).Bind(2, cron).Bind(3, next.At).Bind(4, next.DueAt).Execute() == 1;

    /// <returns>Whether the task has a schedule.</returns>
    public bool Cancel(long taskId) => _cancel.Bind(1, taskId).Execute() == 1;

    /// <summary>An occurrence was dealt with.</summary>
    public void Advance(long taskId, Occurrence? next, DateTimeOffset last) =>
        _advance.Bind(1, taskId).Bind(2, next?.At).Bind(3, next?.DueAt).Bind(4, last).Execute();

    /// <summary>The clock was changed.</summary>
    public void Move(long taskId, Occurrence next, DateTimeOffset after) =>
        _move.Bind(1, taskId).Bind(2, next.At).Bind(3, next.DueAt).Bind(4, after).Execute();

    /// <summary>Removes a schedule that nothing comes of any more.</summary>
    /// <returns>Whether it was one.</returns>
    public bool DeleteOver(long taskId) => _deleteOver.Bind(1, taskId).Execute() == 1;

    public void Remember(long taskId, string? cron, DateTimeOffset receivedAt) =>
        _remember.Bind(1, taskId).Bind(2, cron).Bind(3, receivedAt).Execute();

    public void ForgetUpdate(long taskId) => _forgetUpdate.Bind(1, taskId).Execute();

    /// <returns>How many were forgotten.</returns>
    public int ForgetUpdates(DateTimeOffset receivedBefore) => _forgetUpdates.Bind(1, receivedBefore).Execute();

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[_insert, _replace, _cancel, _advance, _move, _deleteOver, _remember, _forgetUpdate, _forgetUpdates])
        {
            statement.Dispose();
        }
    }
}
