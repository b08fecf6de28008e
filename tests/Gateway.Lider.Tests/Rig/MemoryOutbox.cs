using System.Globalization;
using System.Threading.Channels;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Gateway.Lider.Tests.Rig;

/// <summary>An outbox in memory that keeps the real one's order, notes its calls, and fails when a test says so.</summary>
internal sealed class MemoryOutbox : IOutbox
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Row> _rows = [];
    private readonly Channel<bool> _change = Channel.CreateUnbounded<bool>();
    private long _lastId;

    /// <summary>Whether every call fails.</summary>
    public bool IsBroken { get; set; }

    /// <summary>How many calls have failed.</summary>
    public int Failures { get; private set; }

    /// <summary>Calls other than those that read and add, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Set after each call.</summary>
    public Signal Changed { get; } = new();

    /// <summary>What a receipt has not removed yet.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _rows.Count;
            }
        }
    }

    public static string StanzaId(long id) => string.Create(CultureInfo.InvariantCulture, $"s{id}");

    public ValueTask AddAsync(OutboxDraft draft) => Do(() =>
    {
        _rows.Add(++_lastId, new Row(draft.Body, draft.NotBefore));
        _change.Writer.TryWrite(true);
    });

    public ValueTask<IReadOnlyList<OutboxRow>> ReadDueAsync(DateTimeOffset now, int limit) => Do(() =>
        (IReadOnlyList<OutboxRow>)[.. _rows.Where(row => !row.Value.IsSent && row.Value.NotBefore <= now).Take(limit)
            .Select(row => new OutboxRow(row.Key, StanzaId(row.Key), row.Value.Body))]);

    public ValueTask<DateTimeOffset?> NextDueAsync() => Do(() =>
        _rows.Values.Where(row => !row.IsSent).Select(row => (DateTimeOffset?)row.NotBefore).Min());

    public ValueTask MarkSentAsync(string? streamId, IReadOnlyList<SentRow> rows) => Do(() =>
    {
        foreach (var row in rows)
        {
            _rows[row.Id] = _rows[row.Id] with { IsSent = true };
        }
    });

    public ValueTask MarkAcknowledgedAsync(string streamId, long sequence) => Note($"acknowledged {streamId} {sequence}");

    public ValueTask ConfirmAsync(string stanzaId) => Do(() =>
    {
        Calls.Add($"confirm {stanzaId}");
        _rows.Remove(_rows.Keys.FirstOrDefault(id => StanzaId(id) == stanzaId));
    });

    public ValueTask ReturnAsync(string stanzaId, DateTimeOffset notBefore) => Do(() =>
    {
        Calls.Add(string.Create(CultureInfo.InvariantCulture, $"return {stanzaId} {notBefore:HH:mm:ss}"));
        var id = _rows.Keys.FirstOrDefault(id => StanzaId(id) == stanzaId);
        if (_rows.TryGetValue(id, out var row))
        {
            _rows[id] = row with { IsSent = false, NotBefore = notBefore };
            _change.Writer.TryWrite(true);
        }
    });

    public ValueTask<int> RequeueUnconfirmedAsync(string? resumedStreamId, int mostAttempts) => Note($"requeue {resumedStreamId}", 0);

    public ValueTask<int> RequeueUnacknowledgedAsync(string streamId) => Note($"requeue unacknowledged {streamId}", 0);

    public ValueTask<OutboxFigures> ReadFiguresAsync() => Do(() => new OutboxFigures(_rows.Count, 0, 0, 0));

    public async Task WaitForChangeAsync(CancellationToken cancellationToken) => await _change.Reader.ReadAsync(cancellationToken);

    private ValueTask Note(string call) => Do(() => Calls.Add(call));

    private ValueTask<int> Note(string call, int result) => Do(() =>
    {
        Calls.Add(call);
        return result;
    });

    private async ValueTask Do(Action action) => await Do(() =>
    {
        action();
        return true;
    });

    private async ValueTask<T> Do<T>(Func<T> action)
    {
        await Task.Yield();
        try
        {
            lock (_gate)
            {
                if (IsBroken)
                {
                    Failures++;
                    throw new StorageException("/test/ahenk.db", "The disk is full.");
                }

                return action();
            }
        }
        finally
        {
            Changed.Set();
        }
    }

    private sealed record Row(string Body, DateTimeOffset NotBefore, bool IsSent = false);
}
