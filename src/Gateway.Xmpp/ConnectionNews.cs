using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Raises events when one client's session begins to stand and when it ends.</summary>
internal sealed class ConnectionNews(IAgentEvents events)
{
    private bool _isOnline;

    /// <summary>The client has another status. A client changes it at one place at a time.</summary>
    public void Note(XmppStatus status)
    {
        var wasOnline = Interlocked.Exchange(ref _isOnline, status.Phase == XmppPhase.Online);
        if (!wasOnline && status.Phase == XmppPhase.Online)
        {
            events.Raise(new AgentConnected(status.BoundJid?.ToString(), status.Connection));
        }
        else if (wasOnline && status.Phase != XmppPhase.Online)
        {
            // The last failure stays when the agent itself ends the session.
            var failure = status.Phase == XmppPhase.Stopped ? null : status.LastFailure;
            events.Raise(new AgentDisconnected(failure?.Kind.ToString().ToLowerInvariant(), failure?.Message));
        }
    }
}
