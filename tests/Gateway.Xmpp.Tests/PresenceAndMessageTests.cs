using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>Presence, subscriptions, and messages as the handler sees them.</summary>
[Trait("Category", "Unit")]
public sealed class PresenceAndMessageTests
{
    private static readonly Jid Lider = Jid.Parse($"lider_sunucu@{Steps.Domain}");

    [Fact]
    public async Task Initial_presence_has_priority_one()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        var start = connection.Received.IndexOf("<presence", StringComparison.Ordinal);
        var presence = System.Xml.Linq.XElement.Parse(connection.Received[start..(connection.Received.IndexOf("</presence>", StringComparison.Ordinal) + 11)]);

        Assert.Equal("1", presence.Element(presence.Name.Namespace + "priority")!.Value);
        Assert.Null(presence.Attribute("type"));
        Assert.Null(presence.Attribute("to"));
    }

    [Theory]
    [InlineData("lider_sunucu@im.liderahenk.org")]
    [InlineData("lider_sunucu@im.liderahenk.org/Smack")]
    [InlineData("Lider_Sunucu@IM.liderahenk.org/Smack")]
    public async Task Subscription_of_lider_is_accepted(string from)
    {
        var (scene, connection) = await Scene.OnlineAsync(options => options with { AcceptSubscriptionFrom = Lider });
        await using var _ = scene;

        await connection.WriteAsync($"<presence type='subscribe' from='{from}' to='agent@{Steps.Domain}'/>");

        var answer = await connection.ReadStanzaAsync("the acceptance");
        Assert.Equal("subscribed", (string?)answer.Attribute("type"));
        Assert.Equal(Lider, Jid.Parse((string)answer.Attribute("to")!).Bare);
    }

    [Theory]
    [InlineData("birisi@im.liderahenk.org")]
    [InlineData("lider_sunucu@example.org")]
    [InlineData("lider_sunucu.im.liderahenk.org")]
    [InlineData("")]
    public async Task Subscription_of_anybody_else_is_not_accepted(string from)
    {
        var (scene, connection) = await Scene.OnlineAsync(options => options with { AcceptSubscriptionFrom = Lider });
        await using var _ = scene;

        await connection.WriteAsync(from.Length == 0 ? "<presence type='subscribe'/>" : $"<presence type='subscribe' from='{from}'/>");

        Assert.DoesNotContain(await connection.FlushAsync(), token => token.Text.Contains("subscribed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_name_nobody_is_accepted()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync($"<presence type='subscribe' from='{Lider}'/>");

        Assert.DoesNotContain(await connection.FlushAsync(), token => token.Text.Contains("subscribed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Message_arrives_with_all_it_says()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync(
            $"<message type='normal' id='7' from='{Lider}/Smack' to='agent@{Steps.Domain}'><body>{{&quot;a&quot;:&apos;&#x15F;&lt;]]&gt;&amp;&apos;}}</body>" +
            "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/></message>");

        var message = await scene.Handler.NextMessageAsync();
        Assert.Equal("7", message.Id);
        Assert.Equal(Jid.Parse($"{Lider}/Smack"), message.From);
        Assert.Equal("normal", message.Type);
        Assert.Equal("{\"a\":'ş<]]>&'}", message.Body);
        Assert.True(message.IsDelayed);
        Assert.Equal("s1", message.StreamId);
        Assert.Equal(1, message.Sequence);
    }

    [Fact]
    public async Task Body_in_cdata_is_text()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync(Steps.Message("a<![CDATA[<b>&amp;]]>c"));

        Assert.Equal("a<b>&amp;c", (await scene.Handler.NextMessageAsync()).Body);
    }

    [Fact]
    public async Task Message_without_type_is_normal_and_without_from_is_the_servers()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync("<message><body>x</body></message>");

        var message = await scene.Handler.NextMessageAsync();
        Assert.Equal("normal", message.Type);
        Assert.Equal(Jid.Parse(Steps.Domain), message.From.Bare);
        Assert.Null(message.Id);
        Assert.False(message.IsDelayed);
    }

    [Fact]
    public async Task Receipt_names_its_message_and_is_not_answered()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync(
            $"<message from='{Lider}/Smack' id='r'><received xmlns='urn:xmpp:receipts' id='m42'/></message>" +
            $"<message from='{Lider}/Smack' id='q'><body>x</body><request xmlns='urn:xmpp:receipts'/></message>");

        var receipt = await scene.Handler.NextMessageAsync();
        Assert.Equal("m42", receipt.ReceiptFor);
        Assert.Null(receipt.Body);
        Assert.Null((await scene.Handler.NextMessageAsync()).ReceiptFor);

        // A message without a body makes Lider stumble (LP 1.5), so the request stays unanswered.
        Assert.DoesNotContain(await connection.FlushAsync(), token => token.Element?.Name == ScriptedConnection.Client + "message");
    }

    [Fact]
    public async Task Bounce_tells_its_condition()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync(
            $"<message type='error' id='m1' from='{Lider}'><body>x</body><error type='wait'>" +
            "<resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>full</text></error></message>");

        var message = await scene.Handler.NextMessageAsync();
        Assert.Equal("error", message.Type);
        Assert.Equal("m1", message.Id);
        Assert.Equal("resource-constraint", message.ErrorCondition);
    }

    [Theory]
    [InlineData("<message from='not a @ jid/'><body>x</body></message>")]
    [InlineData("<message from='@im.liderahenk.org'><body>x</body></message>")]
    [InlineData("<presence from='birisi@im.liderahenk.org/x'><show>away</show></presence>")]
    [InlineData("<presence type='error' from='birisi@im.liderahenk.org'/>")]
    [InlineData("<unknown xmlns='urn:example'><deep><er/></deep></unknown>")]
    [InlineData("<iq/>")]
    [InlineData("<message/>")]
    [InlineData("<presence/>")]
    [InlineData("\n  \t ")]
    public async Task Odd_but_legal_stanza_leaves_the_client_listening_or_reconnecting(string stanza)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await HardeningTests.AssertHearsAfterwardsAsync(scene, connection, stanza);
    }
}
