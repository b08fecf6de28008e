using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Lider.Tests.Rig;

/// <summary>A client without a network: the test is the server.</summary>
internal sealed class FakeXmppClient(XmppClientOptions options, IXmppHandler handler, IStreamJournal? journal) : IXmppClient
{
    private readonly Lock _gate = new();
    private readonly List<OutgoingMessage> _sent = [];
    private readonly Signal _changed = new();

    public event Action<XmppStatus>? StatusChanged;

    public XmppClientOptions Options => options;

    public XmppStatus Status { get; private set; } = new() { Phase = XmppPhase.Connecting };

    public bool IsRunning { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>What becomes of a message. Default: sent.</summary>
    public Func<OutgoingMessage, SendOutcome> OnSend { get; set; } = _ => SendOutcome.Sent;

    /// <summary>Called after a message was sent.</summary>
    public Action<OutgoingMessage>? AfterSend { get; set; }

    /// <summary>Called when the client is started.</summary>
    public Action? OnRun { get; set; }

    /// <summary>The messages that were sent, in order.</summary>
    public IReadOnlyList<OutgoingMessage> Sent
    {
        get
        {
            lock (_gate)
            {
                return [.. _sent];
            }
        }
    }

    public Task WhenSent(int count) => _changed.When(() => Sent.Count >= count);

    public Task WhenRunning() => _changed.When(() => IsRunning);

    /// <summary>A session stands.</summary>
    public void GoOnline() => Become(new XmppStatus { Phase = XmppPhase.Online, OnlineSince = Given.Now, LastFailure = Status.LastFailure });

    /// <summary>The session, or the attempt, ended.</summary>
    public void Fail(XmppFailureKind kind, string message = "it failed") => Become(new XmppStatus
    {
        Phase = XmppPhase.Waiting,
        LastFailure = new XmppFailure(kind, XmppPhase.Authenticating, message, Given.Now),
    });

    /// <summary>A message comes in.</summary>
    public Task Receive(XmppMessage message) => handler.OnMessageAsync(message, TestContext.Current.CancellationToken);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IsRunning = true;
        _changed.Set();
        OnRun?.Invoke();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        IsRunning = false;
    }

    public Task WaitForSessionAsync(CancellationToken cancellationToken) =>
        _changed.When(() => Status.OnlineSince is not null).WaitAsync(cancellationToken);

    public async ValueTask<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        var outcomes = new List<SendOutcome>();
        foreach (var message in messages)
        {
            var outcome = OnSend(message);
            outcomes.Add(outcome);
            if (outcome != SendOutcome.Sent)
            {
                continue;
            }

            if (journal is not null && message.Tag != 0)
            {
                await journal.SendingAsync("stream", [new SentMark(message.Tag, _sent.Count + 1)], cancellationToken);
            }

            lock (_gate)
            {
                _sent.Add(message);
            }

            _changed.Set();
            AfterSend?.Invoke(message);
        }

        return outcomes;
    }

    public Task<IqAnswer> RequestAsync(string type, Jid? to, string payload, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        _changed.Set();
        return ValueTask.CompletedTask;
    }

    private void Become(XmppStatus status)
    {
        Status = status;
        _changed.Set();
        StatusChanged?.Invoke(status);
    }
}

/// <summary>Makes fake clients and lets the test prepare each one.</summary>
internal sealed class FakeClientFactory : IXmppClientFactory
{
    private readonly Signal _changed = new();
    private readonly List<FakeXmppClient> _clients = [];

    /// <summary>Prepares a client before it is used; its number counts from 0.</summary>
    public Action<FakeXmppClient, int> Prepare { get; set; } = (_, _) => { };

    public IReadOnlyList<FakeXmppClient> Clients
    {
        get
        {
            lock (_clients)
            {
                return [.. _clients];
            }
        }
    }

    public async Task<FakeXmppClient> WhenCreated(int number)
    {
        await _changed.When(() => Clients.Count > number);
        return Clients[number];
    }

    public IXmppClient Create(XmppClientOptions options, IXmppHandler handler, IStreamJournal? journal)
    {
        var client = new FakeXmppClient(options, handler, journal);
        lock (_clients)
        {
            Prepare(client, _clients.Count);
            _clients.Add(client);
        }

        _changed.Set();
        return client;
    }
}
