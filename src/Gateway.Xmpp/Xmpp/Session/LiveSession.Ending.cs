using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <content>How a session ends: in order, or with a word about what the server did wrong.</content>
internal sealed partial class LiveSession
{
    /// <summary>
    /// Tells the server what it did wrong. A stanza that was refused is acknowledged with those before it, if they are stored: otherwise the
    /// server would deliver it again and again, and whoever can send such a stanza could keep the client from its work.
    /// </summary>
    private async Task RefuseAsync(StreamFailureException failure, Task reading, Task settling)
    {
        using var bound = new CancellationTokenSource(CloseTime, _time);
        _inbound.Complete();
        var acknowledges = failure.RefusedStanza && _counting && await HasSettledAsync(settling, bound.Token);
        using var buffer = new OutgoingBuffer();
        if (acknowledges)
        {
            StanzaWriter.Acknowledgement(buffer, _inbound.Handled + 1);
            _logger.StanzaRefused();
        }

        StanzaWriter.StreamEnd(buffer, failure.Condition, failure.Detail);
        await FinishAsync(buffer, reading, bound.Token);
    }

    private async Task CloseAsync(Task reading, Task settling)
    {
        using var bound = new CancellationTokenSource(CloseTime, _time);
        _closing = true;
        _inbound.Complete();
        var acknowledges = _counting && await HasSettledAsync(settling, bound.Token);
        if (_options.IsPermanent)
        {
            await _queue.PostOwedAsync(buffer => buffer.Raw("<presence type='unavailable'/>"u8), bound.Token);
        }

        using var end = new OutgoingBuffer();
        if (acknowledges)
        {
            StanzaWriter.Acknowledgement(end, _inbound.Handled);
        }

        StanzaWriter.StreamEnd(end, null, null);
        await FinishAsync(end, reading, bound.Token);
    }

    private static async Task<bool> HasSettledAsync(Task settling, CancellationToken cancellationToken)
    {
        await settling.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return settling.IsCompletedSuccessfully;
    }

    /// <summary>Writes the stream's last bytes and waits for the server's end of it, both no longer than the bound.</summary>
    private async Task FinishAsync(OutgoingBuffer end, Task reading, CancellationToken bound)
    {
        await _queue.DetachAsync();
        Task written = _output.Post(end.Written.Span).WaitAsync(bound);
        await written.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reading.IsFaulted)
        {
            using var brief = new CancellationTokenSource(LastWordsTime, _time);
            await _link.DrainAsync(brief.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else
        {
            await reading.WaitAsync(bound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _queue.ForgetStreamAsync(null, CancellationToken.None);
    }

    private static async Task EndedAsync(params Task[] loops)
    {
        // Their reason was told by the first one that ended; the others end because the connection is gone.
        foreach (var loop in loops)
        {
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
