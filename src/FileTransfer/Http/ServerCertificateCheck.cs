using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ahenk.Plugins.Sdk;

namespace Ahenk.FileTransfer.Http;

/// <summary>How an HTTPS server's certificate is checked: chain and name, against the authorities of a file or the system's.</summary>
internal sealed class ServerCertificateCheck
{
    private volatile string? _refusal;

    /// <summary>Reads the authorities.</summary>
    /// <exception cref="FileServerException">The file of authorities cannot be used.</exception>
    public ServerCertificateCheck(string? caFile, Errand errand) => Options = new SslClientAuthenticationOptions
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = Policy(caFile, errand),
        RemoteCertificateValidationCallback = Check,
    };

    /// <summary>The framework's options.</summary>
    public SslClientAuthenticationOptions Options { get; }

    /// <summary>Why the certificate was refused; <see langword="null"/>: it was not.</summary>
    public string? Refusal => _refusal;

    private static X509ChainPolicy Policy(string? caFile, Errand errand)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (caFile is null)
        {
            return policy;
        }

        try
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.ImportFromPemFile(caFile);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw errand.Failed(TransferStep.Connect, $"The file {caFile}, named by [FILES] ca_file, cannot be read: {Errand.Show(failure.Message)}", failure);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw errand.Failed(TransferStep.Connect, $"The file {caFile}, named by [FILES] ca_file, holds no certificate in PEM form.");
    }

    private bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        var reasons = new List<string>();
        if (certificate is null)
        {
            reasons.Add("there is none");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            reasons.Add("it is for another name");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            reasons.AddRange((chain?.ChainStatus ?? []).Select(status => status.Status.ToString()).Distinct().DefaultIfEmpty("nobody trusted vouches for it"));
        }

        _refusal = $"The server's certificate was refused ({string.Join(", ", reasons)}). " +
            "Correct it on the server, or name the authority that signed it with [FILES] ca_file.";
        return false;
    }
}
