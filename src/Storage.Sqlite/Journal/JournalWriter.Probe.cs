using Ahenk.Storage.Sqlite.Tables;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Journal;

/// <content>Tries whether something can be written, between transactions.</content>
internal sealed partial class JournalWriter
{
    /// <summary>Writes a small transaction.</summary>
    public Task ProbeAsync()
    {
        var request = new ProbeRequest();
        return EnqueueAsync(request, request.Task);
    }

    /// <summary>Not synced, and no reason to empty the write-ahead log: what asks whether the disk works must not keep it from its sleep.</summary>
    private void Probe(ProbeRequest request)
    {
        try
        {
            Set(Durability.ProcessEnd);
            _begin.Execute();
            using var write = new Statement(_connection, "UPDATE property SET value = value WHERE name = 'database_id'");
            write.Execute();
            _commit.Execute();
            request.SetResult(true);
        }
        catch (SqliteException error)
        {
            Rollback();
            request.Fail(StorageErrors.From(_path, error));
        }
    }
}
