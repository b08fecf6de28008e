using Ahenk.Storage.Sqlite.Tables;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Ahenk.Storage.Sqlite.Journal;

/// <content>Empties the write-ahead log, between transactions.</content>
internal sealed partial class JournalWriter
{
    private void ScheduleCheckpoint()
    {
        if (!_checkpointIsDue)
        {
            _checkpointIsDue = true;
            _checkpointTimer.Change(_checkpointAfter, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnCheckpointDue()
    {
        // A full queue: the writer is busy, and its next commit sets the timer again.
        if (!_queue.Writer.TryWrite(new CheckpointRequest()))
        {
            _checkpointIsDue = false;
        }
    }

    private void Checkpoint(CheckpointRequest request)
    {
        _checkpointIsDue = false;
        try
        {
            var done = CheckpointNow();
            if (!done)
            {
                ScheduleCheckpoint();
            }

            request.SetResult(done);
        }
        catch (SqliteException error)
        {
            var exception = _damage.Tell(StorageErrors.From(_path, error));
            LogCheckpointFailed(exception);
            request.Fail(exception);
        }
    }

    /// <summary>Waits only shortly for readers: a person with the sqlite3 tool must not stop the agent's writes.</summary>
    private bool CheckpointNow()
    {
        raw.sqlite3_busy_timeout(_handle, 100);
        try
        {
            using var checkpoint = new Statement(_connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            checkpoint.Read();
            var done = checkpoint.Number(0) == 0;
            checkpoint.Reset();
            return done;
        }
        finally
        {
            raw.sqlite3_busy_timeout(_handle, Connections.BusyTimeoutMilliseconds);
        }
    }
}
