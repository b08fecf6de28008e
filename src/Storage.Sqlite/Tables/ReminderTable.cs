using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>Writes Orleans' reminders.</summary>
internal sealed class ReminderTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement _upsert = new(connection, """
        INSERT INTO reminder (grain_hash, grain_id, name, start_at, period, etag) VALUES (?1, ?2, ?3, ?4, ?5, random())
        ON CONFLICT (grain_hash, grain_id, name) DO UPDATE SET start_at = excluded.start_at, period = excluded.period, etag = excluded.etag
        RETURNING etag
        """);

    private readonly Statement _delete = new(
        connection, "DELETE FROM reminder WHERE grain_hash = ?1 AND grain_id = ?2 AND name = ?3 AND etag = ?4");

    private readonly Statement _clear = new(connection, "DELETE FROM reminder");

    /// <returns>The row's new etag.</returns>
    public long Upsert(ReminderEntry entry)
    {
        _upsert.Bind(1, entry.GrainId.GetUniformHashCode()).Bind(2, entry.GrainId.ToString()).Bind(3, entry.ReminderName)
            .Bind(4, entry.StartAt.Ticks).Bind(5, entry.Period.Ticks).Read();
        var etag = _upsert.Number(0);
        _upsert.Execute();
        return etag;
    }

    /// <returns>Whether there was such a row with that etag.</returns>
    public bool Delete(GrainId grainId, string name, long etag) =>
        _delete.Bind(1, grainId.GetUniformHashCode()).Bind(2, grainId.ToString()).Bind(3, name).Bind(4, etag).Execute() == 1;

    public void Clear() => _clear.Execute();

    public void Dispose()
    {
        _upsert.Dispose();
        _delete.Dispose();
        _clear.Dispose();
    }
}
