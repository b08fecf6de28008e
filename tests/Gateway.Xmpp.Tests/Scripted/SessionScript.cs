using System.Xml.Linq;

namespace Ahenk.Gateway.Xmpp.Tests.Scripted;

/// <summary>How a scripted server takes a client to its session.</summary>
internal sealed record SessionScript
{
    /// <summary>The full JID that is bound.</summary>
    public string BoundJid { get; init; } = "agent@im.liderahenk.org/r1";

    /// <summary>Whether stream management is offered.</summary>
    public bool OffersStreamManagement { get; init; } = true;

    /// <summary>The id of a new stream.</summary>
    public string StreamId { get; init; } = "s1";

    /// <summary>What is put into <c>enabled</c> besides, for example a location hint.</summary>
    public string EnabledExtra { get; init; } = "";

    /// <summary>The answer to a request to resume; the default knows no such stream.</summary>
    public Func<XElement, string> AnswerResume { get; init; } =
        _ => "<failed xmlns='urn:xmpp:sm:3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>";

    /// <summary>Features after authentication, besides binding and stream management.</summary>
    public string MoreFeatures { get; init; } = "";
}
