using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Journal;
using Ahenk.Storage.Sqlite.Tables;

namespace Ahenk.Storage.Sqlite;

/// <inheritdoc cref="IPluginData"/>
internal sealed class SqlitePluginData(JournalWriter journal, Reader reader) : IPluginData
{
    public ValueTask<string?> GetAsync(string plugin, string key) => new(reader.PluginValue(plugin, key));

    public ValueTask SetAsync(string plugin, string key, string? value) => new(journal.WriteAsync(
        Durability.PowerCut,
        (plugin, key, value),
        static (transaction, call) =>
        {
            if (call.value is null)
            {
                transaction.PluginData.Remove(call.plugin, call.key);
            }
            else
            {
                transaction.PluginData.Set(call.plugin, call.key, call.value);
            }

            return true;
        }));

    public ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string plugin, string prefix) => new(reader.PluginValues(plugin, prefix));
}
