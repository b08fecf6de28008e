namespace Ahenk.Grains.Interfaces;

/// <summary>
/// Messages on their way to Lider. A row leaves when Lider's receipt for it has come (XEP-0184). The outbox is bounded in rows and
/// bytes: when it is full the oldest rows that are not final go first, then the oldest at all; each drop is counted and logged.
/// </summary>
public interface IOutbox
{
    /// <summary>Stores a message; it survives a power cut when the task completes.</summary>
    ValueTask AddAsync(OutboxDraft draft);

    /// <summary>
    /// The next rows to be sent, in order: pending, and due at <paramref name="now"/>.
    /// </summary>
    ValueTask<IReadOnlyList<OutboxRow>> ReadDueAsync(DateTimeOffset now, int limit);

    /// <summary>When the next pending row becomes due; <see langword="null"/> when none is pending.</summary>
    ValueTask<DateTimeOffset?> NextDueAsync();

    /// <summary>
    /// Rows are about to be written to a stream. Survives the end of the process, not a power cut (so it costs no fsync): after a power cut
    /// a row may be sent twice, never lost.
    /// </summary>
    ValueTask MarkSentAsync(string? streamId, IReadOnlyList<SentRow> rows);

    /// <summary>The server has all rows of the stream up to and including a sequence number.</summary>
    ValueTask MarkAcknowledgedAsync(string streamId, long sequence);

    /// <summary>Lider has the message: its row is removed.</summary>
    /// <param name="stanzaId">The id of the stanza.</param>
    ValueTask ConfirmAsync(string stanzaId);

    /// <summary>The message came back undelivered (LP 1.9), or could not be sent: it is pending again from <paramref name="notBefore"/> on.</summary>
    ValueTask ReturnAsync(string stanzaId, DateTimeOffset notBefore);

    /// <summary>
    /// A new session stands. <paramref name="resumedStreamId"/> names the stream that was resumed and keeps its rows as they are; all other
    /// rows that were sent and not confirmed are pending again, since their server may have lost them, unless they have been sent
    /// <paramref name="mostAttempts"/> times: those are removed, counted and logged.
    /// </summary>
    /// <returns>How many rows are pending again.</returns>
    ValueTask<int> RequeueUnconfirmedAsync(string? resumedStreamId, int mostAttempts);

    /// <summary>
    /// A stream of an earlier process was resumed: its rows that the server has not acknowledged are pending again, for nobody else keeps them.
    /// </summary>
    ValueTask<int> RequeueUnacknowledgedAsync(string streamId);

    /// <summary>Figures for status and tests.</summary>
    ValueTask<OutboxFigures> ReadFiguresAsync();

    /// <summary>Completes when something was added or became pending since the last call; for the pump that empties the outbox.</summary>
    Task WaitForChangeAsync(CancellationToken cancellationToken);
}

/// <summary>A message to be stored.</summary>
/// <param name="Body">The message's JSON, one line.</param>
/// <param name="NotBefore">The earliest moment it may be sent (LP 2.2.1).</param>
/// <param name="IsFinal">Whether it is the last word about something; others are dropped first.</param>
public sealed record OutboxDraft(string Body, DateTimeOffset NotBefore, bool IsFinal = true);

/// <summary>A message that is due.</summary>
/// <param name="Id">The row's number; rises with the order of storing.</param>
/// <param name="StanzaId">The id its stanza bears, the same each time it is sent.</param>
/// <param name="Body">The message's JSON.</param>
public sealed record OutboxRow(long Id, string StanzaId, string Body);

/// <summary>Where in a stream a row stands.</summary>
/// <param name="Id">The row's number.</param>
/// <param name="Sequence">Its number in the stream, 0 without stream management.</param>
public readonly record struct SentRow(long Id, long Sequence);

/// <summary>How full the outbox is.</summary>
/// <param name="Pending">Rows not sent yet.</param>
/// <param name="Unconfirmed">Rows sent, receipt awaited.</param>
/// <param name="Bytes">Bytes of all bodies.</param>
/// <param name="Dropped">Rows dropped since the database was made.</param>
public sealed record OutboxFigures(int Pending, int Unconfirmed, long Bytes, long Dropped);
