using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Keeps the stream's numbers with the outbox, so that a restarted agent resumes its stream and knows what has arrived.</summary>
internal sealed class StreamJournal(IStreamStore streams, IOutbox outbox) : IStreamJournal
{
    /// <inheritdoc/>
    public async ValueTask<StreamState?> LoadAsync(CancellationToken cancellationToken) =>
        await streams.LoadAsync() is { } stored && Jid.TryParse(stored.BoundJid, out var jid)
            ? new StreamState(stored.StreamId, jid, stored.Handled, stored.Sent)
            : null;

    /// <inheritdoc/>
    public ValueTask EstablishedAsync(StreamState state, CancellationToken cancellationToken) =>
        streams.SaveAsync(new StoredStream(state.StreamId, state.BoundJid.ToString(), state.Handled, state.Sent));

    /// <inheritdoc/>
    public ValueTask EndedAsync(CancellationToken cancellationToken) => streams.ClearAsync();

    /// <inheritdoc/>
    public ValueTask SendingAsync(string? streamId, IReadOnlyList<SentMark> marks, CancellationToken cancellationToken) =>
        outbox.MarkSentAsync(streamId, [.. marks.Select(mark => new SentRow(mark.Tag, mark.Sequence))]);

    /// <inheritdoc/>
    public ValueTask AcknowledgedAsync(string streamId, long sequence, CancellationToken cancellationToken) =>
        outbox.MarkAcknowledgedAsync(streamId, sequence);
}
