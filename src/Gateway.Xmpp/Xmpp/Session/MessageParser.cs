using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>Makes an <see cref="XmppMessage"/> of a message stanza.</summary>
internal static class MessageParser
{
    /// <summary>Reads a message; <see langword="null"/>: its sender is not a JID.</summary>
    public static XmppMessage? Parse(XElement stanza, Jid server, string? streamId, long sequence)
    {
        var from = server;
        if ((string?)stanza.Attribute("from") is { } text && !Jid.TryParse(text, out from))
        {
            return null;
        }

        var type = (string?)stanza.Attribute("type") switch
        {
            "chat" => "chat",
            "groupchat" => "groupchat",
            "headline" => "headline",
            "error" => "error",
            _ => "normal", // RFC 6121 5.2.2: also when it is missing or unknown.
        };
        return new XmppMessage
        {
            Id = (string?)stanza.Attribute("id"),
            From = from,
            Type = type,
            Body = stanza.Element(Ns.Client + "body")?.Value,
            ReceiptFor = (string?)stanza.Element(Ns.Receipts + "received")?.Attribute("id"),
            ErrorCondition = type == "error" ? StanzaErrors.ConditionOf(stanza) : null,
            IsDelayed = stanza.Element(Ns.Delay + "delay") is not null,
            StreamId = streamId,
            Sequence = sequence,
        };
    }
}
