using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Sasl;

/// <summary>Runs a SASL exchange over a stream (RFC 6120 6).</summary>
internal static class Authenticator
{
    private const int MostChallenges = 8;

    /// <summary>Logs in.</summary>
    /// <exception cref="StreamFailureException">The server refused, or did not prove itself.</exception>
    public static async Task RunAsync(XmppLink link, ISaslExchange exchange, CancellationToken cancellationToken)
    {
        await SendAsync(link, "auth", exchange.Mechanism, exchange.Begin(), cancellationToken);
        for (var challenges = 0; ; challenges++)
        {
            var element = await link.ExpectAsync(cancellationToken);
            if (element.Name == Ns.Sasl + "success")
            {
                exchange.Succeed(Decode(element.Value));
                link.Authenticated();
                return;
            }

            if (element.Name == Ns.Sasl + "failure")
            {
                throw ToFailure(element);
            }

            if (element.Name != Ns.Sasl + "challenge" || challenges == MostChallenges)
            {
                throw StreamFailureException.Violation("policy-violation", "The server sent something else than its part of the authentication.");
            }

            await SendAsync(link, "response", null, exchange.Answer(Decode(element.Value) ?? []), cancellationToken);
        }
    }

    private static async Task SendAsync(XmppLink link, string name, string? mechanism, byte[] data, CancellationToken cancellationToken) =>
        await link.WriteAsync(
            buffer =>
            {
                buffer.Raw("<"u8);
                buffer.Markup(name);
                buffer.Raw(" xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"u8);
                buffer.Attribute("mechanism"u8, mechanism);
                buffer.Raw(">"u8);

                // "=" is an empty first message (RFC 6120 6.4.2); an empty response is an empty element.
                buffer.Markup(data.Length == 0 && mechanism is not null ? "=" : Convert.ToBase64String(data));
                buffer.Raw("</"u8);
                buffer.Markup(name);
                buffer.Raw(">"u8);
            },
            cancellationToken);

    private static byte[]? Decode(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
        {
            return null;
        }

        if (text == "=")
        {
            return [];
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : throw SaslMechanisms.Broken("it is not Base64");
    }

    private static StreamFailureException ToFailure(XElement failure)
    {
        var condition = failure.Elements().FirstOrDefault(e => e.Name != Ns.Sasl + "text")?.Name.LocalName ?? "no reason given";
        var text = StreamErrors.Shown((string?)failure.Element(Ns.Sasl + "text"));
        var shown = $"{StreamErrors.Shown(condition)}{(text is null ? "" : $" ({text})")}";
        return condition switch
        {
            "not-authorized" or "account-disabled" or "credentials-expired" or "invalid-authzid" => new StreamFailureException(
                XmppFailureKind.NotAuthorized, $"The server refused the login: {shown}. The account may be unknown there or its password another one."),
            "encryption-required" => new StreamFailureException(
                XmppFailureKind.Tls, $"The server refused the login: {shown}. It wants TLS: set use_tls = required."),
            _ => new StreamFailureException(XmppFailureKind.Authentication, $"The server refused the login: {shown}."),
        };
    }
}
