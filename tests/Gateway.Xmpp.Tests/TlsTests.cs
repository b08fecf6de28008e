using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.XmppServers;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>When TLS is used, whom it believes, and that nothing leaves before it stands.</summary>
[Trait("Category", "Unit")]
public sealed class TlsTests : IDisposable
{
    private readonly X509Certificate2 _authority = TestCertificates.Authority("Deneme CA");
    private readonly X509Certificate2 _certificate;
    private readonly string _caFile = Path.GetTempFileName();

    public TlsTests()
    {
        _certificate = TestCertificates.IssuedBy(_authority, Steps.Domain);
        TestCertificates.WritePem(_caFile, _authority);
    }

    [Fact]
    public async Task Password_never_leaves_when_tls_is_required_and_not_offered()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Required });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"));

        await connection.ReadToCloseAsync();

        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
        Assert.DoesNotContain(Scene.User, connection.Received.Replace(Steps.Domain, "", StringComparison.Ordinal), StringComparison.Ordinal);
        var status = await scene.Running.WaitForFailureAsync(XmppFailureKind.Tls);
        Assert.DoesNotContain(Scene.Secret, status.LastFailure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anonymous_does_not_authenticate_in_clear_when_tls_is_required()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Required, Credentials = new XmppCredentials.Anonymous() });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("ANONYMOUS"));

        await connection.ReadToCloseAsync();

        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
        await scene.Running.WaitForFailureAsync(XmppFailureKind.Tls);
    }

    [Fact]
    public async Task Refused_starttls_ends_the_attempt_without_a_password()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Required });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.StartTls + Steps.Mechanisms("PLAIN"));
        await connection.ReadElementAsync(ScriptedConnection.TlsNamespace + "starttls", "starttls");
        await connection.WriteAsync("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>");

        await connection.ReadToCloseAsync();

        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
        await scene.Running.WaitForFailureAsync(XmppFailureKind.Tls);
    }

    [Fact]
    public async Task Session_stands_over_tls_with_a_certificate_of_the_configured_authority()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Required, CaFile = _caFile });
        var connection = await scene.Server.AcceptAsync();
        await SecureAsync(connection, _certificate);

        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        var auth = await connection.ReadAuthAsync();
        Assert.Equal($"\0{Scene.User}\0{Scene.Secret}", Steps.FromBase64(auth.Value));
        await connection.SucceedAsync();
        await connection.BindAsync();

        await scene.Client.WaitForSessionAsync(TestContext.Current.CancellationToken).Within("the session");
        Assert.DoesNotContain("<auth", connection.ReceivedInClear, StringComparison.Ordinal);
        Assert.Contains("TLS", scene.Client.Status.Connection, StringComparison.Ordinal);
        Assert.True(connection.Tls!.SslProtocol >= SslProtocols.Tls12, $"{connection.Tls.SslProtocol} was negotiated");
    }

    [Fact]
    public async Task Plain_text_behind_proceed_is_not_believed()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Required, CaFile = _caFile });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.StartTls);

        // Whoever sits in between puts its own stream behind the server's word and hopes that the client's buffer keeps it for later.
        await connection.ProceedAsync(
            behind: $"{Steps.Header("evil")}<stream:features>{Steps.Mechanisms("X-EVIL")}</stream:features>" +
                "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        try
        {
            await connection.SecureAsync(_certificate);
            await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
            var auth = await connection.ReadAuthAsync();
            Assert.Equal("PLAIN", (string?)auth.Attribute("mechanism"));
            await connection.SucceedAsync();
            await connection.BindAsync();
            await scene.Client.WaitForSessionAsync(TestContext.Current.CancellationToken).Within("the session");
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            // Refusing is as good as discarding, as long as no secret has left.
            Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
            Assert.NotEqual(XmppPhase.Online, scene.Client.Status.Phase);
            await scene.Running.WaitForStatusAsync(status => status.LastFailure is not null, "the refusal to be told");
        }
    }

    public enum Flaw
    {
        WrongName,
        UnknownAuthority,
        SelfSigned,
        Expired,
        NotTheSystems,
    }

    [Theory]
    [InlineData(Flaw.WrongName)]
    [InlineData(Flaw.UnknownAuthority)]
    [InlineData(Flaw.SelfSigned)]
    [InlineData(Flaw.Expired)]
    [InlineData(Flaw.NotTheSystems)]
    public async Task Certificate_with_a_flaw_is_refused_before_the_password(Flaw flaw)
    {
        using var stranger = TestCertificates.Authority("Yabancı CA");
        using var certificate = flaw switch
        {
            Flaw.WrongName => TestCertificates.IssuedBy(_authority, "baska.example.org"),
            Flaw.UnknownAuthority => TestCertificates.IssuedBy(stranger, Steps.Domain),
            Flaw.SelfSigned => TestCertificates.SelfSigned(Steps.Domain),
            Flaw.Expired => TestCertificates.IssuedBy(_authority, Steps.Domain, expired: true),
            _ => TestCertificates.IssuedBy(_authority, Steps.Domain),
        };
        var caFile = flaw == Flaw.NotTheSystems ? null : _caFile;
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Required, CaFile = caFile });
        var connection = await scene.Server.AcceptAsync();

        await RefusedAsync(connection, certificate);

        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
        var status = await scene.Running.WaitForFailureAsync(XmppFailureKind.Tls);
        Assert.NotEqual("", status.LastFailure!.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pinned_certificate_is_accepted_whoever_signed_it(bool withColons)
    {
        using var certificate = TestCertificates.SelfSigned("baska.example.org");
        var pin = Convert.ToHexString(SHA256.HashData(certificate.RawData));
        pin = withColons ? string.Join(':', pin.Chunk(2).Select(two => new string(two))) : pin.ToLowerInvariant();
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Required, CertificatePin = pin });
        var connection = await scene.Server.AcceptAsync();
        await SecureAsync(connection, certificate);
        await connection.EstablishAsync();

        await scene.Client.WaitForSessionAsync(TestContext.Current.CancellationToken).Within("the session");
    }

    [Fact]
    public async Task Pin_excludes_every_other_certificate_even_a_trusted_one()
    {
        using var pinned = TestCertificates.SelfSigned(Steps.Domain);
        await using var scene = Scene.Start(options => options with
        {
            Tls = TlsMode.Required,
            CaFile = _caFile,
            CertificatePin = Convert.ToHexString(SHA256.HashData(pinned.RawData)),
        });
        var connection = await scene.Server.AcceptAsync();

        await RefusedAsync(connection, _certificate);

        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
        await scene.Running.WaitForFailureAsync(XmppFailureKind.Tls);
    }

    [Fact]
    public async Task Optional_uses_starttls_when_it_is_offered()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Optional, CaFile = _caFile });
        var connection = await scene.Server.AcceptAsync();
        await SecureAsync(connection, _certificate, besides: Steps.Mechanisms("PLAIN"));
        await connection.EstablishAsync();

        await scene.Client.WaitForSessionAsync(TestContext.Current.CancellationToken).Within("the session");
        Assert.DoesNotContain("<auth", connection.ReceivedInClear, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Optional_without_tls_authenticates_with_scram_but_never_with_plain()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Optional });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadToCloseAsync();
        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);

        var second = await scene.Server.AcceptAsync();
        await second.OpenAsync(Steps.Mechanisms("PLAIN", "SCRAM-SHA-1"));
        Assert.Equal("SCRAM-SHA-1", await second.ScramAsync(new ScramServer("SCRAM-SHA-1", Scene.Secret)));
    }

    [Fact]
    public async Task Never_stays_in_plain_text_even_when_starttls_is_offered_and_says_so_at_start()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Never });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.StartTls + Steps.Mechanisms("PLAIN"));

        var auth = await connection.ReadAuthAsync();

        Assert.Equal("PLAIN", (string?)auth.Attribute("mechanism"));
        Assert.Contains(scene.Running.Log.Lines, line => line.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task Required_gives_no_warning_at_start()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Required, CaFile = _caFile });
        var connection = await scene.Server.AcceptAsync();
        await connection.ReadAsync("the client's stream header");

        Assert.DoesNotContain(scene.Running.Log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Header_in_clear_names_the_service_and_not_the_account()
    {
        await using var scene = Scene.Start(options => options with { Tls = TlsMode.Required });
        var connection = await scene.Server.AcceptAsync();

        var header = (await connection.ReadAsync("the client's stream header")).Element!;

        Assert.Equal(Steps.Domain, (string?)header.Attribute("to"));
        Assert.Equal("1.0", (string?)header.Attribute("version"));
        Assert.Null(header.Attribute("from"));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _certificate.Dispose();
        File.Delete(_caFile);
    }

    private static async Task SecureAsync(ScriptedConnection connection, X509Certificate2 certificate, string besides = "")
    {
        await connection.OpenAsync(Steps.StartTls + besides);
        await connection.ProceedAsync();
        await connection.SecureAsync(certificate);
    }

    // With TLS 1.3 the server's handshake is over before the client has judged the certificate: it learns of it when it reads.
    private static async Task RefusedAsync(ScriptedConnection connection, X509Certificate2 certificate)
    {
        try
        {
            await SecureAsync(connection, certificate);
            Assert.Equal(TokenKind.Closed, (await connection.ReadAsync("the client to refuse the certificate")).Kind);
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            Assert.NotEqual("", refused.Message);
        }
    }
}
