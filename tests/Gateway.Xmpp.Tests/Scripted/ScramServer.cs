using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ahenk.Gateway.Xmpp.Tests.Scripted;

/// <summary>
/// The server's side of SCRAM (RFC 5802, 7677), worked out from the password with none of the client's code. Each property below bends one
/// step, so that a client can be shown a server that lies.
/// </summary>
internal sealed class ScramServer(string mechanism, string password)
{
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(16);
    private string _clientFirstBare = "";
    private string _serverFirst = "";
    private string _nonce = "";

    public int Iterations { get; init; } = 4096;

    /// <summary>What stands behind <c>i=</c>.</summary>
    public string? IterationText { get; init; }

    /// <summary>The whole nonce, from the client's.</summary>
    public Func<string, string> Nonce { get; init; } = client => client + "KZx8server";

    /// <summary>Put before or behind the server's first message.</summary>
    public Func<string, string> BendFirst { get; init; } = first => first;

    /// <summary>The server's last message, from the true one.</summary>
    public Func<string, string> BendFinal { get; init; } = final => final;

    /// <summary>The data that a -PLUS mechanism must be bound to.</summary>
    public byte[]? ChannelBinding { get; init; }

    /// <summary>The GS2 header the client sent, for example <c>n,,</c>.</summary>
    public string Gs2Header { get; private set; } = "";

    /// <summary>The user name as it stood in the message, still escaped.</summary>
    public string RawUser { get; private set; } = "";

    /// <summary>Why the client's last message was wrong, or <see langword="null"/>.</summary>
    public string? Complaint { get; private set; }

    private HashAlgorithmName Hash => mechanism switch
    {
        _ when mechanism.StartsWith("SCRAM-SHA-512", StringComparison.Ordinal) => HashAlgorithmName.SHA512,
        _ when mechanism.StartsWith("SCRAM-SHA-256", StringComparison.Ordinal) => HashAlgorithmName.SHA256,
        _ => HashAlgorithmName.SHA1,
    };

    public string First(string clientFirst)
    {
        var parts = clientFirst.Split(',', 3);
        Gs2Header = $"{parts[0]},{parts[1]},";
        _clientFirstBare = parts[2];
        var fields = _clientFirstBare.Split(',');
        RawUser = fields[0][2..];
        _nonce = Nonce(fields[1][2..]);
        var iterations = IterationText ?? Iterations.ToString(CultureInfo.InvariantCulture);
        _serverFirst = BendFirst($"r={_nonce},s={Convert.ToBase64String(_salt)},i={iterations}");
        return _serverFirst;
    }

    public string Final(string clientFinal)
    {
        var proofAt = clientFinal.LastIndexOf(",p=", StringComparison.Ordinal);
        var withoutProof = clientFinal[..proofAt];
        var proof = Convert.FromBase64String(clientFinal[(proofAt + 3)..]);
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), _salt, Iterations, Hash, Mac([], []).Length);
        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{withoutProof}");
        var clientKey = Mac(salted, "Client Key"u8);
        var signature = Mac(CryptographicOperations.HashData(Hash, clientKey), authMessage);
        var expectedProof = clientKey.Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
        byte[] binding = [.. Encoding.UTF8.GetBytes(Gs2Header), .. ChannelBinding ?? []];
        Complaint = withoutProof != $"c={Convert.ToBase64String(binding)},r={_nonce}" ? $"channel binding or nonce: {withoutProof}"
            : !proof.SequenceEqual(expectedProof) ? "proof"
            : null;
        return BendFinal("v=" + Convert.ToBase64String(Mac(Mac(salted, "Server Key"u8), authMessage)));
    }

    private byte[] Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) => CryptographicOperations.HmacData(Hash, key, data);
}
