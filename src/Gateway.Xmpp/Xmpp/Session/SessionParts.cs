using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>What a session needs of its client.</summary>
internal sealed record SessionParts(
    XmppClientOptions Options,
    SendQueue Queue,
    IqRequests Requests,
    IqResponder Responder,
    IXmppHandler Handler,
    TimeProvider Time,
    ILogger Logger,
    Func<string> NextId);
