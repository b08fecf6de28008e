using Ahenk.Storage.Sqlite.Tables;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Journal;

/// <summary>What a write may touch: the tables, on the writing connection. There is one, used for one transaction after the other.</summary>
internal sealed class JournalTransaction(SqliteConnection connection, StorageOptions options, TimeProvider time) : IDisposable
{
    private OutboxCounts _countsBefore;

    public SqliteConnection Connection => connection;

    public TimeProvider Time => time;

    public TaskTable Tasks { get; } = new(connection);

    public ScheduleTable Schedules { get; } = new(connection);

    public RunTable Runs { get; } = new(connection);

    public OutboxTable Outbox { get; } = new(connection, options);

    public StreamTable Stream { get; } = new(connection);

    public PluginDataTable PluginData { get; } = new(connection);

    public DocumentTable Documents { get; } = new(connection);

    public ReminderTable Reminders { get; } = new(connection);

    public void Begun() => _countsBefore = Outbox.Counts;

    public void RolledBack()
    {
        Outbox.Counts = _countsBefore;
        Outbox.Drops.Clear();
        Outbox.Woke = false;
    }

    public void Dispose()
    {
        Tasks.Dispose();
        Schedules.Dispose();
        Runs.Dispose();
        Outbox.Dispose();
        Stream.Dispose();
        PluginData.Dispose();
        Documents.Dispose();
        Reminders.Dispose();
    }
}
