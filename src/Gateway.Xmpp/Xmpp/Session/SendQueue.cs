using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>
/// Everything that leaves during sessions, in one order: the send lock is held while stanzas are numbered, told to the journal and posted, and never
/// while the network is waited for. It outlives sessions, since the unacknowledged stanzas do.
/// </summary>
internal sealed partial class SendQueue(XmppClientOptions options, IStreamJournal? journal) : IDisposable
{
    /// <summary>Answers the client owes may stand in the queue beyond its bound: waiting for room would stop the reading that makes room.</summary>
    private const int OwedStanzas = 1000;

    private const int MostWaitingBytes = 4 << 20;

    /// <summary>So much is posted at once; then the sender waits until it was written.</summary>
    private const int RoundBytes = 256 * 1024;

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

    /// <summary>Sends messages; see <see cref="IXmppClient.SendAsync"/>.</summary>
    public async ValueTask<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        var outcomes = new SendOutcome[messages.Count];
        for (var next = 0; next < messages.Count;)
        {
            Task? change = null;
            Task<bool>? written = null;
            var first = next;
            var isKept = false;
            await _lock.WaitAsync(cancellationToken);
            try
            {
                if (_output is null)
                {
                    Array.Fill(outcomes, SendOutcome.NotConnected, next, messages.Count - next);
                    break;
                }

                isKept = _ledger.IsCounting;
                var room = isKept ? options.MaxUnacknowledged - _ledger.Unacknowledged : messages.Count;
                if (room <= 0)
                {
                    change = _change.Task;
                }
                else
                {
                    (next, written) = await PostAsync(_output, messages, outcomes, next, room, RoundBytes, cancellationToken);
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

            if (written is not null && !await written && !isKept)
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
                if (_ledger.IsCounting ? _ledger.Unacknowledged >= options.MaxUnacknowledged + OwedStanzas : output.Waiting > MostWaitingBytes)
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

    /// <inheritdoc/>
    public void Dispose() => _scratch.Dispose();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async ValueTask<(int Next, Task<bool>? Written)> PostAsync(
        StreamOutput output, IReadOnlyList<OutgoingMessage> messages, SendOutcome[] outcomes, int next, int room, int mostBytes, CancellationToken cancellationToken)
    {
        _scratch.Clear();
        var posted = new List<OutgoingMessage>(Math.Min(room, messages.Count - next));
        var ends = new List<int>(posted.Capacity);
        for (; next < messages.Count && posted.Count < room && _scratch.Length < mostBytes; next++)
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
        var posted = 0;
        var asked = 0;
        Task<bool>? written = null;
        var bytes = _scratch.Length;
        foreach (var end in ends)
        {
            written = output.Post(_scratch.Written.Span[posted..end]);
            posted = end;
            if (end < bytes && end - asked < AskEveryBytes)
            {
                continue;
            }

            Ask(end - asked);
            if (_scratch.Length > bytes)
            {
                written = output.Post(_scratch.Written.Span[bytes..]);
            }

            _scratch.Truncate(bytes);
            asked = end;
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

    private void Signal()
    {
        var change = _change;
        _change = NewSource();
        change.TrySetResult();
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
