using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp.Xmpp;

/// <summary>The client's log lines.</summary>
internal static partial class XmppLog
{
    [LoggerMessage(2601, LogLevel.Information, "[XMPP] Session as {Jid} ({Connection}), resumed: {Resumed}")]
    public static partial void SessionStands(this ILogger logger, Jid jid, string connection, bool resumed);

    [LoggerMessage(2602, LogLevel.Warning, "[XMPP] {Kind} while {Phase} ({Address}): {Reason} Next attempt in {Delay}")]
    public static partial void Failed(this ILogger logger, XmppFailureKind kind, XmppPhase phase, string address, string reason, TimeSpan delay);

    [LoggerMessage(2603, LogLevel.Warning, "[XMPP] TLS is switched off (use_tls = never): the password and every message travel in plain text")]
    public static partial void TlsNever(this ILogger logger);

    [LoggerMessage(2604, LogLevel.Warning, "[XMPP] TLS is optional (use_tls = optional): somebody on the network can take it away. Use it only until the server offers TLS with a certificate that can be checked")]
    public static partial void TlsOptional(this ILogger logger);

    [LoggerMessage(2605, LogLevel.Warning, "[XMPP] The certificate of {Address} was not checked (use_tls = optional). Its SHA-256, for pinning: {Fingerprint}")]
    public static partial void CertificateUnchecked(this ILogger logger, string address, string fingerprint);

    [LoggerMessage(2606, LogLevel.Error, "[XMPP] A message could not be handled; it stays unacknowledged")]
    public static partial void HandlerFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2607, LogLevel.Warning, "[XMPP] A stanza that breaks the limits or the rules of XML was refused and acknowledged, so that it does not come again")]
    public static partial void StanzaRefused(this ILogger logger);

    [LoggerMessage(2608, LogLevel.Debug, "[XMPP] A message whose sender is no JID was dropped")]
    public static partial void MalformedSender(this ILogger logger);

    [LoggerMessage(2609, LogLevel.Debug, "[XMPP] An IQ answer nobody waits for came from {From}")]
    public static partial void UnexpectedAnswer(this ILogger logger, string? from);

    [LoggerMessage(2610, LogLevel.Debug, "[XMPP] The subscription request of {From} was ignored ({Count} in this session)")]
    public static partial void SubscriptionIgnored(this ILogger logger, Jid? from, long count);

    [LoggerMessage(2611, LogLevel.Information, "[XMPP] The stream could not be resumed; {Count} unacknowledged messages are sent again")]
    public static partial void NotResumed(this ILogger logger, int count);

    [LoggerMessage(2612, LogLevel.Debug, "[XMPP] {Address} failed: {Reason}")]
    public static partial void CandidateFailed(this ILogger logger, string address, string reason);

    [LoggerMessage(2613, LogLevel.Information, "[XMPP] Stopped")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(2614, LogLevel.Debug, "[XMPP] Stopped before the session was ended in order: {Reason}")]
    public static partial void NotEndedInOrder(this ILogger logger, string reason);
}
