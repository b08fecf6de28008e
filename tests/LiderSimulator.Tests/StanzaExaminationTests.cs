using System.Xml.Linq;
using Ahenk.LiderSimulator.Wire;

namespace Ahenk.LiderSimulator.Tests;

[Trait("Category", "Unit")]
public sealed class StanzaExaminationTests
{
    [Theory]
    [InlineData("<message xmlns='jabber:client' type='normal'><body>x</body></message>")]
    [InlineData("<message xmlns='jabber:client'><body>x</body><request xmlns='urn:xmpp:receipts'/></message>")]
    [InlineData("<message xmlns='jabber:client' xml:lang='tr'><body xml:lang='tr'>x</body></message>")]
    public void Normal_messages_with_a_body_pass(string xml)
    {
        var (body, findings) = StanzaExamination.Examine(XElement.Parse(xml));

        Assert.Equal("x", body);
        Assert.Empty(findings);
    }

    [Theory]
    [InlineData("<message xmlns='jabber:client' type='chat'><body>x</body></message>", "type is 'chat'")]
    [InlineData("<message xmlns='jabber:client' type='normal'><received xmlns='urn:xmpp:receipts' id='1'/></message>", "without a body")]
    [InlineData("<message xmlns='jabber:client'><body>x<b/></body></message>", "holds elements")]
    [InlineData("<message xmlns='jabber:client'><body xml:lang='tr'>x</body></message>", "xml:lang")]
    public void Messages_no_listener_gets_are_dropped(string xml, string reason)
    {
        var (body, findings) = StanzaExamination.Examine(XElement.Parse(xml));

        Assert.Null(body);
        Assert.Contains(reason, Assert.Single(findings).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StanzaExamination.SmallestServerLimit, 'a', 0)]
    [InlineData(StanzaExamination.SmallestServerLimit + 1, 'a', 1)]
    [InlineData(StanzaExamination.SmallestServerLimit / 4 + 1, '<', 1)]
    public void A_stanza_some_server_would_refuse_is_blamed(int length, char character, int findings)
    {
        XNamespace client = "jabber:client";
        var message = new XElement(client + "message", new XElement(client + "body", new string(character, length)));

        Assert.Equal(findings, StanzaExamination.Examine(message).Findings.Count);
    }
}
