using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ahenk.FileServers;
using Ahenk.XmppServers;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Integration")]
public sealed class HttpTrustTests : IDisposable
{
    private const string Secret = "s3cr3t w0rd";
    private const string Basic = "Basic bGlkZXI6czNjcjN0IHcwcmQ=";

    private readonly Bed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task User_and_password_in_the_address_are_used_and_not_shown()
    {
        await using var server = await HttpTestServer.StartAsync(new HttpServerOptions { Credentials = $"lider:{Secret}" });
        await File.WriteAllBytesAsync(Path.Combine(server.Root, "file"), [1], Bed.Cancellation);
        var place = server.Place("/file") with { Url = server.Address.Replace("http://", "http://lider:s3cr3t%20w0rd@", StringComparison.Ordinal) + "/file" };

        await _bed.FetchAsync(place, null);

        Assert.Equal([$"GET /file {Basic}"], server.Requests);
        File.Delete(_bed.Target);
        var wrong = place with { Url = place.Url!.Replace("s3cr3t", "wr0ng", StringComparison.Ordinal) };
        var message = await _bed.FailsAsync(_bed.FetchAsync(wrong, null), "log in", place);
        Assert.Contains($"{server.Address}/file", message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", message, StringComparison.Ordinal);
        Assert.DoesNotContain("lider:", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_takes_the_password_to_no_other_server()
    {
        await using var other = await HttpTestServer.StartAsync();
        await File.WriteAllBytesAsync(Path.Combine(other.Root, "file"), [1], Bed.Cancellation);
        await using var server = await HttpTestServer.StartAsync(new HttpServerOptions { Credentials = $"lider:{Secret}" });
        var place = server.Place("") with
        {
            Url = server.Address.Replace("http://", "http://lider:s3cr3t%20w0rd@", StringComparison.Ordinal) + $"/bad/redirect/302/{other.Address}/file",
        };

        await _bed.FetchAsync(place, null);

        Assert.Equal(["GET /file -"], other.Requests);
    }

    [Fact]
    public async Task A_certificate_of_a_named_authority_is_trusted_for_both_ways()
    {
        using var authority = TestCertificates.Authority("files");
        await using var server = await HttpTestServer.StartAsync(new HttpServerOptions { CertificateFile = Certificate(authority, "files.example") });
        TestCertificates.WritePem(_bed.PathOf("ca.pem"), authority);
        _bed.Options = _bed.Options with { CaFile = _bed.PathOf("ca.pem") };

        await _bed.UploadAsync(server.Place("/"), "name", [1, 2]);
        await _bed.FetchAsync(server.Place("/name"), null);

        Assert.Equal([1, 2], await File.ReadAllBytesAsync(_bed.Target, Bed.Cancellation));
    }

    [Fact]
    public async Task Other_certificates_are_refused_and_explained()
    {
        using var authority = TestCertificates.Authority("files");
        using var stranger = TestCertificates.Authority("stranger");
        TestCertificates.WritePem(_bed.PathOf("ca.pem"), authority);
        await using var foreign = await HttpTestServer.StartAsync(new HttpServerOptions { CertificateFile = Certificate(stranger, "files.example") });
        await using var expired = await HttpTestServer.StartAsync(new HttpServerOptions { CertificateFile = Certificate(authority, "files.example", expired: true) });
        await using var misnamed = await HttpTestServer.StartAsync(new HttpServerOptions { CertificateFile = Certificate(authority, "files.example") });

        await RefusedAsync(foreign.Address, null, "UntrustedRoot|PartialChain");
        await RefusedAsync(foreign.Address, _bed.PathOf("ca.pem"), "UntrustedRoot|PartialChain");
        await RefusedAsync(expired.Address, _bed.PathOf("ca.pem"), "NotTimeValid");
        await RefusedAsync(misnamed.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), _bed.PathOf("ca.pem"), "another name");
        Assert.Empty(foreign.Requests);
    }

    [Fact]
    public async Task A_file_without_authorities_is_told()
    {
        _bed.Write("empty.pem", []);
        var place = new Lider.Protocol.FileServer { Protocol = Lider.Protocol.FileProtocol.Http, Url = "https://127.0.0.1:9/x" };
        foreach (var file in (string[])["empty.pem", "missing.pem"])
        {
            _bed.Options = _bed.Options with { CaFile = _bed.PathOf(file) };
            Assert.Contains("[FILES] ca_file", await _bed.FailsAsync(_bed.FetchAsync(place, null), "connect", place), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_not_followed()
    {
        using var authority = TestCertificates.Authority("files");
        await using var plain = await HttpTestServer.StartAsync();
        await using var server = await HttpTestServer.StartAsync(new HttpServerOptions { CertificateFile = Certificate(authority, "files.example") });
        TestCertificates.WritePem(_bed.PathOf("ca.pem"), authority);
        _bed.Options = _bed.Options with { CaFile = _bed.PathOf("ca.pem") };
        var place = server.Place($"/bad/redirect/302/{plain.Address}/file");

        Assert.Contains("redirects from HTTPS", await _bed.FailsAsync(_bed.FetchAsync(place, null), "open", place), StringComparison.Ordinal);
        Assert.Empty(plain.Requests);
    }

    [Fact]
    public async Task A_server_that_does_not_speak_tls_is_told()
    {
        await using var plain = await HttpTestServer.StartAsync();
        var place = plain.Place("/x") with { Url = plain.Address.Replace("http:", "https:", StringComparison.Ordinal) + "/x" };

        Assert.Contains("No secure connection", await _bed.FailsAsync(_bed.FetchAsync(place, null), "connect", place), StringComparison.Ordinal);
    }

    private async Task RefusedAsync(string address, string? caFile, string pattern)
    {
        _bed.Options = _bed.Options with { CaFile = caFile };
        var place = new Lider.Protocol.FileServer { Protocol = Lider.Protocol.FileProtocol.Http, Url = $"{address}/x" };

        var message = await _bed.FailsAsync(_bed.FetchAsync(place, null), "connect", place);

        Assert.Matches($"certificate was refused \\(.*({pattern})", message);
    }

    private string Certificate(X509Certificate2 authority, string name, bool expired = false)
    {
        using var certificate = TestCertificates.IssuedBy(authority, name, expired);
        using var key = certificate.GetRSAPrivateKey()!;
        return _bed.Write($"server-{RandomNumberGenerator.GetHexString(8)}.pem", System.Text.Encoding.ASCII.GetBytes(
            $"{key.ExportRSAPrivateKeyPem()}\n{certificate.ExportCertificatePem()}\n"));
    }
}
