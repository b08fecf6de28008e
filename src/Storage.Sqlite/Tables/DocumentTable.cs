using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>Writes documents.</summary>
internal sealed class DocumentTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement _set = new(connection, """
        INSERT INTO document (kind, name, text) VALUES (?1, ?2, ?3) ON CONFLICT (kind, name) DO UPDATE SET text = excluded.text
        """);

    private readonly Statement _remove = new(connection, "DELETE FROM document WHERE kind = ?1 AND name = ?2");

    /// <summary>Stores a document, or removes it when its text is <see langword="null"/>.</summary>
    public void Save(Document document)
    {
        var (kind, name) = document.Key;
        if (document.Text is { } text)
        {
            _set.Bind(1, kind).Bind(2, name).Bind(3, text).Execute();
        }
        else
        {
            _remove.Bind(1, kind).Bind(2, name).Execute();
        }
    }

    public void Dispose()
    {
        _set.Dispose();
        _remove.Dispose();
    }
}
