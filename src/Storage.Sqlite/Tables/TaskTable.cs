using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>Writes to the inbox.</summary>
internal sealed class TaskTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement _insert = new(connection, """
        INSERT INTO task (task_id, plugin, command, parameters, received_at, arrival, plugin_version, file_server, state)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (task_id) DO NOTHING
        """);

    private readonly Statement _start = new(connection, "UPDATE task SET state = 1 WHERE task_id = ?1 AND state IN (0, 3)");

    private readonly Statement _park = new(connection, "UPDATE task SET state = 3, response_code = ?2 WHERE task_id = ?1 AND state = 0");

    private readonly Statement _finish = new(connection, """
        UPDATE task SET state = 2, parameters = NULL, file_server = NULL, finished_at = ?2, response_code = ?3 WHERE task_id = ?1 AND finished_at IS NULL
        """);

    private readonly Statement _forget = new(connection, "DELETE FROM task WHERE finished_at < ?1 OR (state = 3 AND received_at < ?1)");

    private readonly Statement _endSchedule = new(connection, """
        UPDATE task SET state = 2, parameters = NULL, file_server = NULL, finished_at = ?2 WHERE task_id = ?1 AND state = 4
        """);

    private readonly Statement _noteCode = new(connection, "UPDATE task SET response_code = ?2 WHERE task_id = ?1");

    /// <returns>Whether the id was new.</returns>
    public bool Insert(NewTask task, TaskState state = TaskState.Waiting) => _insert
        .Bind(1, task.TaskId).Bind(2, task.Plugin).Bind(3, task.Command).Bind(4, task.Parameters).Bind(5, task.ReceivedAt)
        .Bind(6, task.Arrival).Bind(7, task.PluginVersion).Bind(8, task.FileServer).Bind(9, (long)state).Execute() == 1;

    /// <returns>Whether it was waiting or parked.</returns>
    public bool Start(long taskId) => _start.Bind(1, taskId).Execute() == 1;

    /// <returns>Whether it was waiting.</returns>
    public bool Park(long taskId, string responseCode) => _park.Bind(1, taskId).Bind(2, responseCode).Execute() == 1;

    /// <returns>Whether it was there and not finished.</returns>
    public bool Finish(long taskId, DateTimeOffset at, string responseCode) =>
        _finish.Bind(1, taskId).Bind(2, at).Bind(3, responseCode).Execute() == 1;

    /// <summary>The task's schedule has ended.</summary>
    public void EndSchedule(long taskId, DateTimeOffset at) => _endSchedule.Bind(1, taskId).Bind(2, at).Execute();

    /// <summary>Notes how the latest run of a scheduled task was answered.</summary>
    public void NoteCode(long taskId, string responseCode) => _noteCode.Bind(1, taskId).Bind(2, responseCode).Execute();

    /// <returns>How many were forgotten.</returns>
    public int Forget(DateTimeOffset finishedBefore) => _forget.Bind(1, finishedBefore).Execute();

    public void Dispose()
    {
        _insert.Dispose();
        _start.Dispose();
        _park.Dispose();
        _finish.Dispose();
        _endSchedule.Dispose();
        _noteCode.Dispose();
        _forget.Dispose();
    }
}
