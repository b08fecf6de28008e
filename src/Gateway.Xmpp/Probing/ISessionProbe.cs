using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Asks over the session that stands, so that nobody has to log in a second time.</summary>
public interface ISessionProbe
{
    /// <summary>Sends an IQ request of type <c>get</c> and waits for its answer.</summary>
    /// <param name="to">The addressee.</param>
    /// <param name="payload">The child element as XML text.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IqAnswer> AskAsync(Jid to, string payload, TimeSpan timeout, CancellationToken cancellationToken);
}
