using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Tables;

namespace Ahenk.Storage.Sqlite;

/// <inheritdoc cref="IOutboxView"/>
internal sealed class SqliteOutboxView(Reader reader) : IOutboxView
{
    public ValueTask<IReadOnlyList<OutboxEntry>> ListAsync(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return new(reader.OutboxEntries(limit));
    }

    public ValueTask<OutboxMessage?> FindAsync(long id) => new(reader.OutboxMessage(id));

    public ValueTask<OutboxMessage?> FindOfTaskAsync(long taskId) => new(reader.OutboxMessageOfTask(taskId));
}
