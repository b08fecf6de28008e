using System.Xml.Linq;

namespace Ahenk.Gateway.Xmpp.Xmpp.Wire;

/// <summary>The XML namespaces of the protocol.</summary>
internal static class Ns
{
    public static readonly XNamespace Client = "jabber:client";
    public static readonly XNamespace Stream = "http://etherx.jabber.org/streams";
    public static readonly XNamespace StreamErrors = "urn:ietf:params:xml:ns:xmpp-streams";
    public static readonly XNamespace StanzaErrors = "urn:ietf:params:xml:ns:xmpp-stanzas";
    public static readonly XNamespace Tls = "urn:ietf:params:xml:ns:xmpp-tls";
    public static readonly XNamespace Sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
    public static readonly XNamespace SaslChannelBinding = "urn:xmpp:sasl-cb:0";
    public static readonly XNamespace Bind = "urn:ietf:params:xml:ns:xmpp-bind";
    public static readonly XNamespace Session = "urn:ietf:params:xml:ns:xmpp-session";
    public static readonly XNamespace StreamManagement = "urn:xmpp:sm:3";
    public static readonly XNamespace Ping = "urn:xmpp:ping";
    public static readonly XNamespace DiscoInfo = "http://jabber.org/protocol/disco#info";
    public static readonly XNamespace Version = "jabber:iq:version";
    public static readonly XNamespace Roster = "jabber:iq:roster";
    public static readonly XNamespace Receipts = "urn:xmpp:receipts";
    public static readonly XNamespace Delay = "urn:xmpp:delay";
}
