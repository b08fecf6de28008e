using Ahenk.Grains.Interfaces;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>A sent stanza the server has not acknowledged: a message, or the bytes of another stanza.</summary>
internal readonly record struct SentStanza(OutgoingMessage? Message, byte[]? Bytes);

/// <summary>
/// What the client has sent on a stream with stream management (XEP-0198) and the server does not have yet. It outlives connections. Counts
/// are not wrapped at 2^32; the wire's are. Not thread-safe: the send lock guards it.
/// </summary>
internal sealed class StreamLedger
{
    private readonly Queue<SentStanza> _unacknowledged = new();
    private int _count;

    /// <summary>Whether stanzas are counted at all.</summary>
    public bool IsCounting { get; private set; }

    /// <summary>The id to resume with, or <see langword="null"/>.</summary>
    public string? StreamId { get; private set; }

    /// <summary>The JID that goes with the stream.</summary>
    public Jid? BoundJid { get; private set; }

    /// <summary>How many stanzas were sent on the stream.</summary>
    public long Sent { get; private set; }

    /// <summary>How many of the server's stanzas have been handled; kept here between two connections.</summary>
    public long Handled { get; set; }

    /// <summary>Stanzas not acknowledged. May be read from anywhere.</summary>
    public int Unacknowledged => Volatile.Read(ref _count);

    /// <summary>Takes over the stream of an earlier process; its queue is lost, so the server's count is the only one.</summary>
    public void Restore(StreamState state)
    {
        (IsCounting, StreamId, BoundJid, Sent, Handled) = (true, state.StreamId, state.BoundJid, state.Sent, state.Handled);
    }

    /// <summary>The server resumed a restored stream: what it has is what was sent.</summary>
    public void RestoreSent(uint handledByServer) => Sent = Extend(handledByServer, Sent);

    /// <summary>A new stream begins.</summary>
    /// <returns>The messages of the last one that the server does not have.</returns>
    public IReadOnlyList<OutgoingMessage> Begin(bool counting, string? streamId, Jid boundJid)
    {
        var messages = _unacknowledged.Where(s => s.Message is not null).Select(s => s.Message!).ToList();
        _unacknowledged.Clear();
        Volatile.Write(ref _count, 0);
        (IsCounting, StreamId, BoundJid, Sent, Handled) = (counting, streamId, boundJid, 0, 0);
        return messages;
    }

    /// <summary>The stream cannot be resumed; what was not acknowledged is kept for the next one.</summary>
    public void Forget() => StreamId = null;

    /// <summary>Counts a stanza that is about to be written.</summary>
    public void Add(SentStanza stanza)
    {
        AgentMetrics.StanzaSent();
        if (IsCounting)
        {
            Sent++;
            _unacknowledged.Enqueue(stanza);
            Volatile.Write(ref _count, _unacknowledged.Count);
        }
    }

    /// <summary>The server has handled so many.</summary>
    /// <returns>Whether that can be: not more than were sent.</returns>
    public bool Acknowledge(uint handledByServer, out long acknowledged)
    {
        var before = Sent - _unacknowledged.Count;
        acknowledged = before + unchecked(handledByServer - (uint)before);
        if (acknowledged > Sent)
        {
            return false;
        }

        for (; before < acknowledged; before++)
        {
            _unacknowledged.Dequeue();
        }

        Volatile.Write(ref _count, _unacknowledged.Count);
        return true;
    }

    /// <summary>What has to be sent again on a resumed stream, in order.</summary>
    public IEnumerable<SentStanza> Open() => _unacknowledged;

    /// <summary>The count nearest to <paramref name="near"/> whose low 32 bits are <paramref name="wire"/>.</summary>
    public static long Extend(uint wire, long near) => Math.Max(wire, near + unchecked((int)(wire - (uint)near)));
}
