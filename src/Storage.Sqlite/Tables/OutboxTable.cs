using System.Text;
using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>Writes to the outbox and keeps it within its bounds.</summary>
internal sealed class OutboxTable : IDisposable
{
    private const string NotOfTheResumedStream = "state = 1 AND (?1 IS NULL OR stream_id IS NOT ?1)";

    private readonly StorageOptions _options;
    private readonly Statement _insert;
    private readonly Statement _oldestNotFinal;
    private readonly Statement _oldest;
    private readonly Statement _delete;
    private readonly Statement _countDrop;
    private readonly Statement _send;
    private readonly Statement _sendAgain;
    private readonly Statement _return;
    private readonly Statement _wornOut;
    private readonly Statement _requeue;
    private readonly Statement _requeueUnacknowledged;
    private readonly Statement _clear;

    public OutboxTable(SqliteConnection connection, StorageOptions options)
    {
        _options = options;
        _insert = new(connection, "INSERT INTO outbox (is_final, not_before, size, body) VALUES (?1, ?2, ?3, ?4)");
        _oldestNotFinal = new(connection, "SELECT id FROM outbox WHERE is_final = 0 ORDER BY id LIMIT 1");
        _oldest = new(connection, "SELECT id FROM outbox ORDER BY id LIMIT 1");
        _delete = new(connection, "DELETE FROM outbox WHERE id = ?1 RETURNING state, size, is_final");
        _countDrop = new(connection, """
            INSERT INTO counter (name, value) VALUES ('outbox_dropped', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1
            """);
        _send = new(connection, """
            UPDATE outbox SET state = 1, attempts = attempts + 1, stream_id = ?2, sequence = ?3 WHERE id = ?1 AND state = 0
            """);
        _sendAgain = new(connection, "UPDATE outbox SET stream_id = ?2, sequence = ?3 WHERE id = ?1 AND state = 1");
        _return = new(connection, """
            UPDATE outbox SET state = 0, stream_id = NULL, sequence = NULL, not_before = ?2 WHERE id = ?1 AND state = ?3
            """);
        _wornOut = new(
            connection, "SELECT id FROM outbox WHERE " + NotOfTheResumedStream + " AND attempts >= ?2 ORDER BY id LIMIT 1");
        _requeue = new(connection, "UPDATE outbox SET state = 0, stream_id = NULL, sequence = NULL WHERE " + NotOfTheResumedStream);
        _requeueUnacknowledged = new(connection, """
            UPDATE outbox SET state = 0, stream_id = NULL, sequence = NULL
            WHERE state = 1 AND stream_id = ?1
              AND sequence > ifnull((SELECT acknowledged FROM stream WHERE stream.stream_id = ?1), 0)
            """);
        _clear = new(connection, "DELETE FROM outbox");
        Counts = Count(connection);
    }

    /// <summary>How full it is, within the present transaction.</summary>
    public OutboxCounts Counts { get; set; }

    /// <summary>What the present transaction has dropped.</summary>
    public List<OutboxDrop> Drops { get; } = [];

    /// <summary>Whether the present transaction made a row pending.</summary>
    public bool Woke { get; set; }

    /// <summary>Adds a row, then drops rows until the bounds are kept.</summary>
    public void Add(OutboxDraft draft)
    {
        var size = Encoding.UTF8.GetByteCount(draft.Body);
        _insert.Bind(1, draft.IsFinal ? 1 : 0).Bind(2, draft.NotBefore).Bind(3, size).Bind(4, draft.Body).Execute();
        Counts = Counts with { Pending = Counts.Pending + 1, Bytes = Counts.Bytes + size };
        Woke = true;
        while (Counts.Pending + Counts.Sent > _options.OutboxMaxRows || Counts.Bytes > _options.OutboxMaxBytes)
        {
            Drop(First(_oldestNotFinal) ?? First(_oldest) ?? throw new InvalidOperationException("The outbox is counted wrong."), DropReason.Full);
        }
    }

    /// <summary>Notes on which stream a row goes out. A row that is gone by now is not an error: its receipt has come.</summary>
    public void MarkSent(string? streamId, SentRow row)
    {
        if (_send.Bind(1, row.Id).Bind(2, streamId).Bind(3, row.Sequence).Execute() == 1)
        {
            Counts = Counts with { Pending = Counts.Pending - 1, Sent = Counts.Sent + 1 };
        }
        else
        {
            // The client repeats it within its stream: no new attempt.
            _sendAgain.Bind(1, row.Id).Bind(2, streamId).Bind(3, row.Sequence).Execute();
        }
    }

    /// <summary>Removes a row.</summary>
    /// <returns>Whether it was final; <see langword="null"/> when it was not there.</returns>
    public bool? Remove(long id)
    {
        bool? isFinal = null;
        _delete.Bind(1, id);
        while (_delete.Read())
        {
            isFinal = _delete.Number(2) == 1;
            Counts = _delete.Number(0) == 0
                ? Counts with { Pending = Counts.Pending - 1, Bytes = Counts.Bytes - _delete.Number(1) }
                : Counts with { Sent = Counts.Sent - 1, Bytes = Counts.Bytes - _delete.Number(1) };
        }

        return isFinal;
    }

    /// <summary>Removes all rows. They were not dropped: nobody is left to whom they could go.</summary>
    public void Clear()
    {
        _clear.Execute();
        Counts = new OutboxCounts(0, 0, 0, Counts.Dropped);
    }

    /// <summary>Makes a row pending again.</summary>
    public void Return(long id, DateTimeOffset notBefore)
    {
        if (_return.Bind(1, id).Bind(2, notBefore).Bind(3, 1).Execute() == 1)
        {
            BackToPending(1);
        }
        else if (_return.Bind(1, id).Bind(2, notBefore).Bind(3, 0).Execute() == 1)
        {
            Woke = true;
        }
    }

    /// <summary>Makes all rows pending that were not sent on the resumed stream; removes those that were sent too often.</summary>
    public int Requeue(string? resumedStreamId, int mostAttempts)
    {
        while (First(_wornOut.Bind(1, resumedStreamId).Bind(2, mostAttempts)) is { } id)
        {
            Drop(id, DropReason.TooManyAttempts);
        }

        return BackToPending(_requeue.Bind(1, resumedStreamId).Execute());
    }

    /// <summary>Makes rows of a stream pending that its server does not have.</summary>
    public int RequeueUnacknowledged(string streamId) => BackToPending(_requeueUnacknowledged.Bind(1, streamId).Execute());

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)
            [_insert, _oldestNotFinal, _oldest, _delete, _countDrop, _send, _sendAgain, _return, _wornOut, _requeue, _requeueUnacknowledged, _clear])
        {
            statement.Dispose();
        }
    }

    private static long? First(Statement statement)
    {
        long? id = statement.Read() ? statement.Number(0) : null;
        statement.Reset();
        return id;
    }

    private static OutboxCounts Count(SqliteConnection connection)
    {
        using var count = new Statement(connection, """
            SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1), ifnull(sum(size), 0),
              ifnull((SELECT value FROM counter WHERE name = 'outbox_dropped'), 0)
            FROM outbox
            """);
        count.Read();
        return new((int)count.Number(0), (int)count.Number(1), count.Number(2), count.Number(3));
    }

    private void Drop(long id, DropReason reason)
    {
        var isFinal = Remove(id) ?? throw new InvalidOperationException("The row to be dropped is gone.");
        _countDrop.Execute();
        Counts = Counts with { Dropped = Counts.Dropped + 1 };
        Drops.Add(new(id, reason, isFinal));
    }

    private int BackToPending(int rows)
    {
        Counts = Counts with { Pending = Counts.Pending + rows, Sent = Counts.Sent - rows };
        Woke |= rows > 0;
        return rows;
    }
}
