using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Net;

/// <summary>
/// How a server's certificate is checked: a pin is the whole check; else the chain and the name, which is the service name and never the
/// host (RFC 6120 13.7.2, RFC 7590). With <see cref="TlsMode.Optional"/> and neither a pin nor a CA file the certificate is not checked: whoever can
/// forge one could as well leave STARTTLS out, and the mode exists for stock servers with self-signed certificates (LP 1.2).
/// </summary>
internal sealed class TlsSettings(XmppClientOptions options)
{
    private string? _refusal;

    /// <summary>Why the certificate was refused, for people; <see langword="null"/>: it was not.</summary>
    public string? Refusal => _refusal;

    /// <summary>SHA-256 of a certificate that was accepted unchecked; <see langword="null"/>: it was checked.</summary>
    public string? Unchecked { get; private set; }

    /// <summary>The framework's options.</summary>
    /// <param name="direct">Whether TLS begins at once (XEP-0368), which names the protocol in ALPN.</param>
    /// <exception cref="StreamFailureException">The CA file cannot be read.</exception>
    public SslClientAuthenticationOptions Create(bool direct) => new()
    {
        TargetHost = options.ServiceName,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        AllowRenegotiation = false,
        ApplicationProtocols = direct ? [new SslApplicationProtocol("xmpp-client")] : null,
        CertificateChainPolicy = Policy(),
        RemoteCertificateValidationCallback = Check,
    };

    private static string Fingerprint(X509Certificate certificate) => Convert.ToHexString(SHA256.HashData(certificate.GetRawCertData()));

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (options.CaFile is null)
        {
            return policy;
        }

        try
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.ImportFromPemFile(options.CaFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StreamFailureException(XmppFailureKind.Tls, $"The CA file {options.CaFile} cannot be read: {e.Message}", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new StreamFailureException(XmppFailureKind.Tls, $"The CA file {options.CaFile} holds no certificate in PEM form.");
    }

    private bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            _refusal = "The server showed no certificate.";
            return false;
        }

        var fingerprint = Fingerprint(certificate);
        if (options.CertificatePin is { } pin)
        {
            if (string.Equals(pin.Replace(":", "", StringComparison.Ordinal).Trim(), fingerprint, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }

            _refusal = $"The server's certificate is not the pinned one. Its SHA-256 is {fingerprint}.";
            return false;
        }

        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (options.Tls == TlsMode.Optional && options.CaFile is null)
        {
            Unchecked = fingerprint;
            return true;
        }

        var reasons = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            reasons.Add($"it is not for {options.ServiceName}");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            reasons.AddRange((chain?.ChainStatus ?? []).Select(s => s.Status.ToString()).Distinct().DefaultIfEmpty("its chain is not trusted"));
        }

        _refusal = $"The server's certificate was refused: {string.Join(", ", reasons)}. Name its CA file or pin it, if it is the right one: its SHA-256 is {fingerprint}.";
        return false;
    }
}
