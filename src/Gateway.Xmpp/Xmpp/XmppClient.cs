using System.Globalization;
using System.Security.Cryptography;
using Ahenk.Gateway.Xmpp.Xmpp.Net;
using Ahenk.Gateway.Xmpp.Xmpp.Session;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp.Xmpp;

/// <summary>
/// The XMPP client: RFC 6120 with XEP-0198, over TCP and TLS. See docs/xmpp.md for what its settings and failures mean to operators.
/// </summary>
public sealed class XmppClient : IXmppClient
{
    private readonly XmppClientOptions _options;
    private readonly IXmppHandler _handler;
    private readonly TimeProvider _time;
    private readonly ILogger<XmppClient> _logger;
    private readonly Backoff _backoff;
    private readonly Connector _connector;
    private readonly SendQueue _queue;
    private readonly IqRequests _requests;
    private readonly SessionParts _parts;
    private readonly StatusBoard _status;
    private readonly CancellationTokenSource _disposing = new();
    private readonly string _idPrefix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private Task? _run;
    private int _running;
    private long _ids;
    private bool _journalRead;
    private InboundWindow? _lastInbound;

    /// <summary>Makes a client; <see cref="RunAsync"/> starts it.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="handler">Receives what it hears.</param>
    /// <param name="journal">Remembers the stream beyond the process; <see langword="null"/>: nobody does.</param>
    /// <param name="time">The clock of all its time limits.</param>
    /// <param name="random">Draws the delays before reconnecting and the order of SRV records.</param>
    /// <param name="logger">Its log.</param>
    /// <exception cref="ArgumentException">The service name is not a domain.</exception>
    public XmppClient(
        XmppClientOptions options, IXmppHandler handler, IStreamJournal? journal, TimeProvider time, Random random, ILogger<XmppClient> logger)
        : this(options, handler, journal, time, random, logger, new DnsNameLookup())
    {
    }

    /// <summary>As the public one, with name look-ups that a test provides.</summary>
    internal XmppClient(
        XmppClientOptions options,
        IXmppHandler handler,
        IStreamJournal? journal,
        TimeProvider time,
        Random random,
        ILogger<XmppClient> logger,
        INameLookup lookup)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Jid.TryParse(options.ServiceName, out var server) || server.Local is not null || server.Resource is not null)
        {
            throw new ArgumentException($"'{options.ServiceName}' is not the name of an XMPP service.", nameof(options));
        }

        _options = options;
        _handler = handler;
        _time = time;
        _logger = logger;
        _backoff = new Backoff(options, random);
        _connector = new Connector(options, new EndpointFinder(options, lookup, random), time, logger);
        _queue = new SendQueue(options, options.IsPermanent ? journal : null);
        _requests = new IqRequests(server);
        _status = new StatusBoard(() => _queue.Unacknowledged);
        _parts = new SessionParts(options, _queue, _requests, new IqResponder(options), handler, time, logger, NextId);
    }

    /// <inheritdoc/>
    public event Action<XmppStatus>? StatusChanged
    {
        add => _status.Changed += value;
        remove => _status.Changed -= value;
    }

    /// <inheritdoc/>
    public XmppStatus Status => _status.Current;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw new InvalidOperationException("The XMPP client is running already.");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        try
        {
            _run = RunUntilAsync(stop.Token);
            await _run;
        }
        finally
        {
            _status.Change(s => new XmppStatus { Phase = XmppPhase.Stopped, LastFailure = s.LastFailure });
            _logger.Stopped();
            Volatile.Write(ref _running, 0);
        }
    }

    /// <inheritdoc/>
    public Task WaitForSessionAsync(CancellationToken cancellationToken) => _status.WaitForSessionAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return _queue.SendAsync(messages, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IqAnswer> RequestAsync(string type, Jid? to, string payload, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (type is not ("get" or "set"))
        {
            throw new ArgumentException($"An IQ request is a get or a set, not '{type}'.", nameof(type));
        }

        var id = NextId();
        var answer = _requests.Expect(id, to);
        try
        {
            var outcome = await _queue.PostRequestAsync(buffer => StanzaWriter.Iq(buffer, type, id, to?.ToString(), payload), cancellationToken);
            return outcome switch
            {
                SendOutcome.NotConnected => new IqAnswer(IqOutcome.NotConnected),
                SendOutcome.TooLarge => new IqAnswer(IqOutcome.TooLarge),
                _ => await answer.WaitAsync(timeout, _time, cancellationToken),
            };
        }
        catch (TimeoutException)
        {
            return new IqAnswer(IqOutcome.TimedOut);
        }
        finally
        {
            _requests.Forget(id);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        if (_run is { } run)
        {
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _disposing.Dispose();
        _queue.Dispose();
    }

    private string NextId() => _idPrefix + Interlocked.Increment(ref _ids).ToString(CultureInfo.InvariantCulture);

    private async Task RunUntilAsync(CancellationToken stop)
    {
        if (_options.Tls == TlsMode.Never)
        {
            _logger.TlsNever();
        }
        else if (_options.Tls == TlsMode.Optional)
        {
            _logger.TlsOptional();
        }

        using var handling = new CancellationTokenSource();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var failure = await AttemptAsync(handling.Token, stop);
                if (failure is null || stop.IsCancellationRequested)
                {
                    break;
                }

                await RestAsync(failure, stop);
            }
        }
        catch (Exception e) when (stop.IsCancellationRequested && Failures.IsExpected(e))
        {
            _logger.NotEndedInOrder(e.Message);
        }
        finally
        {
            _requests.Abandon();
            await handling.CancelAsync();
        }
    }

    /// <summary>One attempt, and the session that comes of it.</summary>
    /// <returns>Why it ended; <see langword="null"/>: it was stopped.</returns>
    private async Task<XmppFailure?> AttemptAsync(CancellationToken handling, CancellationToken stop)
    {
        _backoff.Attempt();
        _status.Change(s => s with { Attempts = _backoff.Attempts, NextAttemptAt = null });
        long? onlineAt = null;
        try
        {
            if (!_journalRead)
            {
                await _queue.LoadAsync(stop);
                _journalRead = true;
            }

            var connection = await _connector.ConnectAsync(_queue.Resumable, HandledSoFar, Enter, stop);
            _backoff.LoggedIn();
            await using (connection.Link)
            {
                await RunSessionAsync(connection, () => onlineAt = _time.GetTimestamp(), handling, stop);
            }

            return null;
        }
        catch (Exception e) when (Failures.IsExpected(e) && !stop.IsCancellationRequested)
        {
            return Failures.Describe(e, _status.Current.Phase, _time.GetUtcNow());
        }
        finally
        {
            if (onlineAt is { } since && _time.GetElapsedTime(since) >= _options.StableAfter)
            {
                _backoff.Reset();
            }

            if (_queue.Resumable is null)
            {
                _requests.Abandon();
            }
        }
    }

    private async Task RunSessionAsync(Connection connection, Action online, CancellationToken handling, CancellationToken stop)
    {
        var negotiated = connection.Negotiated;
        IReadOnlyList<OutgoingMessage> again = [];
        if (negotiated.ResumedAt is { } handledByServer)
        {
            await _queue.ResumeAsync(handledByServer, stop);
        }
        else
        {
            await _queue.ForgetStreamAsync(negotiated.LostAt, stop);
            _requests.Abandon();
            again = await _queue.BeginAsync(negotiated, stop);
            if (again.Count > 0)
            {
                _logger.NotResumed(again.Count);
            }
        }

        using var session = new LiveSession(_parts, connection.Link, negotiated, handling);
        _lastInbound = session.Inbound;
        await TellHandlerAsync(new XmppSession(negotiated.BoundJid, negotiated.StreamId, negotiated.ResumedAt is not null), stop);
        await session.RunAsync(
            again,
            () =>
            {
                online();
                _logger.SessionStands(negotiated.BoundJid, connection.Description, negotiated.ResumedAt is not null);
                AgentMetrics.SessionStands(negotiated.ResumedAt is not null);
                _status.Change(s => s with
                {
                    Phase = XmppPhase.Online,
                    OnlineSince = _time.GetUtcNow(),
                    BoundJid = negotiated.BoundJid,
                    Connection = connection.Description,
                });
            },
            stop);
    }

    private async ValueTask TellHandlerAsync(XmppSession session, CancellationToken stop)
    {
        try
        {
            await _handler.OnSessionAsync(session, stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            throw new StreamFailureException(XmppFailureKind.HandlerFailed, $"The session could not be taken into use: {e.Message}", e);
        }
    }

    /// <summary>Read when a stream is about to be resumed: handlers may have finished since the connection was lost.</summary>
    private long HandledSoFar()
    {
        if (_lastInbound is { } last)
        {
            _queue.Handled = last.Handled;
        }

        return _queue.Handled;
    }

    private void Enter(XmppPhase phase) => _status.Change(s => s with { Phase = phase });

    private async Task RestAsync(XmppFailure failure, CancellationToken stop)
    {
        var delay = _backoff.Next(failure.Kind);
        _logger.Failed(failure.Kind, failure.During, _connector.LastAddress, failure.Message, delay);

        // The delay runs before anybody hears of it: a clock that is moved on when the status tells the next attempt must not miss it.
        var rest = Task.Delay(delay, _time, stop);
        _status.Change(s => s with
        {
            Phase = XmppPhase.Waiting,
            OnlineSince = null,
            BoundJid = null,
            Connection = null,
            LastFailure = failure,
            NextAttemptAt = _time.GetUtcNow() + delay,
        });
        await rest;
    }
}
