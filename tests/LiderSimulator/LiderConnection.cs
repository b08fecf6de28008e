using System.Net.Sockets;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator;

/// <summary>The server's own XMPP session, opened anew whenever it is lost.</summary>
internal sealed class LiderConnection : IAsyncDisposable
{
    private readonly LiderServerOptions _options;
    private readonly Action<IncomingStanza> _onStanza;
    private readonly Action _onLost;
    private readonly CancellationTokenSource _stop = new();
    private readonly Signal _changed;
    private volatile BareXmppConnection? _session;
    private volatile string? _failure;
    private Task _supervision = Task.CompletedTask;
    private int _reconnects;

    public LiderConnection(LiderServerOptions options, Action<IncomingStanza> onStanza, Action onLost)
    {
        _options = options;
        _onStanza = onStanza;
        _onLost = onLost;
        _changed = new Signal(options.TimeProvider);
    }

    /// <summary>The present session, or <see langword="null"/> while there is none.</summary>
    public BareXmppConnection? Session => _session is { Closed.IsCompleted: false } session ? session : null;

    /// <summary>The present session.</summary>
    /// <exception cref="BareXmppException">There is none.</exception>
    public BareXmppConnection RequireSession() => Session ?? throw new BareXmppException("The simulator has no session.");

    /// <summary>Sends a body to a full JID, or to the bare JID of a name; false without a session.</summary>
    public async Task<bool> SendMessageAsync(string to, string body, CancellationToken cancellationToken)
    {
        var address = to.Contains('@', StringComparison.Ordinal) ? to : $"{to}@{_options.Xmpp.Domain}";
        return Session is { } session && await session.SendMessageAsync(address, body, cancellationToken);
    }

    /// <summary>Adds an agent to the roster and asks for its presence (LP 1.7).</summary>
    public async Task AddToRosterAsync(string name, CancellationToken cancellationToken)
    {
        var session = RequireSession();
        var jid = $"{XmppNames.Escape(name)}@{_options.Xmpp.Domain}";
        await session.RequestAsync(
            "set", null, $"<query xmlns='jabber:iq:roster'><item jid='{jid}' name='{XmppNames.Escape(name)}'/></query>", cancellationToken);
        await session.SendAsync($"<presence to='{jid}' type='subscribe'/>", cancellationToken);
    }

    /// <summary>Sessions opened after the first one.</summary>
    public int Reconnects => Volatile.Read(ref _reconnects);

    /// <summary>Opens the first session, creating the account when it is missing.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        _supervision = Task.Run(SuperviseAsync, CancellationToken.None);
    }

    /// <summary>Waits for a session after the n-th reconnection.</summary>
    /// <exception cref="TimeoutException">There was none in time, or the attempts were used up.</exception>
    public async Task WaitForSessionAsync(int reconnects, TimeSpan timeout, CancellationToken cancellationToken) =>
        await _changed.WaitAsync(
            () => _failure is { } failure ? throw new TimeoutException(failure) : Reconnects >= reconnects ? Session : null,
            timeout,
            () => "the simulator has no session",
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _supervision;
        }
        finally
        {
            if (_session is { } session)
            {
                await session.DisposeAsync();
            }

            _stop.Dispose();
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var account = _options.Xmpp;
        BareXmppConnection session;
        try
        {
            session = await BareXmppConnection.ConnectAsync(account, _onStanza, cancellationToken);
        }
        catch (BareXmppException e) when (e.Condition == "not-authorized")
        {
            if (!await InBandRegistration.CreateAsync(account with { Username = null }, account.Username!, account.Password, cancellationToken))
            {
                throw new BareXmppException($"The account {account.Username} exists with another password.", e.Condition);
            }

            session = await BareXmppConnection.ConnectAsync(account, _onStanza, cancellationToken);
        }

        // From here on the session is disposed of wherever the connection is.
        _session = session;

        // The roster first: only who asked for it is told of changes (RFC 6121 2.1.6).
        var roster = await session.RequestAsync("get", null, "<query xmlns='jabber:iq:roster'/>", cancellationToken);
        _onStanza(new IncomingStanza(roster, 0));
        await session.SendAsync("<presence/>", cancellationToken);
        _options.Report($"online as {session.Jid}");
        _changed.Raise();
    }

    private async Task SuperviseAsync()
    {
        try
        {
            while (_session is { } session)
            {
                var reason = await session.Closed.WaitAsync(_stop.Token);
                _options.Report($"session lost: {reason}");
                _onLost();
                await session.DisposeAsync();
                await ReopenAsync(reason);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposal ends the supervision; the session is closed there.
            return;
        }
        catch (Exception e)
        {
            _failure = $"the simulator's session failed: {e.Message}";
            _options.Report(_failure);
            _changed.Raise();
            throw;
        }
    }

    private async Task ReopenAsync(string reason)
    {
        for (var attempt = 1; ; attempt++)
        {
            await Task.Delay(_options.ReconnectDelay, _options.TimeProvider, _stop.Token);
            try
            {
                // Counted first: whoever sees the new session also sees the count.
                Interlocked.Increment(ref _reconnects);
                await OpenAsync(_stop.Token);
                return;
            }
            catch (Exception e) when (e is IOException or SocketException or BareXmppException or TimeoutException)
            {
                Interlocked.Decrement(ref _reconnects);
                if (_session is { } half)
                {
                    await half.DisposeAsync();
                }

                if (attempt >= _options.ReconnectAttempts)
                {
                    throw new BareXmppException($"{attempt} attempts to come back failed, the last with: {e.Message} (lost: {reason})");
                }
            }
        }
    }
}
