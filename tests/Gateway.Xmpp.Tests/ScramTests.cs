using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.XmppServers;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>SCRAM (RFC 5802, 7677) against servers that are honest and servers that are not.</summary>
[Trait("Category", "Unit")]
public sealed class ScramTests
{
    private const string EndPointBinding =
        "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-server-end-point'/></sasl-channel-binding>";

    private const string ChallengeOpen = "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>";

    [Theory]
    [InlineData("SCRAM-SHA-1")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public async Task Works_when_it_is_the_only_mechanism(string mechanism)
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms(mechanism));
        var scram = new ScramServer(mechanism, Scene.Secret);

        Assert.Equal(mechanism, await connection.ScramAsync(scram));
        await connection.BindAsync();

        await scene.Client.WaitForSessionAsync(TestContext.Current.CancellationToken).Within("the session");
        Assert.Equal("n,,", scram.Gs2Header);
        Assert.Contains(mechanism, scene.Client.Status.Connection, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b=c", "a=2Cb=3Dc")]
    [InlineData("=2C", "=3D2C")]
    [InlineData("şükrü", "şükrü")]
    public async Task User_name_is_escaped_exactly_once(string user, string onTheWire)
    {
        await using var scene = Scene.Start(options => options with { Credentials = new XmppCredentials.Password(user, Scene.Secret) });
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("SCRAM-SHA-256"));
        var scram = new ScramServer("SCRAM-SHA-256", Scene.Secret);

        await connection.ScramAsync(scram);

        Assert.Equal(onTheWire, scram.RawUser);
    }

    [Fact]
    public async Task Nonce_is_new_at_every_attempt()
    {
        var nonces = new List<string>();
        await using var scene = Scene.Start();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var connection = await scene.Server.AcceptAsync();
            await connection.OpenAsync(Steps.Mechanisms("SCRAM-SHA-1"));
            nonces.Add(Steps.FromBase64((await connection.ReadAuthAsync()).Value).Split("r=")[1]);
            connection.Cut();
        }

        Assert.Equal(3, nonces.Distinct().Count());
        Assert.All(nonces, nonce => Assert.True(nonce.Length >= 16, $"the nonce {nonce} is short"));
    }

    public static TheoryData<string> Lies() =>
    [
        "forged signature", "signature of another length", "no signature", "empty signature", "error instead of a signature", "nothing",
    ];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Server_that_does_not_prove_it_knows_the_password_is_refused(string lie)
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("SCRAM-SHA-256"));
        await connection.ScramAsync(new ScramServer("SCRAM-SHA-256", Scene.Secret)
        {
            BendFinal = final => lie switch
            {
                "forged signature" => "v=" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
                "signature of another length" => "v=" + Convert.ToBase64String(Convert.FromBase64String(final[2..])[..16]),
                "no signature" => "x=" + final[2..],
                "empty signature" => "v=",
                "error instead of a signature" => "e=other-error",
                _ => "",
            },
        });

        var tokens = await connection.ReadToCloseAsync();

        // No new stream: whoever this is gets neither a bound resource nor a message.
        Assert.DoesNotContain(tokens, token => token.Kind == TokenKind.Header);
        await scene.Running.WaitForFailureAsync(XmppFailureKind.Authentication);
        Assert.Empty(scene.Handler.Unread());
    }

    [Fact]
    public async Task Success_before_the_exchange_is_over_is_refused()
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("SCRAM-SHA-1"));
        await connection.ReadAuthAsync();
        await connection.SucceedAsync();

        var tokens = await connection.ReadToCloseAsync();

        Assert.DoesNotContain(tokens, token => token.Kind == TokenKind.Header);
        await scene.Running.WaitForFailureAsync(XmppFailureKind.Authentication);
    }

    [Fact]
    public async Task Signature_in_a_last_challenge_is_accepted()
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("SCRAM-SHA-1"));
        var scram = new ScramServer("SCRAM-SHA-1", Scene.Secret);
        var auth = await connection.ReadAuthAsync();
        await connection.WriteAsync($"{ChallengeOpen}{Steps.Base64(scram.First(Steps.FromBase64(auth.Value)))}</challenge>");
        var proof = await connection.ReadElementAsync(ScriptedConnection.Sasl + "response", "the client's proof");
        await connection.WriteAsync($"{ChallengeOpen}{Steps.Base64(scram.Final(Steps.FromBase64(proof.Value)))}</challenge>");
        var last = await connection.ReadElementAsync(ScriptedConnection.Sasl + "response", "the client's last response");
        Assert.Equal("", last.Value);
        await connection.SucceedAsync();
        await connection.BindAsync();

        await scene.Client.WaitForSessionAsync(TestContext.Current.CancellationToken).Within("the session");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("4095")]
    [InlineData("0")]
    [InlineData("-4096")]
    [InlineData("1000001")]
    [InlineData("2147483647")]
    [InlineData("99999999999999999999")]
    [InlineData("4096x")]
    [InlineData("")]
    public Task Iteration_count_out_of_bounds_gets_no_proof(string iterations) =>
        AssertNoProofAsync(new ScramServer("SCRAM-SHA-256", Scene.Secret) { IterationText = iterations });

    [Theory]
    [InlineData("not ours")]
    [InlineData("ours and nothing more")]
    [InlineData("ours with its first letter changed")]
    public Task Nonce_that_does_not_extend_ours_gets_no_proof(string nonce) =>
        AssertNoProofAsync(new ScramServer("SCRAM-SHA-256", Scene.Secret)
        {
            Nonce = ours => nonce switch
            {
                "not ours" => "fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j",
                "ours and nothing more" => ours,
                _ => (ours[0] == 'A' ? 'B' : 'A') + ours[1..] + "more",
            },
        });

    [Theory]
    [InlineData("m=must-understand,{0}")]
    [InlineData("{0},m=must-understand")]
    [InlineData("")]
    [InlineData("e=unknown-user")]
    [InlineData("s=QSXCR+Q6sek8bf92,i=4096")]
    public Task First_message_that_is_not_understood_gets_no_proof(string form) =>
        AssertNoProofAsync(new ScramServer("SCRAM-SHA-256", Scene.Secret)
        {
            BendFirst = first => form.Replace("{0}", first, StringComparison.Ordinal),
        });

    [Fact]
    public async Task Challenge_that_is_not_base64_ends_the_attempt_and_the_next_one_succeeds()
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("SCRAM-SHA-1"));
        await connection.ReadAuthAsync();
        await connection.WriteAsync($"{ChallengeOpen}%%%</challenge>");
        Assert.DoesNotContain("<response", string.Concat((await connection.ReadToCloseAsync()).Select(token => token.Text)), StringComparison.Ordinal);

        await scene.Server.AcceptSessionAsync();
        await scene.Handler.NextSessionAsync();
    }

    public static TheoryData<string, string> Plus() => new()
    {
        { "SCRAM-SHA-1-PLUS", "SHA256" },
        { "SCRAM-SHA-256-PLUS", "SHA256" },
        { "SCRAM-SHA-512-PLUS", "SHA256" },
        { "SCRAM-SHA-256-PLUS", "SHA384" },
        { "SCRAM-SHA-256-PLUS", "SHA512" },
    };

    [Theory]
    [MemberData(nameof(Plus))]
    public async Task Plus_binds_to_the_server_certificate(string mechanism, string certificateHash)
    {
        // RFC 5929 4.1: the hash of the certificate's own signature.
        var hash = new HashAlgorithmName(certificateHash);
        using var certificate = TestCertificates.SelfSigned(Steps.Domain, hash);
        await using var scene = StartOverTls(certificate);
        var connection = await scene.Server.AcceptAsync();
        await SecureAsync(connection, certificate);
        await connection.OpenAsync(Steps.Mechanisms(mechanism, mechanism.Replace("-PLUS", "", StringComparison.Ordinal), "PLAIN") + EndPointBinding);
        var scram = new ScramServer(mechanism, Scene.Secret) { ChannelBinding = CryptographicOperations.HashData(hash, certificate.RawData) };

        Assert.Equal(mechanism, await connection.ScramAsync(scram));

        Assert.Equal("p=tls-server-end-point,,", scram.Gs2Header);
        await connection.BindAsync();
        await scene.Client.WaitForSessionAsync(TestContext.Current.CancellationToken).Within("the session");
    }

    [Fact]
    public async Task Client_that_could_have_bound_says_so_when_no_plus_is_offered()
    {
        // RFC 5802 6: with the flag y a server that did offer -PLUS sees that someone in between has taken it out.
        using var certificate = TestCertificates.SelfSigned(Steps.Domain);
        await using var scene = StartOverTls(certificate);
        var connection = await scene.Server.AcceptAsync();
        await SecureAsync(connection, certificate);
        await connection.OpenAsync(Steps.Mechanisms("SCRAM-SHA-256"));
        var scram = new ScramServer("SCRAM-SHA-256", Scene.Secret);

        await connection.ScramAsync(scram);

        Assert.Equal("y,,", scram.Gs2Header);
    }

    [Fact]
    public async Task Plus_with_another_binding_than_ours_is_passed_over_without_crying_downgrade()
    {
        // The flag y would claim that the server offers no -PLUS at all, and a server that does would have to refuse (RFC 5802 6).
        using var certificate = TestCertificates.SelfSigned(Steps.Domain);
        await using var scene = StartOverTls(certificate);
        var connection = await scene.Server.AcceptAsync();
        await SecureAsync(connection, certificate);
        await connection.OpenAsync(
            Steps.Mechanisms("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256") +
            "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding>");
        var scram = new ScramServer("SCRAM-SHA-256", Scene.Secret);

        Assert.Equal("SCRAM-SHA-256", await connection.ScramAsync(scram));

        Assert.Equal("n,,", scram.Gs2Header);
    }

    [Fact]
    public async Task Plus_alone_is_tried_with_our_binding()
    {
        using var certificate = TestCertificates.SelfSigned(Steps.Domain);
        await using var scene = StartOverTls(certificate);
        var connection = await scene.Server.AcceptAsync();
        await SecureAsync(connection, certificate);
        await connection.OpenAsync(Steps.Mechanisms("SCRAM-SHA-256-PLUS"));
        var scram = new ScramServer("SCRAM-SHA-256-PLUS", Scene.Secret) { ChannelBinding = SHA256.HashData(certificate.RawData) };

        Assert.Equal("SCRAM-SHA-256-PLUS", await connection.ScramAsync(scram));
    }

    private static Scene StartOverTls(X509Certificate2 certificate) => Scene.Start(options => options with
    {
        Tls = TlsMode.Required,
        CertificatePin = Convert.ToHexString(SHA256.HashData(certificate.RawData)),
    });

    private static async Task SecureAsync(ScriptedConnection connection, X509Certificate2 certificate)
    {
        await connection.OpenAsync(Steps.StartTls);
        await connection.ProceedAsync();
        await connection.SecureAsync(certificate);
    }

    private static async Task AssertNoProofAsync(ScramServer scram)
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("SCRAM-SHA-256"));
        var auth = await connection.ReadAuthAsync();
        await connection.WriteAsync($"{ChallengeOpen}{Steps.Base64(scram.First(Steps.FromBase64(auth.Value)))}</challenge>");

        await connection.ReadToCloseAsync();

        Assert.DoesNotContain("<response", connection.Received, StringComparison.Ordinal);
        await scene.Running.WaitForFailureAsync(XmppFailureKind.Authentication);
    }
}
