using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>An outbox that keeps what grains put into it themselves; answers of tasks go through the task store.</summary>
public sealed class RecordingOutbox : IOutbox
{
    private readonly Lock _gate = new();
    private readonly List<OutboxDraft> _drafts = [];
    private readonly Signal _changed = new();
    private volatile OutboxFigures _figures = new(0, 0, 0, 0);

    public IReadOnlyList<OutboxDraft> Drafts
    {
        get
        {
            lock (_gate)
            {
                return [.. _drafts];
            }
        }
    }

    /// <summary>How full it says it is.</summary>
    public OutboxFigures Figures
    {
        get => _figures;
        set => _figures = value;
    }

    public Task WhenAdded(int count = 1) => _changed.When(() => Drafts.Count >= count);

    public ValueTask AddAsync(OutboxDraft draft)
    {
        lock (_gate)
        {
            _drafts.Add(draft);
        }

        _changed.Set();
        return ValueTask.CompletedTask;
    }

    public ValueTask<OutboxFigures> ReadFiguresAsync() => new(Figures);

    public ValueTask<IReadOnlyList<OutboxRow>> ReadDueAsync(DateTimeOffset now, int limit) => throw new NotSupportedException();

    /// <summary>When its next message is due.</summary>
    public DateTimeOffset? NextDue { get; set; }

    public ValueTask<DateTimeOffset?> NextDueAsync() => new(NextDue);

    public ValueTask MarkSentAsync(string? streamId, IReadOnlyList<SentRow> rows) => throw new NotSupportedException();

    public ValueTask MarkAcknowledgedAsync(string streamId, long sequence) => throw new NotSupportedException();

    public ValueTask ConfirmAsync(string stanzaId) => throw new NotSupportedException();

    public ValueTask ReturnAsync(string stanzaId, DateTimeOffset notBefore) => throw new NotSupportedException();

    public ValueTask<int> RequeueUnconfirmedAsync(string? resumedStreamId, int mostAttempts) => throw new NotSupportedException();

    public ValueTask<int> RequeueUnacknowledgedAsync(string streamId) => throw new NotSupportedException();

    public Task WaitForChangeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
