using System.Text;
using System.Threading.Channels;
using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Journal;
using Ahenk.Storage.Sqlite.Tables;

namespace Ahenk.Storage.Sqlite;

/// <inheritdoc cref="IOutbox"/>
internal sealed class SqliteOutbox(JournalWriter journal, Reader reader, StorageOptions options, OutboxSignal signal, string stanzaPrefix) : IOutbox
{
    /// <summary>A body that alone would not fit is the caller's mistake: storing it would drop everything, itself included.</summary>
    public static void ThrowIfTooLarge(OutboxDraft draft, StorageOptions options)
    {
        if (draft.Body.Length > options.OutboxMaxBytes / 3 && Encoding.UTF8.GetByteCount(draft.Body) > options.OutboxMaxBytes)
        {
            throw new ArgumentException($"The body is larger than the whole outbox ({options.OutboxMaxBytes} bytes).", nameof(draft));
        }
    }

    public ValueTask AddAsync(OutboxDraft draft)
    {
        ThrowIfTooLarge(draft, options);
        return new(journal.WriteAsync(
            Durability.PowerCut,
            draft,
            static (transaction, added) =>
            {
                transaction.Outbox.Add(added);
                return true;
            }));
    }

    public ValueTask<IReadOnlyList<OutboxRow>> ReadDueAsync(DateTimeOffset now, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return new(reader.Due(now, limit, stanzaPrefix));
    }

    public ValueTask<DateTimeOffset?> NextDueAsync() => new(reader.NextDue());

    public ValueTask MarkSentAsync(string? streamId, IReadOnlyList<SentRow> rows) => new(journal.WriteAsync(
        Durability.ProcessEnd,
        (streamId, rows),
        static (transaction, call) =>
        {
            foreach (var row in call.rows)
            {
                transaction.Outbox.MarkSent(call.streamId, row);
            }

            return true;
        }));

    public ValueTask MarkAcknowledgedAsync(string streamId, long sequence) => new(journal.WriteAsync(
        Durability.Count,
        (streamId, sequence),
        static (transaction, call) =>
        {
            transaction.Stream.Acknowledged(call.streamId, call.sequence);
            return true;
        }));

    public ValueTask ConfirmAsync(string stanzaId) => StanzaIds.TryReadRow(stanzaPrefix, stanzaId, out var row)
        ? new(journal.WriteAsync(Durability.ProcessEnd, row, static (transaction, id) => transaction.Outbox.Remove(id)))
        : ValueTask.CompletedTask;

    public ValueTask ReturnAsync(string stanzaId, DateTimeOffset notBefore) => StanzaIds.TryReadRow(stanzaPrefix, stanzaId, out var row)
        ? new(journal.WriteAsync(
            Durability.ProcessEnd,
            (row, notBefore),
            static (transaction, call) =>
            {
                transaction.Outbox.Return(call.row, call.notBefore);
                return true;
            }))
        : ValueTask.CompletedTask;

    public ValueTask<int> RequeueUnconfirmedAsync(string? resumedStreamId, int mostAttempts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostAttempts, 1);
        return new(journal.WriteAsync(
            Durability.ProcessEnd,
            (resumedStreamId, mostAttempts),
            static (transaction, call) => transaction.Outbox.Requeue(call.resumedStreamId, call.mostAttempts)));
    }

    public ValueTask<int> RequeueUnacknowledgedAsync(string streamId) => new(journal.WriteAsync(
        Durability.ProcessEnd,
        streamId,
        static (transaction, stream) => transaction.Outbox.RequeueUnacknowledged(stream)));

    public ValueTask<OutboxFigures> ReadFiguresAsync() => new(signal.Figures);

    public Task WaitForChangeAsync(CancellationToken cancellationToken) => signal.WaitAsync(cancellationToken);
}

/// <summary>Carries news of the outbox from the writer to whoever reads or waits.</summary>
internal sealed class OutboxSignal
{
    // Holds at most one token: a change while nobody waits is found by the next wait, and ten changes are one.
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile OutboxFigures _figures = new(0, 0, 0, 0);

    public OutboxFigures Figures => _figures;

    public void Publish(OutboxCounts counts, bool woke)
    {
        if (_figures is var old && (old.Pending, old.Unconfirmed, old.Bytes, old.Dropped) != (counts.Pending, counts.Sent, counts.Bytes, counts.Dropped))
        {
            _figures = new(counts.Pending, counts.Sent, counts.Bytes, counts.Dropped);
        }

        if (woke)
        {
            _changed.Writer.TryWrite(true);
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) => _changed.Reader.ReadAsync(cancellationToken).AsTask();
}
