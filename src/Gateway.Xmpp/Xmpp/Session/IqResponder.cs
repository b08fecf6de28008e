using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>Answers the requests of others: ping, disco#info, version, roster pushes; to everything else <c>service-unavailable</c>.</summary>
internal sealed class IqResponder(XmppClientOptions options)
{
    private readonly string _discoInfo = StanzaWriter.Markup(new XElement(
        Ns.DiscoInfo + "query",
        new XElement(
            Ns.DiscoInfo + "identity", new XAttribute("category", "client"), new XAttribute("type", "pc"), new XAttribute("name", options.SoftwareName)),
        new XElement(Ns.DiscoInfo + "feature", new XAttribute("var", Ns.DiscoInfo.NamespaceName)),
        new XElement(Ns.DiscoInfo + "feature", new XAttribute("var", Ns.Version.NamespaceName)),
        new XElement(Ns.DiscoInfo + "feature", new XAttribute("var", Ns.Ping.NamespaceName))));

    private readonly string _version = StanzaWriter.Markup(new XElement(
        Ns.Version + "query", new XElement(Ns.Version + "name", options.SoftwareName), new XElement(Ns.Version + "version", options.SoftwareVersion)));

    private readonly string _unavailable = StanzaWriter.Markup(new XElement(
        "error", new XAttribute("type", "cancel"), new XElement(Ns.StanzaErrors + "service-unavailable")));

    /// <summary>The answer to a <c>get</c> or <c>set</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isFromOwnServer">Whether the own server or account sent it: only they may push the roster (RFC 6121 2.1.6).</param>
    /// <returns>Type and payload.</returns>
    public (string Type, string Payload) Answer(XElement request, bool isFromOwnServer)
    {
        var name = request.Elements().FirstOrDefault()?.Name;
        if ((string?)request.Attribute("type") == "get")
        {
            if (name == Ns.Ping + "ping")
            {
                return ("result", "");
            }

            if (name == Ns.DiscoInfo + "query" && request.Elements().First().Attribute("node") is null)
            {
                return ("result", _discoInfo);
            }

            if (name == Ns.Version + "query")
            {
                return ("result", _version);
            }
        }
        else if (name == Ns.Roster + "query" && isFromOwnServer)
        {
            return ("result", "");
        }

        return ("error", _unavailable);
    }
}
