using System.Net.Sockets;
using System.Security.Authentication;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp;

/// <summary>Which exceptions are a connection's ordinary end, and what they mean to people.</summary>
internal static class Failures
{
    /// <summary>Whether the client goes on after it.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is StreamFailureException or IOException or SocketException or AuthenticationException or ObjectDisposedException or OperationCanceledException;

    /// <summary>Puts it into words.</summary>
    public static XmppFailure Describe(Exception exception, XmppPhase during, DateTimeOffset at) => exception switch
    {
        StreamFailureException e => new XmppFailure(e.Kind, during, e.Message, at),
        AuthenticationException e => new XmppFailure(XmppFailureKind.Tls, during, $"TLS could not be negotiated: {e.Message}", at),
        OperationCanceledException => new XmppFailure(XmppFailureKind.TimedOut, during, "The server took too long to answer.", at),
        _ => new XmppFailure(XmppFailureKind.ConnectionLost, during, $"The connection was lost: {exception.Message}", at),
    };
}
