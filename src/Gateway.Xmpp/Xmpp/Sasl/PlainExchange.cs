using System.Text;

namespace Ahenk.Gateway.Xmpp.Xmpp.Sasl;

/// <summary>PLAIN (RFC 4616): the password itself.</summary>
internal sealed class PlainExchange(XmppCredentials.Password credentials) : ISaslExchange
{
    /// <inheritdoc/>
    public string Mechanism => SaslMechanisms.Plain;

    /// <inheritdoc/>
    public byte[] Begin() => Encoding.UTF8.GetBytes($"\0{credentials.Username}\0{credentials.Secret}");

    /// <inheritdoc/>
    public byte[] Answer(ReadOnlySpan<byte> challenge) => throw SaslMechanisms.Broken("PLAIN has no challenge");

    /// <inheritdoc/>
    public void Succeed(byte[]? data)
    {
        // PLAIN proves nothing about the server: that is TLS's part.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
