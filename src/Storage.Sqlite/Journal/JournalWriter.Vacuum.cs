using Ahenk.Storage.Sqlite.Tables;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Journal;

/// <content>Gives free pages back, between transactions.</content>
internal sealed partial class JournalWriter
{
    /// <summary>Left in the file: a file that grows and shrinks all the time gains nothing.</summary>
    private const long SparePages = 256;

    /// <summary>At one go: other writes wait for it.</summary>
    private const long MostPagesAtOnce = 256;

    private void Vacuum(VacuumRequest request)
    {
        try
        {
            var free = Number("PRAGMA freelist_count");
            var surplus = Math.Min(free - SparePages, MostPagesAtOnce);
            if (surplus > 0)
            {
                // Nothing is lost when a power cut undoes it.
                Set(Durability.ProcessEnd);
                using (var vacuum = new Statement(_connection, $"PRAGMA incremental_vacuum({surplus})"))
                {
                    vacuum.Execute();
                }

                request.Pages += surplus;
                ScheduleCheckpoint();
                if (_queue.Writer.TryWrite(request))
                {
                    return;
                }
            }
        }
        catch (SqliteException error)
        {
            var exception = _damage.Tell(StorageErrors.From(_path, error));
            LogVacuumFailed(exception);
            request.Fail(exception);
            return;
        }

        if (request.Pages > 0)
        {
            LogVacuumed(request.Pages);
        }

        request.SetResult(request.Pages);
    }

    private long Number(string pragma)
    {
        using var statement = new Statement(_connection, pragma);
        statement.Read();
        var number = statement.Number(0);
        statement.Reset();
        return number;
    }
}
