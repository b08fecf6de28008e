using System.Globalization;
using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>One session on one connection: reads, answers, acknowledges, watches for silence, until it fails or is ended.</summary>
internal sealed partial class LiveSession : IDisposable
{
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LastWordsTime = TimeSpan.FromSeconds(1);

    private readonly XmppClientOptions _options;
    private readonly XmppLink _link;
    private readonly Negotiated _negotiated;
    private readonly SendQueue _queue;
    private readonly IqRequests _requests;
    private readonly IqResponder _responder;
    private readonly IXmppHandler _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<string> _nextId;
    private readonly CancellationToken _handling;
    private readonly Jid _server;
    private readonly StreamOutput _output = new();
    private readonly InboundWindow _inbound;
    private readonly bool _counting;
    private long _ignoredSubscriptions;
    private volatile bool _readingIsHeld;
    private volatile bool _closing;

    /// <summary>Takes over a negotiated connection.</summary>
    /// <param name="parts">What belongs to the client.</param>
    /// <param name="link">The connection.</param>
    /// <param name="negotiated">What was negotiated.</param>
    /// <param name="handling">Handed to the handler with each message.</param>
    public LiveSession(SessionParts parts, XmppLink link, Negotiated negotiated, CancellationToken handling)
    {
        (_options, _queue, _requests, _responder, _handler, _time, _logger, _nextId) = parts;
        _link = link;
        _negotiated = negotiated;
        _handling = handling;
        _counting = negotiated.Counting;
        _server = Jid.Parse(_options.ServiceName);
        _inbound = new InboundWindow(negotiated.ResumedAt is null ? 0 : _queue.Handled, _options.ReceiveWindow, PostAcknowledgementAsync);
    }

    /// <summary>What came and how much of it is handled; goes on rising while handlers finish after the session.</summary>
    public InboundWindow Inbound => _inbound;

    /// <summary>Runs the session.</summary>
    /// <param name="again">Messages of a lost stream, to be sent anew.</param>
    /// <param name="online">Called when the session stands.</param>
    /// <param name="stop">Ends the session in order; then this returns.</param>
    /// <exception cref="StreamFailureException">The session failed.</exception>
    public async Task RunAsync(IReadOnlyList<OutgoingMessage> again, Action online, CancellationToken stop)
    {
        using var connection = new CancellationTokenSource();
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), stopping);
        var writing = _output.RunAsync(_link.Output, connection.Token);
        var (reading, settling, watching) = (Task.CompletedTask, Task.CompletedTask, Task.CompletedTask);
        try
        {
            // What has to be sent again is posted before anything is read: an answer to what is read then comes behind it.
            await _queue.AttachAsync(
                _output, _negotiated.ResumedAt is not null, again, _options.IsPermanent ? StanzaWriter.InitialPresence : null, CancellationToken.None);
            online();
            settling = SettleAsync();
            reading = ReadAsync(connection.Token);
            watching = new Liveness(_options, _link.Meter, _time, IsHeldOnPurpose, PingAsync).WatchAsync(connection.Token);

            // The settling loop comes first: when a handler has failed, that is the reason to tell.
            var ended = await Task.WhenAny(settling, reading, writing, watching, stopping.Task);
            if (ended == stopping.Task)
            {
                await CloseAsync(reading, settling);
            }
            else
            {
                // A server that ends a stream says why: its last words are worth more than a write that failed.
                if (ended == writing)
                {
                    await Task.WhenAny(reading, Task.Delay(LastWordsTime, _time, connection.Token));
                }

                await (ended == writing && reading.IsFaulted ? reading : ended);
            }
        }
        catch (StreamFailureException e) when (e.Condition is not null)
        {
            await RefuseAsync(e, reading, settling);
            throw;
        }
        finally
        {
            await _queue.DetachAsync();
            _inbound.Complete();
            await connection.CancelAsync();
            _link.Abort();
            await EndedAsync(reading, writing, watching);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        foreach (var early in _negotiated.Early)
        {
            await TakeStanzaAsync(early, false, cancellationToken);
        }

        while (await _link.ReadAsync(cancellationToken) is { } element)
        {
            if (element.Name.Namespace == Ns.Client)
            {
                await TakeStanzaAsync(element, _counting, cancellationToken);
            }
            else if (element.Name.Namespace == Ns.StreamManagement && _counting)
            {
                await TakeManagementAsync(element, cancellationToken);
            }
            else if (element.Name == Ns.Stream + "error")
            {
                throw StreamErrors.ToFailure(element);
            }
            else
            {
                throw StreamFailureException.Violation(
                    "unsupported-stanza-type", $"The server sent <{StreamErrors.Shown(element.Name.LocalName)}>, which is not known.");
            }
        }

        if (!_closing)
        {
            // RFC 6120 4.4: an end is answered with an end. Whether the stream can be resumed all the same, the server says.
            Task answered = _output.Post("</stream:stream>"u8).WaitAsync(LastWordsTime, _time, cancellationToken);
            await answered.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new StreamFailureException(XmppFailureKind.ConnectionLost, "The server closed the stream.");
        }
    }

    private async ValueTask TakeStanzaAsync(XElement stanza, bool counts, CancellationToken cancellationToken)
    {
        if (_closing)
        {
            // It came after the last acknowledgement: the server keeps it.
            return;
        }

        if (!_inbound.HasRoom)
        {
            _readingIsHeld = true;
            await _inbound.WaitForRoomAsync(cancellationToken);
            _link.Meter.Heard();
            _readingIsHeld = false;
        }

        AgentMetrics.StanzaReceived();
        switch (stanza.Name.LocalName)
        {
            case "message":
                _inbound.Arrived(Handle(stanza, counts), counts);
                break;
            case "iq":
                await TakeIqAsync(stanza, cancellationToken);
                _inbound.Arrived(Task.CompletedTask, counts);
                break;
            case "presence":
                await TakePresenceAsync(stanza, cancellationToken);
                _inbound.Arrived(Task.CompletedTask, counts);
                break;
            default:
                throw StreamFailureException.Violation("unsupported-stanza-type", "The server sent a stanza that is none of message, presence and iq.");
        }
    }

    private Task Handle(XElement stanza, bool counts)
    {
        var message = MessageParser.Parse(stanza, _server, counts ? _negotiated.StreamId : null, counts ? _inbound.NextSequence : 0);
        if (message is null)
        {
            _logger.MalformedSender();
            return Task.CompletedTask;
        }

        return HandleAsync(message);
    }

    private async Task HandleAsync(XmppMessage message) => await _handler.OnMessageAsync(message, _handling);

    private async ValueTask TakeIqAsync(XElement iq, CancellationToken cancellationToken)
    {
        var type = (string?)iq.Attribute("type");
        var from = (string?)iq.Attribute("from");
        if (type is "result" or "error")
        {
            if (!_requests.TryAnswer(iq, _negotiated.BoundJid))
            {
                _logger.UnexpectedAnswer(StreamErrors.Shown(from));
            }

            return;
        }

        if (type is not ("get" or "set") || (string?)iq.Attribute("id") is not { } id)
        {
            return;
        }

        var isOwn = from is null || (Jid.TryParse(from, out var sender) && (sender == _server || sender == _negotiated.BoundJid.Bare));
        var (answer, payload) = _responder.Answer(iq, isOwn);
        await _queue.PostOwedAsync(buffer => StanzaWriter.Iq(buffer, answer, id, from, payload), cancellationToken);
    }

    private async ValueTask TakePresenceAsync(XElement presence, CancellationToken cancellationToken)
    {
        if ((string?)presence.Attribute("type") != "subscribe")
        {
            return;
        }

        if (Jid.TryParse((string?)presence.Attribute("from"), out var from) && from.Bare == _options.AcceptSubscriptionFrom?.Bare)
        {
            await _queue.PostOwedAsync(buffer => StanzaWriter.Presence(buffer, "subscribed", from.Bare), cancellationToken);
        }
        else
        {
            _logger.SubscriptionIgnored(from, ++_ignoredSubscriptions);
        }
    }

    private async ValueTask TakeManagementAsync(XElement element, CancellationToken cancellationToken)
    {
        if (element.Name.LocalName == "r")
        {
            if (!_closing)
            {
                await _inbound.AcknowledgeAsync();
            }
        }
        else if (element.Name.LocalName == "a" &&
            uint.TryParse((string?)element.Attribute("h"), NumberStyles.None, CultureInfo.InvariantCulture, out var handled))
        {
            await _queue.AcknowledgedAsync(handled, cancellationToken);
        }
        else
        {
            throw StreamFailureException.Violation("invalid-xml", "The server sent a malformed acknowledgement.");
        }
    }

    private async Task SettleAsync()
    {
        try
        {
            await _inbound.SettleAsync();
        }
        catch (Exception e)
        {
            // Whatever the handler threw: the stanza is not stored, so it stays unacknowledged and the server delivers it again.
            _logger.HandlerFailed(e);
            throw new StreamFailureException(
                XmppFailureKind.HandlerFailed,
                "A stanza could not be stored; it was not acknowledged, and the server will deliver it again. The log holds the reason.",
                e);
        }
    }

    private ValueTask PostAcknowledgementAsync(long handled) =>
        _queue.PostUncountedAsync(_output, buffer => StanzaWriter.Acknowledgement(buffer, handled), CancellationToken.None);

    private async ValueTask PingAsync(CancellationToken cancellationToken) =>
        await _queue.PostOwedAsync(buffer => StanzaWriter.Iq(buffer, "get", _nextId(), null, "<ping xmlns='urn:xmpp:ping'/>"), cancellationToken);

    private bool IsHeldOnPurpose() => _readingIsHeld && !_link.Meter.IsWriting;
}
