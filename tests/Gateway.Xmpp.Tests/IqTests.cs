using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>Questions in both directions (RFC 6120 8.2.3, XEP-0030, XEP-0092, XEP-0199).</summary>
[Trait("Category", "Unit")]
public sealed class IqTests
{
    private const string Ping = "<ping xmlns='urn:xmpp:ping'/>";
    private const string Own = $"agent@{Steps.Domain}";
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("")]
    [InlineData($"from='{Steps.Domain}'")]
    [InlineData($"from='{Own}'")]
    [InlineData($"from='{Own}/r1'")]
    public async Task Answer_of_the_own_server_is_accepted(string from)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        var asking = AskAsync(scene, to: null);
        var id = await ReadRequestIdAsync(connection);

        await connection.WriteAsync($"<iq type='result' id='{id}' {from}><query xmlns='urn:example'>yes</query></iq>");

        var answer = await asking.Within("the answer");
        Assert.Equal(IqOutcome.Result, answer.Outcome);
        Assert.Contains("urn:example", answer.Payload, StringComparison.Ordinal);
        Assert.Contains(">yes<", answer.Payload, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"from='birisi@{Steps.Domain}/x'")]
    [InlineData("from='example.org'")]
    [InlineData($"from='lider_sunucu@{Steps.Domain}/Smack'")]
    [InlineData("from='not a @ jid'")]
    public async Task Answer_of_a_stranger_with_the_right_id_is_ignored(string from)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        var asking = AskAsync(scene, to: null);
        var id = await ReadRequestIdAsync(connection);

        await connection.WriteAsync($"<iq type='result' id='{id}' {from}><query xmlns='urn:forged'/></iq>");
        await connection.WriteAsync($"<iq type='error' id='{id}' {from}/>");
        await connection.FlushAsync();
        Assert.False(asking.IsCompleted);

        await connection.WriteAsync($"<iq type='result' id='{id}'><query xmlns='urn:honest'/></iq>");
        Assert.Contains("urn:honest", (await asking.Within("the honest answer")).Payload, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData($"from='{Steps.Domain}'")]
    [InlineData($"from='{Own}'")]
    [InlineData($"from='lider_sunucu@{Steps.Domain}'")]
    [InlineData($"from='lider_sunucu@{Steps.Domain}/smack'")]
    public async Task Question_to_someone_is_answered_by_nobody_else(string from)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        var asking = AskAsync(scene, Outgoing.Lider);
        var id = await ReadRequestIdAsync(connection);

        await connection.WriteAsync($"<iq type='result' id='{id}' {from}><query xmlns='urn:forged'/></iq>");
        await connection.FlushAsync();
        Assert.False(asking.IsCompleted);

        await connection.WriteAsync($"<iq type='result' id='{id}' from='{Outgoing.Lider}'/>");
        Assert.Equal(IqOutcome.Result, (await asking.Within("the answer of the one who was asked")).Outcome);
    }

    [Fact]
    public async Task Answer_with_another_id_is_ignored()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        var asking = AskAsync(scene, to: null);
        var id = await ReadRequestIdAsync(connection);

        await connection.WriteAsync($"<iq type='result' id='{id}x'/><iq type='result'/>");
        await connection.FlushAsync();

        Assert.False(asking.IsCompleted);
        await connection.WriteAsync($"<iq type='result' id='{id}'/>");
        await asking.Within("the answer");
    }

    [Fact]
    public async Task Error_tells_its_condition()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        var asking = AskAsync(scene, to: null);
        var id = await ReadRequestIdAsync(connection);

        await connection.WriteAsync(
            $"<iq type='error' id='{id}'>{Ping}<error type='cancel'><feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");

        var answer = await asking.Within("the error");
        Assert.Equal(IqOutcome.Error, answer.Outcome);
        Assert.Equal("feature-not-implemented", answer.ErrorCondition);
    }

    [Fact]
    public async Task Question_without_an_answer_times_out()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        var answer = await scene.Client.RequestAsync(
            "get", null, Ping, TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken).Within("the question to time out");

        Assert.Equal(IqOutcome.TimedOut, answer.Outcome);
        await connection.FlushAsync();
    }

    [Fact]
    public async Task Question_without_a_session_is_not_asked()
    {
        await using var scene = Scene.Start();

        Assert.Equal(IqOutcome.NotConnected, (await AskAsync(scene, to: null).Within("the question to fail")).Outcome);
    }

    [Fact]
    public async Task Question_whose_session_is_lost_for_good_ends()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        var asking = AskAsync(scene, to: null);
        await ReadRequestIdAsync(connection);
        connection.Cut();
        await scene.Server.AcceptSessionAsync();

        Assert.Equal(IqOutcome.NotConnected, (await asking.Within("the question to fail")).Outcome);
    }

    [Fact]
    public async Task Ping_is_answered_to_whom_it_came_from()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync($"<iq type='get' id='p&apos;1' from='{Outgoing.Lider}' to='{Own}/r1'>{Ping}</iq>");

        var pong = await connection.ReadStanzaAsync("the answer to a ping");
        Assert.Equal("result", (string?)pong.Attribute("type"));
        Assert.Equal("p'1", (string?)pong.Attribute("id"));
        Assert.Equal(Outgoing.Lider.ToString(), (string?)pong.Attribute("to"));
        Assert.Empty(pong.Elements());
    }

    [Fact]
    public async Task Ping_of_the_server_without_from_is_answered()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync($"<iq type='get' id='p1'>{Ping}</iq>");

        Assert.Equal("p1", (string?)(await connection.ReadStanzaAsync("the answer to a ping")).Attribute("id"));
    }

    [Fact]
    public async Task Disco_tells_who_we_are_and_what_we_can()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync($"<iq type='get' id='d' from='{Steps.Domain}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");

        var answer = await connection.ReadStanzaAsync("the answer to disco#info");
        Assert.Equal("result", (string?)answer.Attribute("type"));
        System.Xml.Linq.XNamespace disco = "http://jabber.org/protocol/disco#info";
        var query = answer.Element(disco + "query")!;
        Assert.Equal("client", (string?)query.Element(disco + "identity")!.Attribute("category"));
        var features = query.Elements(disco + "feature").Select(feature => (string?)feature.Attribute("var")).ToList();
        Assert.Contains("http://jabber.org/protocol/disco#info", features);
        Assert.Contains("urn:xmpp:ping", features);
        Assert.Contains("jabber:iq:version", features);
    }

    [Fact]
    public async Task Version_tells_name_and_version()
    {
        var (scene, connection) = await Scene.OnlineAsync(options => options with { SoftwareName = "Ahenk & Co", SoftwareVersion = "3.0<1>" });
        await using var _ = scene;

        await connection.WriteAsync($"<iq type='get' id='v' from='{Steps.Domain}'><query xmlns='jabber:iq:version'/></iq>");

        var answer = await connection.ReadStanzaAsync("the answer to the question for our version");
        Assert.Equal("Ahenk & Co", answer.Descendants("{jabber:iq:version}name").Single().Value);
        Assert.Equal("3.0<1>", answer.Descendants("{jabber:iq:version}version").Single().Value);
    }

    [Theory]
    [InlineData("get", "<query xmlns='jabber:iq:last'/>")]
    [InlineData("set", "<query xmlns='urn:example:command'/>")]
    [InlineData("set", "<ping xmlns='urn:xmpp:ping'/>")]
    public async Task Unknown_question_gets_service_unavailable(string type, string payload)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync($"<iq type='{type}' id='u' from='birisi@{Steps.Domain}/x'>{payload}</iq>");

        var answer = await connection.ReadStanzaAsync("an error");
        Assert.Equal("error", (string?)answer.Attribute("type"));
        Assert.Equal("u", (string?)answer.Attribute("id"));
        Assert.NotNull(answer.Descendants("{urn:ietf:params:xml:ns:xmpp-stanzas}service-unavailable").SingleOrDefault());
    }

    [Theory]
    [InlineData("")]
    [InlineData($"from='{Own}'")]
    public async Task Roster_push_of_the_own_account_is_answered(string from)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync($"<iq type='set' id='r' {from}><query xmlns='jabber:iq:roster'><item jid='a@b'/></query></iq>");

        Assert.Equal("result", (string?)(await connection.ReadStanzaAsync("the answer to a roster push")).Attribute("type"));
    }

    [Fact]
    public async Task Roster_push_of_a_stranger_is_refused_or_ignored()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync($"<iq type='set' id='r' from='birisi@{Steps.Domain}/x'><query xmlns='jabber:iq:roster'/></iq>");

        Assert.DoesNotContain(await connection.FlushAsync(), token => (string?)token.Element?.Attribute("type") == "result");
    }

    [Fact]
    public async Task Results_nobody_asked_for_are_not_answered()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync("<iq type='result' id='nobody'/><iq type='error' id='nobody'><error type='cancel'/></iq><iq id='typeless'/><iq type='bad' id='x'/>");

        Assert.DoesNotContain(
            await connection.FlushAsync(),
            token => token.Element?.Name == ScriptedConnection.Client + "iq" && (string?)token.Element.Attribute("type") != "error");
    }

    private static Task<IqAnswer> AskAsync(Scene scene, Jid? to) =>
        scene.Client.RequestAsync("get", to, Ping, Long, TestContext.Current.CancellationToken);

    private static async Task<string> ReadRequestIdAsync(ScriptedConnection connection)
    {
        var request = await connection.ReadStanzaAsync("the question");
        Assert.Equal("get", (string?)request.Attribute("type"));
        return (string)request.Attribute("id")!;
    }
}
