using System.Security;
using System.Xml.Linq;

namespace Ahenk.LiderSimulator.Xmpp;

/// <summary>Namespaces, and the few operations on addresses and text a bare client needs.</summary>
public static class XmppNames
{
    public static readonly XNamespace Client = "jabber:client";
    public static readonly XNamespace Streams = "http://etherx.jabber.org/streams";
    public static readonly XNamespace Tls = "urn:ietf:params:xml:ns:xmpp-tls";
    public static readonly XNamespace Sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
    public static readonly XNamespace Bind = "urn:ietf:params:xml:ns:xmpp-bind";
    public static readonly XNamespace Session = "urn:ietf:params:xml:ns:xmpp-session";
    public static readonly XNamespace Ping = "urn:xmpp:ping";
    public static readonly XNamespace Register = "jabber:iq:register";
    public static readonly XNamespace Roster = "jabber:iq:roster";
    public static readonly XNamespace Receipts = "urn:xmpp:receipts";
    public static readonly XNamespace DiscoInfo = "http://jabber.org/protocol/disco#info";

    /// <summary>A JID without its resource.</summary>
    public static string Bare(string jid)
    {
        var slash = jid.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? jid : jid[..slash];
    }

    /// <summary>The part of a JID before <c>@</c>; the whole text where there is none.</summary>
    public static string Local(string jid)
    {
        var at = jid.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? Bare(jid) : jid[..at];
    }

    /// <summary>Text as Smack writes it: quotes and apostrophes become entities too (LP 1.10).</summary>
    public static string Escape(string text) => SecurityElement.Escape(text);
}
