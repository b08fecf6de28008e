namespace Ahenk.Gateway.Xmpp.Xmpp.Sasl;

/// <summary>ANONYMOUS (RFC 4505), without trace information.</summary>
internal sealed class AnonymousExchange : ISaslExchange
{
    /// <inheritdoc/>
    public string Mechanism => SaslMechanisms.Anonymous;

    /// <inheritdoc/>
    public byte[] Begin() => [];

    /// <summary>Some servers ask for the trace information once more (RFC 4505 2): it stays empty.</summary>
    public byte[] Answer(ReadOnlySpan<byte> challenge) => [];

    /// <inheritdoc/>
    public void Succeed(byte[]? data)
    {
        // There is nothing to prove.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
