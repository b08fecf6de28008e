namespace Ahenk.Gateway.Xmpp.Xmpp;

/// <summary>What an XMPP client is doing.</summary>
public enum XmppPhase
{
    /// <summary>Not started, or stopped.</summary>
    Stopped,

    /// <summary>Looking up the server's addresses.</summary>
    Resolving,

    /// <summary>Opening the TCP connection.</summary>
    Connecting,

    /// <summary>Negotiating TLS.</summary>
    Securing,

    /// <summary>Authenticating (SASL).</summary>
    Authenticating,

    /// <summary>Binding a resource or resuming a stream.</summary>
    Binding,

    /// <summary>A session stands.</summary>
    Online,

    /// <summary>Waiting before the next attempt.</summary>
    Waiting,
}

/// <summary>Why an attempt or a session ended.</summary>
public enum XmppFailureKind
{
    /// <summary>The server's name could not be looked up.</summary>
    NameResolution,

    /// <summary>No address answered.</summary>
    Unreachable,

    /// <summary>TLS was required and not offered, or its negotiation or the certificate's check failed.</summary>
    Tls,

    /// <summary>The server refused the credentials (RFC 6120 6.5, <c>not-authorized</c> and its kin).</summary>
    NotAuthorized,

    /// <summary>No SASL mechanism both sides allow, or the server failed to prove that it knows the password.</summary>
    Authentication,

    /// <summary>Another session took this one's resource (stream error <c>conflict</c>).</summary>
    Conflict,

    /// <summary>The server sent what the protocol or our limits forbid.</summary>
    Protocol,

    /// <summary>The server ended the stream with an error.</summary>
    StreamError,

    /// <summary>Nothing was heard and a ping was not answered, or a negotiation step took too long.</summary>
    TimedOut,

    /// <summary>The connection was lost.</summary>
    ConnectionLost,

    /// <summary>A stanza could not be stored; it was left unacknowledged.</summary>
    HandlerFailed,
}

/// <summary>A failure, told for people.</summary>
/// <param name="Kind">What kind it is.</param>
/// <param name="During">The phase in which it happened.</param>
/// <param name="Message">What happened, where, and what to do. Holds no secret.</param>
/// <param name="At">When.</param>
public sealed record XmppFailure(XmppFailureKind Kind, XmppPhase During, string Message, DateTimeOffset At);

/// <summary>A snapshot of a client.</summary>
public sealed record XmppStatus
{
    /// <summary>What it is doing.</summary>
    public required XmppPhase Phase { get; init; }

    /// <summary>Since when the present session stands, or <see langword="null"/>.</summary>
    public DateTimeOffset? OnlineSince { get; init; }

    /// <summary>The full JID of the present session.</summary>
    public Jid? BoundJid { get; init; }

    /// <summary>For example <c>TLS 1.3, 10.0.0.5:5222, SCRAM-SHA-256-PLUS, stream management</c>.</summary>
    public string? Connection { get; init; }

    /// <summary>The last failure; it stays while the next session stands.</summary>
    public XmppFailure? LastFailure { get; init; }

    /// <summary>Attempts since the last stable session.</summary>
    public int Attempts { get; init; }

    /// <summary>When the next attempt is made, while <see cref="Phase"/> is <see cref="XmppPhase.Waiting"/>.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Sent stanzas the server has not acknowledged.</summary>
    public int Unacknowledged { get; init; }
}
