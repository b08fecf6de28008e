using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Journal;
using Ahenk.Storage.Sqlite.Tables;

namespace Ahenk.Storage.Sqlite;

/// <inheritdoc cref="IStreamStore"/>
internal sealed class SqliteStreamStore(JournalWriter journal, Reader reader) : IStreamStore
{
    public ValueTask<StoredStream?> LoadAsync() => new(reader.Stream());

    public ValueTask SaveAsync(StoredStream stream) => new(journal.WriteAsync(
        Durability.ProcessEnd,
        stream,
        static (transaction, saved) =>
        {
            transaction.Stream.Save(saved);
            return true;
        }));

    public ValueTask ClearAsync() => new(journal.WriteAsync(
        Durability.ProcessEnd,
        0,
        static (transaction, _) =>
        {
            transaction.Stream.Clear();
            return true;
        }));
}
