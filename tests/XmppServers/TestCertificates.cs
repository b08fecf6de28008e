using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ahenk.XmppServers;

/// <summary>Certificates for tests, made on the spot and valid for a day around now.</summary>
public static class TestCertificates
{
    /// <summary>A certificate signed by its own key, for a DNS name and 127.0.0.1.</summary>
    public static X509Certificate2 SelfSigned(string dnsName, HashAlgorithmName? hash = null)
    {
        using var key = RSA.Create(2048);
        var request = Request(dnsName, key, hash, isAuthority: false);
        return Portable(request.CreateSelfSigned(NotBefore, NotAfter));
    }

    /// <summary>A certification authority with its private key.</summary>
    public static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return Portable(request.CreateSelfSigned(NotBefore, NotAfter));
    }

    /// <summary>A server certificate for a DNS name, signed by an authority; expired since an hour when asked for.</summary>
    public static X509Certificate2 IssuedBy(X509Certificate2 authority, string dnsName, bool expired = false, HashAlgorithmName? hash = null)
    {
        using var key = RSA.Create(2048);
        var request = Request(dnsName, key, hash, isAuthority: false);
        var notAfter = expired ? TimeProvider.System.GetUtcNow().AddHours(-1) : NotAfter.AddHours(-1);
        using var certificate = request.Create(authority, NotBefore.AddHours(1), notAfter, RandomNumberGenerator.GetBytes(8));
        return Portable(certificate.CopyWithPrivateKey(key));
    }

    /// <summary>Writes certificates as one PEM file.</summary>
    public static void WritePem(string path, params IEnumerable<X509Certificate2> certificates) =>
        File.WriteAllText(path, string.Concat(certificates.Select(one => one.ExportCertificatePem() + "\n")));

    private static DateTimeOffset NotBefore => TimeProvider.System.GetUtcNow().AddHours(-24);

    private static DateTimeOffset NotAfter => TimeProvider.System.GetUtcNow().AddHours(24);

    private static CertificateRequest Request(string dnsName, RSA key, HashAlgorithmName? hash, bool isAuthority)
    {
        var request = new CertificateRequest($"CN={dnsName}", key, hash ?? HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dnsName);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    // SslStream needs a key that is not tied to the RSA object that made it.
    private static X509Certificate2 Portable(X509Certificate2 certificate)
    {
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
        }
    }
}
