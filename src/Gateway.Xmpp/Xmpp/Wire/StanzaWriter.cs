using System.Globalization;
using System.Xml.Linq;

namespace Ahenk.Gateway.Xmpp.Xmpp.Wire;

/// <summary>Writes stanzas as they go over the wire.</summary>
internal static class StanzaWriter
{
    /// <summary>Writes a message.</summary>
    /// <returns>Whether it fits; if not, nothing was written.</returns>
    public static bool TryWrite(OutgoingBuffer buffer, OutgoingMessage message, int mostBytes)
    {
        // A character takes at least one byte: what cannot fit is not even encoded.
        if (message.Body.Length > mostBytes)
        {
            return false;
        }

        var start = buffer.Length;
        buffer.Raw("<message"u8);
        buffer.Attribute("type"u8, message.Type);
        buffer.Attribute("id"u8, message.Id);
        buffer.Attribute("to"u8, message.To.ToString());
        buffer.Raw("><body>"u8);
        buffer.Text(message.Body);
        buffer.Raw("</body>"u8);
        if (message.RequestReceipt)
        {
            buffer.Raw("<request xmlns='urn:xmpp:receipts'/>"u8);
        }

        buffer.Raw("</message>"u8);
        if (buffer.Length - start <= mostBytes)
        {
            return true;
        }

        buffer.Truncate(start);
        return false;
    }

    /// <summary>Writes an IQ stanza.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="type">Its type.</param>
    /// <param name="id">Its id.</param>
    /// <param name="to">The addressee; <see langword="null"/>: the own server.</param>
    /// <param name="payload">Its child as markup, or empty.</param>
    public static void Iq(OutgoingBuffer buffer, string type, string id, string? to, string payload)
    {
        buffer.Raw("<iq"u8);
        buffer.Attribute("type"u8, type);
        buffer.Attribute("id"u8, id);
        buffer.Attribute("to"u8, to);
        buffer.Raw(">"u8);
        buffer.Markup(payload);
        buffer.Raw("</iq>"u8);
    }

    /// <summary>Writes a presence stanza.</summary>
    public static void Presence(OutgoingBuffer buffer, string type, Jid to)
    {
        buffer.Raw("<presence"u8);
        buffer.Attribute("type"u8, type);
        buffer.Attribute("to"u8, to.ToString());
        buffer.Raw("/>"u8);
    }

    /// <summary>Writes the presence a session begins with: priority 1, so that messages to the bare JID come here (LP 1.6).</summary>
    public static void InitialPresence(OutgoingBuffer buffer) => buffer.Raw("<presence><priority>1</priority></presence>"u8);

    /// <summary>Writes an acknowledgement (XEP-0198 4).</summary>
    public static void Acknowledgement(OutgoingBuffer buffer, long handled)
    {
        buffer.Raw("<a xmlns='urn:xmpp:sm:3'"u8);
        buffer.Attribute("h"u8, unchecked((uint)handled).ToString(CultureInfo.InvariantCulture));
        buffer.Raw("/>"u8);
    }

    /// <summary>Writes the end of the stream, with an error where there is one (RFC 6120 4.9).</summary>
    public static void StreamEnd(OutgoingBuffer buffer, string? condition, string? detail)
    {
        if (condition is not null)
        {
            buffer.Raw("<stream:error><"u8);
            buffer.Markup(condition);
            buffer.Raw(" xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"u8);
            buffer.Markup(detail ?? "");
            buffer.Raw("</stream:error>"u8);
        }

        buffer.Raw("</stream:stream>"u8);
    }

    /// <summary>An element as markup, in the form in which it stands alone.</summary>
    public static string Markup(XElement element) => element.ToString(SaveOptions.DisableFormatting);
}
