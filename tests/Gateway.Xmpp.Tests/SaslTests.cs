using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>Which mechanism is chosen, and what a refusal does.</summary>
[Trait("Category", "Unit")]
public sealed class SaslTests
{
    [Fact]
    public async Task Plain_is_sent_in_clear_only_when_tls_is_never()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Never });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));

        var auth = await connection.ReadAuthAsync();

        Assert.Equal("PLAIN", (string?)auth.Attribute("mechanism"));
        Assert.Equal($"\0{Scene.User}\0{Scene.Secret}", Steps.FromBase64(auth.Value));
    }

    [Theory]
    [InlineData("PLAIN SCRAM-SHA-1", "SCRAM-SHA-1")]
    [InlineData("SCRAM-SHA-1 PLAIN SCRAM-SHA-256", "SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-256 SCRAM-SHA-512 SCRAM-SHA-1", "SCRAM-SHA-512")]
    [InlineData("X-OAUTH2 DIGEST-MD5 LOGIN ANONYMOUS PLAIN", "PLAIN")]
    [InlineData("SCRAM-SHA-256-PLUS SCRAM-SHA-1", "SCRAM-SHA-1")]
    public async Task Strongest_mechanism_that_can_be_used_is_chosen(string offered, string chosen)
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms(offered.Split(' ')));

        Assert.Equal(chosen, (string?)(await connection.ReadAuthAsync()).Attribute("mechanism"));
    }

    [Theory]
    [InlineData("X-OAUTH2")]
    [InlineData("ANONYMOUS")]
    [InlineData("plain")]
    [InlineData("")]
    public async Task Account_without_a_usable_mechanism_fails_and_says_so(string offered)
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms(offered.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        await connection.ReadToCloseAsync();

        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
        await scene.Running.WaitForFailureAsync(XmppFailureKind.Authentication);
    }

    [Fact]
    public async Task Anonymous_logs_in_without_a_name_and_takes_the_jid_it_is_given()
    {
        await using var scene = Scene.Start(options => options with { Credentials = new XmppCredentials.Anonymous(), IsPermanent = false });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("SCRAM-SHA-256", "PLAIN", "ANONYMOUS"));
        var auth = await connection.ReadAuthAsync();
        Assert.Equal("ANONYMOUS", (string?)auth.Attribute("mechanism"));
        await connection.SucceedAsync();
        await connection.BindAsync(new SessionScript { BoundJid = $"8f2c@{Steps.Domain}/9" }, isPermanent: false);

        var session = await scene.Running.NextSessionAsync();

        Assert.Equal(Jid.Parse($"8f2c@{Steps.Domain}/9"), session.BoundJid);
        Assert.Equal(session.BoundJid, scene.Client.Status.BoundJid);
    }

    [Fact]
    public async Task Anonymous_is_not_replaced_by_another_mechanism()
    {
        await using var scene = Scene.Start(options => options with { Credentials = new XmppCredentials.Anonymous(), IsPermanent = false });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN", "SCRAM-SHA-1"));

        await connection.ReadToCloseAsync();

        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
        await scene.Running.WaitForFailureAsync(XmppFailureKind.Authentication);
    }

    [Fact]
    public async Task Client_that_is_not_permanent_sends_no_presence_and_manages_no_stream()
    {
        await using var scene = Scene.Start(options => options with { IsPermanent = false });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadAuthAsync();
        await connection.SucceedAsync();
        await connection.BindAsync(isPermanent: false);
        await scene.Handler.NextSessionAsync();

        // The answer to a ping comes behind everything the client says of its own accord.
        await connection.WriteAsync($"<iq type='get' id='p' from='{Steps.Domain}'><ping xmlns='urn:xmpp:ping'/></iq>");
        var next = await connection.ReadElementAsync("the answer to our ping");

        Assert.Equal("p", (string?)next.Attribute("id"));
        Assert.DoesNotContain("<presence", connection.Received, StringComparison.Ordinal);
        Assert.DoesNotContain("<enable", connection.Received, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not-authorized", XmppFailureKind.NotAuthorized)]
    [InlineData("account-disabled", XmppFailureKind.NotAuthorized)]
    [InlineData("credentials-expired", XmppFailureKind.NotAuthorized)]
    [InlineData("invalid-mechanism", XmppFailureKind.Authentication)]
    public async Task Refusal_is_told_by_its_condition(string condition, XmppFailureKind kind)
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadAuthAsync();
        await connection.FailAsync(condition);

        var failure = (await scene.Running.WaitForFailureAsync(kind)).LastFailure!;

        Assert.Equal(XmppPhase.Authenticating, failure.During);
        Assert.DoesNotContain(Scene.Secret, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Temporary_failure_is_retried_like_any_other()
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadAuthAsync();
        await connection.FailAsync("temporary-auth-failure");

        // SlowRetry would be five minutes.
        await scene.Server.AcceptSessionAsync();
        await scene.Handler.NextSessionAsync();
    }

    [Fact]
    public async Task Session_is_requested_only_from_a_server_that_insists()
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptSessionAsync(
            new SessionScript { MoreFeatures = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session>" });
        await scene.Handler.NextSessionAsync();

        Assert.DoesNotContain("xmpp-session", connection.Received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_at_binding_is_a_failure_and_is_tried_again()
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadAuthAsync();
        await connection.SucceedAsync();
        await connection.OpenAsync("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
        var bind = await connection.ReadElementAsync("a request to bind");
        await connection.WriteAsync(
            $"<iq type='error' id='{(string)bind.Attribute("id")!}'><error type='cancel'>" +
            "<not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");

        await scene.Server.AcceptSessionAsync();

        Assert.NotNull(scene.Client.Status.LastFailure);
        await scene.Handler.NextSessionAsync();
    }

    [Fact]
    public async Task Resource_is_asked_for_when_configured()
    {
        await using var scene = Scene.Start(options => options with { Resource = "ahenk" });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadAuthAsync();
        await connection.SucceedAsync();
        await connection.OpenAsync("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");

        var bind = await connection.ReadElementAsync("a request to bind");

        Assert.Equal("ahenk", bind.Descendants("{urn:ietf:params:xml:ns:xmpp-bind}resource").Single().Value);
    }
}
