using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>Errors within stanzas (RFC 6120 8.3).</summary>
internal static class StanzaErrors
{
    /// <summary>The condition of an error stanza.</summary>
    public static string ConditionOf(XElement stanza) =>
        stanza.Element(Ns.Client + "error")?.Elements().FirstOrDefault(e => e.Name.Namespace == Ns.StanzaErrors && e.Name.LocalName != "text")?.Name.LocalName
        ?? "undefined-condition";
}
