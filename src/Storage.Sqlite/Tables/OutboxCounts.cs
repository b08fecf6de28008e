namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>How full the outbox is; counted once at start and kept up with every change, since each addition needs it.</summary>
internal record struct OutboxCounts(int Pending, int Sent, long Bytes, long Dropped);

/// <summary>A message that was removed unsent or unconfirmed.</summary>
internal readonly record struct OutboxDrop(long Id, DropReason Reason, bool IsFinal);

/// <summary>Why a message was dropped.</summary>
internal enum DropReason
{
    /// <summary>The outbox was full.</summary>
    Full,

    /// <summary>It was sent as often as allowed and never confirmed.</summary>
    TooManyAttempts,
}
