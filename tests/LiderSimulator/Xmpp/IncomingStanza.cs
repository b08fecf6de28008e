using System.Xml.Linq;

namespace Ahenk.LiderSimulator.Xmpp;

/// <summary>A stanza from the server.</summary>
/// <param name="Element">The parsed stanza; its namespace is <c>jabber:client</c>.</param>
/// <param name="Bytes">Its size on the wire, as the server wrote it.</param>
public sealed record IncomingStanza(XElement Element, int Bytes)
{
    /// <summary><c>message</c>, <c>presence</c> or <c>iq</c>.</summary>
    public string Name => Element.Name.LocalName;

    /// <summary>The sender as the server stamped it; empty for the server itself.</summary>
    public string From => (string?)Element.Attribute("from") ?? "";

    /// <summary>The id, or <see langword="null"/>.</summary>
    public string? Id => (string?)Element.Attribute("id");

    /// <summary>The type, or <see langword="null"/>.</summary>
    public string? Type => (string?)Element.Attribute("type");

    /// <summary>The text of the first body, or <see langword="null"/>.</summary>
    public string? Body => Element.Element(XmppNames.Client + "body")?.Value;
}
