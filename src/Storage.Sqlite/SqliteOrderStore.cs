using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Journal;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite;

/// <inheritdoc cref="IOrderStore"/>
internal sealed class SqliteOrderStore(JournalWriter journal) : IOrderStore
{
    private const string Forget = """
        DELETE FROM task;
        DELETE FROM schedule;
        DELETE FROM run;
        DELETE FROM schedule_update;
        DELETE FROM reminder;
        DELETE FROM document WHERE kind = $policies;
        """;

    public ValueTask ForgetAllAsync() => new(journal.WriteAsync(
        Durability.PowerCut,
        0,
        static (transaction, _) =>
        {
            using (var command = transaction.Connection.CreateCommand())
            {
                command.CommandText = Forget;
                command.Parameters.Add(new SqliteParameter("$policies", DocumentKinds.Policies));
                command.ExecuteNonQuery();
            }

            transaction.Outbox.Clear();
            transaction.Stream.Clear();
            return true;
        }));
}
