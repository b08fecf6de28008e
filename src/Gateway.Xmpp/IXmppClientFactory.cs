using Ahenk.Gateway.Xmpp.Xmpp;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Makes XMPP clients, so that another implementation can take the place of ours.</summary>
public interface IXmppClientFactory
{
    /// <summary>Makes a client that is not yet running.</summary>
    IXmppClient Create(XmppClientOptions options, IXmppHandler handler, IStreamJournal? journal);
}

/// <summary>Makes <see cref="XmppClient"/>s.</summary>
public sealed class XmppClientFactory(TimeProvider time, ILogger<XmppClient> logger) : IXmppClientFactory
{
    /// <inheritdoc/>
    public IXmppClient Create(XmppClientOptions options, IXmppHandler handler, IStreamJournal? journal) =>
        new XmppClient(options, handler, journal, time, new Random(), logger);
}
