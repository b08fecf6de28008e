using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>Writes the one resumable stream.</summary>
internal sealed class StreamTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement _save = new(connection, """
        INSERT INTO stream (id, stream_id, bound_jid, handled, sent) VALUES (1, ?1, ?2, ?3, ?4)
        ON CONFLICT (id) DO UPDATE SET
          acknowledged = CASE WHEN stream_id = excluded.stream_id THEN acknowledged ELSE 0 END,
          stream_id = excluded.stream_id, bound_jid = excluded.bound_jid, handled = excluded.handled, sent = excluded.sent
        """);

    private readonly Statement _clear = new(connection, "DELETE FROM stream");

    private readonly Statement _handled = new(connection, "UPDATE stream SET handled = ?2 WHERE stream_id = ?1 AND handled < ?2");

    private readonly Statement _acknowledged = new(
        connection, "UPDATE stream SET acknowledged = ?2 WHERE stream_id = ?1 AND acknowledged < ?2");

    public void Save(StoredStream stream) =>
        _save.Bind(1, stream.StreamId).Bind(2, stream.BoundJid).Bind(3, stream.Handled).Bind(4, stream.Sent).Execute();

    public void Clear() => _clear.Execute();

    /// <summary>Raises the count of handled stanzas; another stream's position, or a lower one, changes nothing.</summary>
    public void Handled(StreamPosition position) => _handled.Bind(1, position.StreamId).Bind(2, position.Sequence).Execute();

    /// <summary>Raises the count of acknowledged stanzas; another stream's count, or a lower one, changes nothing.</summary>
    public void Acknowledged(string streamId, long sequence) => _acknowledged.Bind(1, streamId).Bind(2, sequence).Execute();

    public void Dispose()
    {
        _save.Dispose();
        _clear.Dispose();
        _handled.Dispose();
        _acknowledged.Dispose();
    }
}
