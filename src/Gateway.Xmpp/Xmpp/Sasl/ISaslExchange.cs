namespace Ahenk.Gateway.Xmpp.Xmpp.Sasl;

/// <summary>One run of a SASL mechanism (RFC 4422), from the client's side.</summary>
internal interface ISaslExchange : IDisposable
{
    /// <summary>The mechanism's registered name.</summary>
    string Mechanism { get; }

    /// <summary>What goes with the choice of the mechanism.</summary>
    byte[] Begin();

    /// <summary>Answers a challenge.</summary>
    /// <exception cref="Wire.StreamFailureException">The challenge is not one to answer.</exception>
    byte[] Answer(ReadOnlySpan<byte> challenge);

    /// <summary>The server says that the login succeeded.</summary>
    /// <param name="data">What it added, or <see langword="null"/>.</param>
    /// <exception cref="Wire.StreamFailureException">It has not proved what the mechanism makes it prove.</exception>
    void Succeed(byte[]? data);
}
