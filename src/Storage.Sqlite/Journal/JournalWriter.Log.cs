using Ahenk.Storage.Sqlite.Tables;
using Microsoft.Extensions.Logging;

namespace Ahenk.Storage.Sqlite.Journal;

internal sealed partial class JournalWriter
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning,
        Message = "[OUTBOX] Row {RowId} (stanza {StanzaPrefix}{RowId}, final: {IsFinal}) was dropped: {Reason}")]
    private partial void LogDropped(long rowId, string stanzaPrefix, bool isFinal, DropReason reason);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Error, Message = "[STORAGE] {Count} writes failed; nothing of them was stored")]
    private partial void LogFailed(Exception exception, int count);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Error, Message = "[STORAGE] The write-ahead log could not be emptied")]
    private partial void LogCheckpointFailed(Exception exception);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Critical, Message = "[STORAGE] The writer ended; nothing can be stored until the agent is restarted")]
    private partial void LogEnded(Exception exception);

    [LoggerMessage(EventId = 4020, Level = LogLevel.Information, Message = "[STORAGE] {Pages} free pages were given back to the file system")]
    private partial void LogVacuumed(long pages);

    [LoggerMessage(EventId = 4021, Level = LogLevel.Error, Message = "[STORAGE] Free pages could not be given back to the file system")]
    private partial void LogVacuumFailed(Exception exception);
}
