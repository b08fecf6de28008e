using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <content>What streams mean to the queue: acknowledged, resumed, lost, begun.</content>
internal sealed partial class SendQueue
{
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
                await GuardAsync(async () => await PostAsync(output, again, new SendOutcome[again.Count], 0, again.Count, int.MaxValue, cancellationToken));
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
}
