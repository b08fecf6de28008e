namespace Ahenk.LiderSimulator.Xmpp;

/// <summary>The server refused something, or did not speak XMPP.</summary>
/// <param name="message">What happened.</param>
/// <param name="condition">The defined condition of RFC 6120 or a SASL failure, for example <c>conflict</c>, where there was one.</param>
public sealed class BareXmppException(string message, string? condition = null) : Exception(message)
{
    /// <summary>For example <c>not-authorized</c>; <see langword="null"/> where the server named none.</summary>
    public string? Condition => condition;
}
