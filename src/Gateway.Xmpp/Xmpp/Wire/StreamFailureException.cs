namespace Ahenk.Gateway.Xmpp.Xmpp.Wire;

/// <summary>Ends an attempt or a session; its message is for people and holds no secret.</summary>
internal sealed class StreamFailureException(XmppFailureKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of failure it is.</summary>
    public XmppFailureKind Kind { get; } = kind;

    /// <summary>
    /// The stream error (RFC 6120 4.9.3) the server is told before the stream is closed; <see langword="null"/>: the connection is dropped without
    /// a word, which leaves the stream resumable.
    /// </summary>
    public string? Condition { get; init; }

    /// <summary>The application's own part of the stream error (RFC 6120 4.9.4), as markup.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether what was refused is a stanza that counts for stream management.</summary>
    public bool RefusedStanza { get; init; }

    /// <summary>The server broke the protocol or one of our limits.</summary>
    public static StreamFailureException Violation(string condition, string message, bool refusedStanza = false, Exception? inner = null) =>
        new(XmppFailureKind.Protocol, message, inner) { Condition = condition, RefusedStanza = refusedStanza };

    /// <summary>As <see cref="Violation(string, string, bool, Exception?)"/>, with the application's own part.</summary>
    public static StreamFailureException Violation(string condition, string message, string detail) =>
        new(XmppFailureKind.Protocol, message) { Condition = condition, Detail = detail };
}
