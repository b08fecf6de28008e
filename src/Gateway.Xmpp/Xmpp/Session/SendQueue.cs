using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>
/// Everything that leaves during sessions, in one order: the send lock is held while stanzas are numbered, told to the journal and posted, and never
/// while the network is waited for. It outlives sessions, since the unacknowledged stanzas do.
/// </summary>
internal sealed class SendQueue(XmppClientOptions options, IStreamJournal? journal) : IDisposable
{
    /// <summary>Answers the client owes may stand in the queue beyond its bound: waiting for room would stop the reading that makes room.</summary>
    private const int OwedStanzas = 1000;

    private const int MostWaitingBytes = 4 << 20;

    /// <summary>After so many bytes the server is asked again: on a slow link its answers are then never far apart (LP 1.10).</summary>
    public const int AskEveryBytes = 32 * 1024;

    private readonly SemaphoreSlim _lock = new(1, 1);
    private readonly OutgoingBuffer _scratch = new();
    private readonly StreamLedger _ledger = new();
    private TaskCompletionSource _change = NewSource();
    private StreamOutput? _output;
    private bool _restored;
    private bool _asked;
    private int _bytesSinceAsked;

    /// <summary>Stanzas the server has not acknowledged.</summary>
    public int Unacknowledged => _ledger.Unacknowledged;

    /// <summary>The stream that may be resumed. Between sessions only.</summary>
    public (string StreamId, Jid BoundJid)? Resumable => _ledger is { StreamId: { } id, BoundJid: { } jid } ? (id, jid) : null;

    /// <summary>How much of the server's stanzas was handled when the last connection ended. Between sessions only.</summary>
    public long Handled
    {
        get => _ledger.Handled;
        set => _ledger.Handled = value;
    }

    /// <summary>Reads the journal once, before the first connection.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        if (journal is null)
        {
            return;
        }

        StreamState? state = null;
        await GuardAsync(async () => state = await journal.LoadAsync(cancellationToken));
        if (state is not null)
        {
            _ledger.Restore(state);
            _restored = true;
        }
    }

    /// <summary>Sends messages; see <see cref="IXmppClient.SendAsync"/>.</summary>
    public async ValueTask<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        var outcomes = new SendOutcome[messages.Count];
        for (var next = 0; next < messages.Count;)
        {
            Task? change = null;
            Task<bool>? written = null;
            var first = next;
            await _lock.WaitAsync(cancellationToken);
            try
            {
                if (_output is null)
                {
                    Array.Fill(outcomes, SendOutcome.NotConnected, next, messages.Count - next);
                    break;
                }

                var room = _ledger.IsCounting ? options.MaxUnacknowledged - _ledger.Unacknowledged : messages.Count;
                if (room <= 0)
                {
                    change = _change.Task;
                }
                else
                {
                    (next, written) = await PostAsync(_output, messages, outcomes, next, room, cancellationToken);
                }
            }
            finally
            {
                _lock.Release();
            }

            if (change is not null)
            {
                await change.WaitAsync(cancellationToken);
            }

            if (written is not null && !await written && !_ledger.IsCounting)
            {
                // Without stream management nobody keeps what the connection did not take.
                for (var i = first; i < next; i++)
                {
                    outcomes[i] = outcomes[i] == SendOutcome.Sent ? SendOutcome.NotConnected : outcomes[i];
                }
            }
        }

        return outcomes;
    }

    /// <summary>Posts a stanza the client owes the server or itself, even when the queue is full.</summary>
    /// <exception cref="StreamFailureException">The server takes no stanzas any more.</exception>
    public async ValueTask PostOwedAsync(Action<OutgoingBuffer> write, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (_output is { } output)
            {
                if (_ledger.Unacknowledged >= options.MaxUnacknowledged + OwedStanzas || output.Waiting > MostWaitingBytes)
                {
                    throw new StreamFailureException(XmppFailureKind.TimedOut, "The server takes or acknowledges no stanzas any more.");
                }

                PostOther(output, write);
            }
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>Posts an IQ request; waits while the queue is full.</summary>
    public async ValueTask<SendOutcome> PostRequestAsync(Action<OutgoingBuffer> write, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            await _lock.WaitAsync(cancellationToken);
            try
            {
                if (_output is not { } output)
                {
                    return SendOutcome.NotConnected;
                }

                if (_ledger.Unacknowledged < options.MaxUnacknowledged)
                {
                    return PostOther(output, write) ? SendOutcome.Sent : SendOutcome.TooLarge;
                }

                change = _change.Task;
            }
            finally
            {
                _lock.Release();
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Posts what does not count: an acknowledgement, a request for one, the end of the stream.</summary>
    /// <param name="session">The session's output: what a session that has ended would say is not said in the next one.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask PostUncountedAsync(StreamOutput session, Action<OutgoingBuffer> write, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (_output == session)
            {
                _scratch.Clear();
                write(_scratch);
                _ = session.Post(_scratch.Written.Span);
            }
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>The server acknowledges.</summary>
    /// <exception cref="StreamFailureException">It acknowledges more than was sent.</exception>
    public async ValueTask AcknowledgedAsync(uint handledByServer, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            await ForgetAcknowledgedAsync(handledByServer, cancellationToken);
            _asked = false;
            if (_ledger.Unacknowledged > 0 && _output is { } output)
            {
                _scratch.Clear();
                Ask(0);
                _ = output.Post(_scratch.Written.Span);
            }
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>A stream was resumed: what the server has is forgotten. Nothing is sent yet.</summary>
    public async ValueTask ResumeAsync(uint handledByServer, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            TakeServersWord(handledByServer);
            await ForgetAcknowledgedAsync(handledByServer, cancellationToken);
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>A stream could not be resumed, or was ended: it is not tried again.</summary>
    /// <param name="handledByServer">How much the server had, where it told.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask ForgetStreamAsync(uint? handledByServer, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (_ledger.StreamId is null)
            {
                return;
            }

            if (handledByServer is { } told)
            {
                TakeServersWord(told);
            }

            // A count that cannot be is of no use here, where the stream is lost anyway.
            if (handledByServer is { } count && _ledger.Acknowledge(count, out var acknowledged) && journal is not null)
            {
                var lost = _ledger.StreamId;
                await GuardAsync(() => journal.AcknowledgedAsync(lost, acknowledged, cancellationToken));
            }

            _ledger.Forget();
            if (journal is not null)
            {
                await GuardAsync(() => journal.EndedAsync(cancellationToken));
            }
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>A new stream stands; what the last one left is kept for <see cref="AttachAsync"/>.</summary>
    /// <returns>The messages to send again.</returns>
    public async ValueTask<IReadOnlyList<OutgoingMessage>> BeginAsync(Negotiated negotiated, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            _restored = false;
            var again = _ledger.Begin(negotiated.Counting, negotiated.StreamId, negotiated.BoundJid);
            if (negotiated.StreamId is { } streamId && journal is not null)
            {
                await GuardAsync(() => journal.EstablishedAsync(new StreamState(streamId, negotiated.BoundJid, 0, 0), cancellationToken));
            }

            return again;
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>Opens the queue for a session and sends again what has to be.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="resumed">Whether the stream was resumed: then everything open goes again as it was.</param>
    /// <param name="again">Messages of a lost stream.</param>
    /// <param name="presence">The presence that a new stream begins with, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask AttachAsync(
        StreamOutput output, bool resumed, IReadOnlyList<OutgoingMessage> again, Action<OutgoingBuffer>? presence, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            _asked = false;
            _bytesSinceAsked = 0;
            _scratch.Clear();
            if (resumed)
            {
                foreach (var stanza in _ledger.Open())
                {
                    Write(stanza);
                }
            }
            else if (presence is not null)
            {
                presence(_scratch);
                _ledger.Add(new SentStanza(null, _scratch.Written.ToArray()));
            }

            if (_scratch.Length > 0)
            {
                Ask(_scratch.Length);
                _ = output.Post(_scratch.Written.Span);
            }

            if (again.Count > 0)
            {
                await GuardAsync(async () => await PostAsync(output, again, new SendOutcome[again.Count], 0, again.Count, cancellationToken));
            }

            _output = output;
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>Closes the queue: the session has ended.</summary>
    public async ValueTask DetachAsync()
    {
        await _lock.WaitAsync(CancellationToken.None);
        try
        {
            _output = null;
            Signal();
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        _scratch.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A journal that fails ends the session: what it should know cannot be relied on. In a caller's own send the caller hears of it instead.</summary>
    private static async ValueTask GuardAsync(Func<ValueTask> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new StreamFailureException(XmppFailureKind.HandlerFailed, $"The state of the stream could not be stored: {e.Message}", e);
        }
    }

    private async ValueTask<(int Next, Task<bool>? Written)> PostAsync(
        StreamOutput output, IReadOnlyList<OutgoingMessage> messages, SendOutcome[] outcomes, int next, int room, CancellationToken cancellationToken)
    {
        _scratch.Clear();
        var posted = new List<OutgoingMessage>(Math.Min(room, messages.Count - next));
        var ends = new List<int>(posted.Capacity);
        for (; next < messages.Count && posted.Count < room; next++)
        {
            if (!StanzaWriter.TryWrite(_scratch, messages[next], options.MaxOutgoingStanzaBytes))
            {
                outcomes[next] = SendOutcome.TooLarge;
                continue;
            }

            outcomes[next] = SendOutcome.Sent;
            posted.Add(messages[next]);
            ends.Add(_scratch.Length);
        }

        if (posted.Count == 0)
        {
            return (next, null);
        }

        await TellJournalAsync(posted, cancellationToken);
        foreach (var message in posted)
        {
            _ledger.Add(new SentStanza(message, null));
        }

        return (next, PostWithRequests(output, ends));
    }

    private bool PostOther(StreamOutput output, Action<OutgoingBuffer> write)
    {
        _scratch.Clear();
        write(_scratch);
        if (_scratch.Length > options.MaxOutgoingStanzaBytes)
        {
            return false;
        }

        _ledger.Add(new SentStanza(null, _ledger.IsCounting ? _scratch.Written.ToArray() : null));
        Ask(_scratch.Length);
        _ = output.Post(_scratch.Written.Span);
        return true;
    }

    /// <summary>Posts the scratch with requests for acknowledgements between the stanzas where many bytes go by.</summary>
    private Task<bool> PostWithRequests(StreamOutput output, List<int> ends)
    {
        var start = 0;
        Task<bool>? written = null;
        var bytes = _scratch.Length;
        for (var i = 0; i < ends.Count; i++)
        {
            var isLast = i == ends.Count - 1;
            if (!isLast && ends[i] - start < AskEveryBytes)
            {
                continue;
            }

            _ = output.Post(_scratch.Written.Span[start..ends[i]]);
            var before = _scratch.Length;
            Ask(ends[i] - start);
            written = output.Post(_scratch.Written.Span[before..]);
            _scratch.Truncate(bytes);
            start = ends[i];
        }

        return written!;
    }

    private async ValueTask TellJournalAsync(List<OutgoingMessage> posted, CancellationToken cancellationToken)
    {
        if (journal is null || !posted.Exists(m => m.Tag != 0))
        {
            return;
        }

        var counting = _ledger.StreamId is not null;
        var marks = new List<SentMark>(posted.Count);
        for (var i = 0; i < posted.Count; i++)
        {
            if (posted[i].Tag != 0)
            {
                marks.Add(new SentMark(posted[i].Tag, counting ? _ledger.Sent + i + 1 : 0));
            }
        }

        await journal.SendingAsync(_ledger.StreamId, marks, cancellationToken);
    }

    private async ValueTask ForgetAcknowledgedAsync(uint handledByServer, CancellationToken cancellationToken)
    {
        var before = _ledger.Unacknowledged;
        var sent = _ledger.Sent;
        if (!_ledger.Acknowledge(handledByServer, out var acknowledged))
        {
            throw StreamFailureException.Violation(
                "undefined-condition",
                $"The server acknowledged {handledByServer} stanzas, and {sent} were sent.",
                $"<handled-count-too-high xmlns='urn:xmpp:sm:3' h='{handledByServer}' send-count='{unchecked((uint)sent)}'/>");
        }

        if (_ledger.StreamId is { } streamId && journal is not null && (before != _ledger.Unacknowledged || _output is null))
        {
            await GuardAsync(() => journal.AcknowledgedAsync(streamId, acknowledged, cancellationToken));
        }

        Signal();
    }

    /// <summary>After a restart only the server knows how many stanzas there were.</summary>
    private void TakeServersWord(uint handledByServer)
    {
        if (_restored)
        {
            _ledger.RestoreSent(handledByServer);
            _restored = false;
        }
    }

    private void Signal()
    {
        var change = _change;
        _change = NewSource();
        change.TrySetResult();
    }

    private void Write(SentStanza stanza)
    {
        if (stanza.Message is { } message)
        {
            StanzaWriter.TryWrite(_scratch, message, options.MaxOutgoingStanzaBytes);
        }
        else
        {
            _scratch.Raw(stanza.Bytes);
        }
    }

    /// <summary>Adds a request for an acknowledgement (XEP-0198 4) to the scratch when none is open, or when much was written since the last.</summary>
    private void Ask(int bytes)
    {
        _bytesSinceAsked += bytes;
        if (_ledger.IsCounting && (!_asked || _bytesSinceAsked >= AskEveryBytes))
        {
            _scratch.Raw("<r xmlns='urn:xmpp:sm:3'/>"u8);
            _asked = true;
            _bytesSinceAsked = 0;
        }
    }
}
