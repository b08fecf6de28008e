using System.Text;
using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>XML that RFC 6120 11.1 forbids, or that is none: the stream ends with an error and the client comes back by itself.</summary>
[Trait("Category", "Unit")]
public sealed class HardeningTests
{
    public static TheoryData<string> Forbidden() =>
    [
        "<?pi data?>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE x>",
        "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>",
        "<!-- comment -->",
        "<message><!-- comment --><body>x</body></message>",
        "<message><body>a<!-- comment -->b</body></message>",
        "<message><?pi data?><body>x</body></message>",
        "<message><!DOCTYPE x><body>x</body></message>",
        "<message><body>&nbsp;</body></message>",
        "<message><body>&undefined;</body></message>",
        "<message from='&undefined;'/>",
        "<message><body>&#0;</body></message>",
        "<message><body>&#x1F;</body></message>",
        "<message><body>&#xD800;</body></message>",
        "<message><body>&#xFFFFFFFFFF;</body></message>",
        "<message><body>& </body></message>",
        "<message><body>a\u0001b</body></message>",
        "<message><body>]]></body></message>",
        "<message><body>x</message>",
        "<message><body>x</boDy></message>",
        "<message></body></message>",
        "</message>",
        "<message from='a' from='b'/>",
        "<message from=a/>",
        "<message from/>",
        "<message from='a<b'/>",
        "<message from='a'id='b'/>",
        "<x:message/>",
        "<message x:y='1'/>",
        "<message xmlns:x=''/>",
        "<1message/>",
        "< message/>",
        "<message",
        "<message/ >",
        "<>",
        "</>",
        "<![CDATA[top]]>",
        "text between stanzas",
        "&amp;",
        "<message><![CDATA[</message>]]>",
        "<message><![cdata[x]]></message>",
    ];

    [Theory]
    [MemberData(nameof(Forbidden))]
    public async Task Forbidden_xml_ends_the_stream_with_an_error_and_the_client_comes_back(string xml)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        // What is only unfinished becomes wrong with the stanza behind it.
        await connection.WriteAsync(xml + Steps.Message("never") + "</stream:stream>");

        await AssertStreamErrorAndReturnAsync(scene, connection);
        Assert.DoesNotContain(scene.Handler.Unread(), message => message.Body == "never");
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("C080")]
    [InlineData("C328")]
    [InlineData("EDA080")]
    [InlineData("F888808080")]
    [InlineData("F4908080")]
    [InlineData("E282")]
    [InlineData("00")]
    [InlineData("EFBFBF")]
    public async Task Text_that_is_not_utf8_ends_the_stream_with_an_error_and_the_client_comes_back(string bytes)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync((byte[])[.. Encoding.UTF8.GetBytes($"<message from='{Outgoing.Lider}'><body>"), .. Convert.FromHexString(bytes), .. "</body></message>"u8]);

        await AssertStreamErrorAndReturnAsync(scene, connection);
    }

    [Theory]
    [InlineData("<?pi data?>")]
    [InlineData("<!DOCTYPE x>")]
    [InlineData("<!-- comment -->")]
    [InlineData("<stream:features><!-- --></stream:features>")]
    [InlineData("<stream:features>&undefined;</stream:features>")]
    [InlineData("<stream:features></stream:feature>")]
    [InlineData("garbage")]
    public async Task Forbidden_xml_before_authentication_ends_the_attempt_without_a_password(string xml)
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.ReadAsync("the client's stream header");
        await connection.WriteAsync(Steps.Header() + xml);

        await connection.ReadToCloseAsync();

        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
        await scene.Server.AcceptSessionAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("<html><body>502</body></html>")]
    [InlineData("<stream:stream xmlns='jabber:client' xmlns:stream='urn:wrong' version='1.0'>")]
    [InlineData("<!DOCTYPE x><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")]
    [InlineData("\0\0\0\0")]
    public async Task Peer_that_is_no_xmpp_server_is_left_and_tried_again(string greeting)
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.ReadAsync("the client's stream header");
        await connection.WriteAsync(greeting);

        await connection.ReadToCloseAsync();

        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
        await scene.Server.AcceptSessionAsync();
        Assert.Equal(XmppFailureKind.Protocol, scene.Client.Status.LastFailure!.Kind);
    }

    [Theory]
    [InlineData("host-unknown", XmppFailureKind.StreamError)]
    [InlineData("system-shutdown", XmppFailureKind.StreamError)]
    [InlineData("conflict", XmppFailureKind.Conflict)]
    [InlineData("not-authorized", XmppFailureKind.NotAuthorized, XmppFailureKind.StreamError)]
    public async Task Error_of_the_server_is_told(string condition, params XmppFailureKind[] kinds)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync($"<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");

        var status = await scene.Running.WaitForStatusAsync(now => now.LastFailure is not null, "the failure");
        Assert.Contains(status.LastFailure!.Kind, kinds);
        Assert.Contains(condition, status.LastFailure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_of_the_stream_is_answered_and_the_client_comes_back()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync("</stream:stream>");

        Assert.Contains(await connection.ReadToCloseAsync(), token => token.Kind == TokenKind.End);
        await scene.Server.AcceptSessionAsync();
    }

    [Fact]
    public async Task Connection_closed_in_the_middle_of_a_stanza_is_no_message()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync($"<message from='{Outgoing.Lider}'><body>half");
        connection.Cut();

        await scene.Server.AcceptSessionAsync();
        Assert.Empty(scene.Handler.Unread());
    }

    /// <summary>The client hears the next message: on this connection, or on the next one after a stream error.</summary>
    internal static async Task AssertHearsAfterwardsAsync(Scene scene, ScriptedConnection connection, string what)
    {
        var mark = Guid.NewGuid().ToString("N");
        await connection.TryWriteAsync([Encoding.UTF8.GetBytes(what), Encoding.UTF8.GetBytes(Steps.Message(mark))]);
        var returning = ServeNextAsync();
        async Task ServeNextAsync()
        {
            while ((await connection.ReadAsync("the client to write or to close")).Kind != TokenKind.Closed)
            {
                // Acks and answers.
            }

            var next = await scene.Server.AcceptSessionAsync();
            await next.MessageAsync(mark);
        }

        while ((await scene.Handler.NextMessageAsync($"the message behind {what}")).Body != mark)
        {
            // What was odd may be a message itself.
        }

        if (returning.IsFaulted)
        {
            await returning;
        }
    }

    private static async Task AssertStreamErrorAndReturnAsync(Scene scene, ScriptedConnection connection)
    {
        var tokens = await connection.ReadToCloseAsync();
        Assert.Contains(tokens, token => token.Text.StartsWith("<stream:error", StringComparison.Ordinal));

        var second = await scene.Server.AcceptSessionAsync();
        Assert.Equal(XmppFailureKind.Protocol, scene.Client.Status.LastFailure!.Kind);
        await second.MessageAsync("welcome back");
        Assert.Equal("welcome back", (await scene.Handler.NextMessageAsync("the first message of the new session")).Body);
    }
}
