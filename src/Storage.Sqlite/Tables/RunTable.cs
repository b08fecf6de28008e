using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>Writes the records of runs and keeps a bounded number of them.</summary>
internal sealed class RunTable(SqliteConnection connection) : IDisposable
{
    /// <summary>How many records of a task are kept, however young they are.</summary>
    public const int MostOfATask = 100;

    private readonly Statement _start = new(connection, """
        INSERT INTO run (task_id, planned_at, started_at) VALUES (?1, ?2, ?3) ON CONFLICT (task_id, planned_at) DO NOTHING
        """);

    private readonly Statement _pass = new(connection, """
        INSERT INTO run (task_id, planned_at, ended_at, code) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (task_id, planned_at) DO NOTHING
        """);

    private readonly Statement _end = new(
        connection, "UPDATE run SET ended_at = ?3, code = ?4 WHERE task_id = ?1 AND planned_at = ?2 AND ended_at IS NULL");

    private readonly Statement _trim = new(connection, """
        DELETE FROM run
        WHERE task_id = ?1 AND ended_at IS NOT NULL
          AND planned_at < (SELECT planned_at FROM run WHERE task_id = ?1 ORDER BY planned_at DESC LIMIT 1 OFFSET ?2)
        """);

    private readonly Statement _forgetLater = new(connection, "DELETE FROM run WHERE task_id = ?1 AND planned_at > ?2 AND ended_at IS NOT NULL");

    private readonly Statement _forget = new(connection, "DELETE FROM run WHERE ended_at < ?1");

    /// <returns>Whether the occurrence had no record.</returns>
    public bool Start(long taskId, DateTimeOffset plannedAt, DateTimeOffset now) =>
        Trimmed(taskId, _start.Bind(1, taskId).Bind(2, plannedAt).Bind(3, now).Execute() == 1);

    /// <summary>Records an occurrence that is not run.</summary>
    /// <returns>Whether it had no record.</returns>
    public bool Pass(long taskId, DateTimeOffset plannedAt, DateTimeOffset now, string code) =>
        Trimmed(taskId, _pass.Bind(1, taskId).Bind(2, plannedAt).Bind(3, now).Bind(4, code).Execute() == 1);

    /// <returns>Whether it was going on.</returns>
    public bool End(long taskId, DateTimeOffset plannedAt, DateTimeOffset now, string code) =>
        _end.Bind(1, taskId).Bind(2, plannedAt).Bind(3, now).Bind(4, code).Execute() == 1;

    public void ForgetLater(long taskId, DateTimeOffset after) => _forgetLater.Bind(1, taskId).Bind(2, after).Execute();

    /// <returns>How many were forgotten.</returns>
    public int Forget(DateTimeOffset endedBefore) => _forget.Bind(1, endedBefore).Execute();

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[_start, _pass, _end, _trim, _forgetLater, _forget])
        {
            statement.Dispose();
        }
    }

    private bool Trimmed(long taskId, bool isNew)
    {
        if (isNew)
        {
            _trim.Bind(1, taskId).Bind(2, MostOfATask - 1).Execute();
        }

        return isNew;
    }
}
