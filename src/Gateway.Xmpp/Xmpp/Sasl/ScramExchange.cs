using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ahenk.Gateway.Xmpp.Xmpp.Sasl;

/// <summary>
/// SCRAM (RFC 5802, RFC 7677): neither side shows the password, and the server proves that it knows it. User name and password are taken
/// as they are: SASLprep is not applied, since the agent makes its own from ASCII.
/// </summary>
internal sealed class ScramExchange : ISaslExchange
{
    private readonly XmppCredentials.Password _credentials;
    private readonly HashAlgorithmName _hash;
    private readonly int _hashBytes;
    private readonly (int Least, int Most) _iterations;
    private readonly string _gs2Header;
    private readonly byte[] _channelBinding;
    private readonly string _clientNonce;
    private readonly string _clientFirstBare;
    private byte[]? _serverSignature;
    private bool _proved;

    /// <summary>Prepares an exchange.</summary>
    /// <param name="mechanism">For example <c>SCRAM-SHA-256-PLUS</c>.</param>
    /// <param name="credentials">The account.</param>
    /// <param name="channelBindingFlag">The gs2 flag: <c>n</c>, <c>y</c> or <c>p=...</c> (RFC 5802 6).</param>
    /// <param name="channelBinding">The channel's data that goes with <c>p</c>; else empty.</param>
    /// <param name="iterations">Least and most iterations.</param>
    /// <param name="nonce">The client's nonce; a fresh one when <see langword="null"/>.</param>
    public ScramExchange(
        string mechanism,
        XmppCredentials.Password credentials,
        string channelBindingFlag,
        byte[] channelBinding,
        (int Least, int Most) iterations,
        string? nonce = null)
    {
        Mechanism = mechanism;
        _credentials = credentials;
        (_hash, _hashBytes) = mechanism switch
        {
            SaslMechanisms.ScramSha512 or SaslMechanisms.ScramSha512Plus => (HashAlgorithmName.SHA512, SHA512.HashSizeInBytes),
            SaslMechanisms.ScramSha256 or SaslMechanisms.ScramSha256Plus => (HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
            _ => (HashAlgorithmName.SHA1, SHA1.HashSizeInBytes),
        };
        _iterations = iterations;
        _gs2Header = channelBindingFlag + ",,";
        _channelBinding = channelBinding;
        _clientNonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
        var name = credentials.Username.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
        _clientFirstBare = $"n={name},r={_clientNonce}";
    }

    /// <inheritdoc/>
    public string Mechanism { get; }

    /// <inheritdoc/>
    public byte[] Begin() => Encoding.UTF8.GetBytes(_gs2Header + _clientFirstBare);

    /// <inheritdoc/>
    public byte[] Answer(ReadOnlySpan<byte> challenge)
    {
        if (_serverSignature is not null)
        {
            // The server's last word may come as a challenge of its own, before the success.
            Verify(challenge);
            return [];
        }

        var serverFirst = Encoding.UTF8.GetString(challenge);
        var (nonce, salt, iterations) = Parse(serverFirst);
        byte[] bindingInput = [.. Encoding.UTF8.GetBytes(_gs2Header), .. _channelBinding];
        var clientFinalBare = $"c={Convert.ToBase64String(bindingInput)},r={nonce}";
        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{serverFirst},{clientFinalBare}");

        Span<byte> salted = stackalloc byte[_hashBytes];
        Span<byte> clientKey = stackalloc byte[_hashBytes];
        Span<byte> key = stackalloc byte[_hashBytes];
        Span<byte> proof = stackalloc byte[_hashBytes];
        var password = Encoding.UTF8.GetBytes(_credentials.Secret);
        try
        {
            Rfc2898DeriveBytes.Pbkdf2(password, salt, salted, iterations, _hash);
            CryptographicOperations.HmacData(_hash, salted, "Client Key"u8, clientKey);
            CryptographicOperations.HashData(_hash, clientKey, key);
            CryptographicOperations.HmacData(_hash, key, authMessage, proof);
            for (var i = 0; i < proof.Length; i++)
            {
                proof[i] ^= clientKey[i];
            }

            CryptographicOperations.HmacData(_hash, salted, "Server Key"u8, key);
            _serverSignature = new byte[_hashBytes];
            CryptographicOperations.HmacData(_hash, key, authMessage, _serverSignature);
            return Encoding.UTF8.GetBytes($"{clientFinalBare},p={Convert.ToBase64String(proof)}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
            CryptographicOperations.ZeroMemory(salted);
            CryptographicOperations.ZeroMemory(clientKey);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc/>
    public void Succeed(byte[]? data)
    {
        if (data is not null && !_proved)
        {
            Verify(data);
        }

        if (!_proved)
        {
            throw SaslMechanisms.Broken("it did not prove that it knows the password (no server signature)");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_serverSignature is not null)
        {
            CryptographicOperations.ZeroMemory(_serverSignature);
        }
    }

    private (string Nonce, byte[] Salt, int Iterations) Parse(string serverFirst)
    {
        var parts = serverFirst.Split(',');
        if (parts.Length < 3 || !parts[0].StartsWith("r=", StringComparison.Ordinal) || !parts[1].StartsWith("s=", StringComparison.Ordinal) ||
            !parts[2].StartsWith("i=", StringComparison.Ordinal) || parts.Any(p => p.StartsWith("m=", StringComparison.Ordinal)))
        {
            // "m=" is an extension that must be understood (RFC 5802 5.1), and none is.
            throw SaslMechanisms.Broken("its SCRAM challenge is malformed or asks for an extension");
        }

        var nonce = parts[0][2..];
        if (nonce.Length <= _clientNonce.Length || !nonce.StartsWith(_clientNonce, StringComparison.Ordinal))
        {
            throw SaslMechanisms.Broken("its nonce does not extend the client's");
        }

        if (!int.TryParse(parts[2].AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) ||
            iterations < _iterations.Least || iterations > _iterations.Most)
        {
            throw SaslMechanisms.Broken($"it asks for a number of iterations outside {_iterations.Least} to {_iterations.Most}");
        }

        var salt = Decode(parts[1][2..]);
        return salt is { Length: > 0 } ? (nonce, salt, iterations) : throw SaslMechanisms.Broken("its salt is malformed");
    }

    private void Verify(ReadOnlySpan<byte> serverFinal)
    {
        var text = Encoding.UTF8.GetString(serverFinal);
        var end = text.IndexOf(',', StringComparison.Ordinal);
        var first = end < 0 ? text : text[..end];
        var signature = first.StartsWith("v=", StringComparison.Ordinal) ? Decode(first[2..]) : null;
        if (_serverSignature is null || signature is null || !CryptographicOperations.FixedTimeEquals(signature, _serverSignature))
        {
            throw SaslMechanisms.Broken("it did not prove that it knows the password (wrong server signature)");
        }

        _proved = true;
    }

    private static byte[]? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }
}
