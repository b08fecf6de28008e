using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>Writes what plugins remember.</summary>
internal sealed class PluginDataTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement _set = new(connection, """
        INSERT INTO plugin_data (plugin, key, value) VALUES (?1, ?2, ?3) ON CONFLICT (plugin, key) DO UPDATE SET value = excluded.value
        """);

    private readonly Statement _remove = new(connection, "DELETE FROM plugin_data WHERE plugin = ?1 AND key = ?2");

    public void Set(string plugin, string key, string value) => _set.Bind(1, plugin).Bind(2, key).Bind(3, value).Execute();

    public void Remove(string plugin, string key) => _remove.Bind(1, plugin).Bind(2, key).Execute();

    public void Dispose()
    {
        _set.Dispose();
        _remove.Dispose();
    }
}
