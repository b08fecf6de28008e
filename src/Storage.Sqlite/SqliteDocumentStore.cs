using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Journal;
using Ahenk.Storage.Sqlite.Tables;

namespace Ahenk.Storage.Sqlite;

/// <inheritdoc cref="IDocumentStore"/>
internal sealed class SqliteDocumentStore(JournalWriter journal, Reader reader, StorageOptions options) : IDocumentStore
{
    public ValueTask<string?> FindAsync(DocumentKey key) => new(reader.Document(key));

    public ValueTask<IReadOnlyList<Document>> ListAsync(string kind) => new(reader.Documents(kind));

    public ValueTask SaveAsync(IReadOnlyList<Document> documents, IReadOnlyList<OutboxDraft> messages)
    {
        foreach (var message in messages)
        {
            SqliteOutbox.ThrowIfTooLarge(message, options);
        }

        // The lists are read on the journal's thread: they are copied, for they are the caller's.
        return new(journal.WriteAsync(
            Durability.PowerCut,
            (Documents: documents.ToArray(), Messages: messages.ToArray()),
            static (transaction, call) =>
            {
                foreach (var document in call.Documents)
                {
                    transaction.Documents.Save(document);
                }

                foreach (var message in call.Messages)
                {
                    transaction.Outbox.Add(message);
                }

                return true;
            }));
    }
}
