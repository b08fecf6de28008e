namespace Ahenk.Gateway.Xmpp.Xmpp;

/// <summary>
/// One account's connection to its XMPP server, kept alive: it connects, authenticates, binds, resumes and reconnects
/// by itself until it is stopped.
/// </summary>
public interface IXmppClient : IAsyncDisposable
{
    /// <summary>What the client is doing, for people and for the registration's error messages. Thread-safe snapshot.</summary>
    XmppStatus Status { get; }

    /// <summary>
    /// Raised after each change of <see cref="Status"/> but that of <see cref="XmppStatus.Unacknowledged"/>, which is a gauge; handlers must
    /// be quick and must not throw.
    /// </summary>
    event Action<XmppStatus>? StatusChanged;

    /// <summary>
    /// Connects and stays connected until <paramref name="cancellationToken"/> is set; then ends the session in order: presence
    /// unavailable, last stream-management ack, stream end.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is running already.</exception>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Waits until a session is established (resource bound or stream resumed, presence sent).</summary>
    Task WaitForSessionAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Sends messages in order. Waits while the queue of unacknowledged stanzas is full. A message that was <see cref="SendOutcome.Sent"/> is the
    /// client's to re-send until the server has it or the process ends.
    /// </summary>
    /// <returns>One outcome for each message.</returns>
    ValueTask<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken);

    /// <summary>Sends an IQ request and waits for the answer that bears its id and comes from whom it was sent to (RFC 6120 8.2.3).</summary>
    /// <param name="type"><c>get</c> or <c>set</c>.</param>
    /// <param name="to">The addressee; <see langword="null"/>: the own account's server (answers may then come without <c>from</c>,
    /// from the domain, or from the own bare or full JID).</param>
    /// <param name="payload">The child element as XML text, written by the caller.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IqAnswer> RequestAsync(string type, Jid? to, string payload, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>What became of a message given to <see cref="IXmppClient.SendAsync"/>.</summary>
public enum SendOutcome
{
    /// <summary>Written to the stream; with stream management it is also kept until the server acknowledges it.</summary>
    Sent,

    /// <summary>There is no session; nothing was written and nothing is kept.</summary>
    NotConnected,

    /// <summary>Its stanza would be larger than <see cref="XmppClientOptions.MaxOutgoingStanzaBytes"/>; nothing was written.</summary>
    TooLarge,
}

/// <summary>A message to be sent.</summary>
/// <param name="Id">The stanza's <c>id</c>; unique for the account.</param>
/// <param name="To">The addressee.</param>
/// <param name="Body">The text of the body.</param>
public sealed record OutgoingMessage(string Id, Jid To, string Body)
{
    /// <summary>The caller's own number for the message, told to <see cref="IStreamJournal"/>; 0: the journal need not know of it.</summary>
    public long Tag { get; init; }

    /// <summary>Whether to ask the addressee for a receipt (XEP-0184).</summary>
    public bool RequestReceipt { get; init; }

    /// <summary>The stanza's type. Lider only hears <c>normal</c> (LP 1.5).</summary>
    public string Type { get; init; } = "normal";
}

/// <summary>A message that came in.</summary>
public sealed record XmppMessage
{
    /// <summary>The stanza's id, or <see langword="null"/>.</summary>
    public string? Id { get; init; }

    /// <summary>The sender as the server stamped it; the server itself when the stanza had no <c>from</c>.</summary>
    public required Jid From { get; init; }

    /// <summary><c>normal</c>, <c>chat</c>, <c>groupchat</c>, <c>headline</c> or <c>error</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The body's text, or <see langword="null"/> when there is none.</summary>
    public string? Body { get; init; }

    /// <summary>The id in a receipt (XEP-0184 <c>received</c>), or <see langword="null"/>.</summary>
    public string? ReceiptFor { get; init; }

    /// <summary>The condition of an error stanza (RFC 6120 8.3.3), for example <c>service-unavailable</c>.</summary>
    public string? ErrorCondition { get; init; }

    /// <summary>Whether the server kept it back while the account was offline (XEP-0203).</summary>
    public bool IsDelayed { get; init; }

    /// <summary>The stream-management id of the stream it came on, or <see langword="null"/> without stream management.</summary>
    public string? StreamId { get; init; }

    /// <summary>How many stanzas of that stream have been handled once this one has (XEP-0198 <c>h</c>, not wrapped at 2^32).</summary>
    public long Sequence { get; init; }
}

/// <summary>The answer to an IQ request.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Payload">The answer's child element as XML text, where it has one.</param>
/// <param name="ErrorCondition">The condition when the answer is an error.</param>
public sealed record IqAnswer(IqOutcome Outcome, string? Payload = null, string? ErrorCondition = null);

/// <summary>How an IQ request ended.</summary>
public enum IqOutcome
{
    /// <summary>Answered with a result.</summary>
    Result,

    /// <summary>Answered with an error.</summary>
    Error,

    /// <summary>Not answered in time.</summary>
    TimedOut,

    /// <summary>There was no session, or it was lost without resumption before the answer came.</summary>
    NotConnected,

    /// <summary>Its stanza would be larger than <see cref="XmppClientOptions.MaxOutgoingStanzaBytes"/>; nothing was written.</summary>
    TooLarge,
}

/// <summary>Receives what the client hears.</summary>
public interface IXmppHandler
{
    /// <summary>A session stands. Called before any message of it and before queued messages are re-sent.</summary>
    ValueTask OnSessionAsync(XmppSession session, CancellationToken cancellationToken);

    /// <summary>
    /// A message came. Calls follow the order of arrival, and the next call does not wait for the task of the last one: at
    /// most <see cref="XmppClientOptions.ReceiveWindow"/> are open at once. The stanza is acknowledged to the server (XEP-0198)
    /// when its task and those of all stanzas before it have completed. A task that fails ends the stream without an
    /// acknowledgement, so that the server delivers the stanza again.
    /// </summary>
    Task OnMessageAsync(XmppMessage message, CancellationToken cancellationToken);
}

/// <summary>An established session.</summary>
/// <param name="BoundJid">The full JID.</param>
/// <param name="StreamId">The stream-management id, or <see langword="null"/> without resumption.</param>
/// <param name="Resumed">Whether an earlier stream was resumed.</param>
public sealed record XmppSession(Jid BoundJid, string? StreamId, bool Resumed);

/// <summary>
/// The stream's memory beyond the process: lets a client that was killed resume its stream. Its calls are made under the client's send
/// lock or before the session starts, in the order of the wire.
/// </summary>
public interface IStreamJournal
{
    /// <summary>The stream of an earlier process, or <see langword="null"/>.</summary>
    ValueTask<StreamState?> LoadAsync(CancellationToken cancellationToken);

    /// <summary>A stream that can be resumed was established; it replaces the one before.</summary>
    ValueTask EstablishedAsync(StreamState state, CancellationToken cancellationToken);

    /// <summary>The stream was ended in order or could not be resumed: its numbers mean nothing from now on.</summary>
    ValueTask EndedAsync(CancellationToken cancellationToken);

    /// <summary>Tagged messages are about to be written for the first time or again; awaited before a byte of them leaves.</summary>
    ValueTask SendingAsync(string? streamId, IReadOnlyList<SentMark> marks, CancellationToken cancellationToken);

    /// <summary>The server has all stanzas of the stream up to and including <paramref name="sequence"/>.</summary>
    ValueTask AcknowledgedAsync(string streamId, long sequence, CancellationToken cancellationToken);
}

/// <summary>Where in the stream a tagged message stands.</summary>
/// <param name="Tag">The message's <see cref="OutgoingMessage.Tag"/>.</param>
/// <param name="Sequence">Its number among the stanzas the client has sent on the stream; 0 without stream management.</param>
public readonly record struct SentMark(long Tag, long Sequence);

/// <summary>What is needed to resume a stream (XEP-0198 section 5).</summary>
/// <param name="StreamId">The id the server gave.</param>
/// <param name="BoundJid">The full JID that was bound.</param>
/// <param name="Handled">How many of the server's stanzas have been handled durably.</param>
/// <param name="Sent">A count of own stanzas that is at most 2^31 away from the true one; it only serves to extend the wire's 32 bits.</param>
public sealed record StreamState(string StreamId, Jid BoundJid, long Handled, long Sent);
