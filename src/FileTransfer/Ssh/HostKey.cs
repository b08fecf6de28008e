using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Ahenk.FileTransfer.Ssh;

/// <summary>A server's public key in its wire form (RFC 4253 6.6).</summary>
/// <param name="Type">The type that the bytes begin with, for example <c>ssh-ed25519</c>.</param>
/// <param name="Blob">The bytes.</param>
internal sealed record HostKey(string Type, byte[] Blob)
{
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["ssh-ed25519"] = ["ssh-ed25519"],
        ["ecdsa-sha2-nistp256"] = ["ecdsa-sha2-nistp256"],
        ["ecdsa-sha2-nistp384"] = ["ecdsa-sha2-nistp384"],
        ["ecdsa-sha2-nistp521"] = ["ecdsa-sha2-nistp521"],
        ["ssh-rsa"] = ["rsa-sha2-512", "rsa-sha2-256"],
    };

    /// <summary>The signature algorithms that may be used with the types of keys that are known here; none of them uses SHA-1.</summary>
    public static IReadOnlySet<string> Algorithms { get; } = Known.Values.SelectMany(names => names).ToHashSet(StringComparer.Ordinal);

    /// <summary>As <c>ssh-keygen -l</c> shows it.</summary>
    public string Fingerprint => $"SHA256:{Convert.ToBase64String(SHA256.HashData(Blob)).TrimEnd('=')}";

    /// <summary>The signature algorithms that a server can use with such a key.</summary>
    public IReadOnlyList<string> SignatureAlgorithms => Known[Type];

    /// <summary>Reads the wire form.</summary>
    /// <returns><see langword="null"/> when the bytes are no key of a known type.</returns>
    public static HostKey? Parse(byte[] blob)
    {
        if (blob.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(blob) is var length && (length == 0 || length > blob.Length - 4))
        {
            return null;
        }

        var type = Encoding.ASCII.GetString(blob, 4, (int)length);
        return Known.ContainsKey(type) ? new HostKey(type, blob) : null;
    }

    /// <summary>Whether it is the same key.</summary>
    public bool Matches(HostKey other) => Blob.AsSpan().SequenceEqual(other.Blob);
}
