using System.Security.Authentication.ExtendedProtection;
using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Sasl;

/// <summary>Chooses the strongest mechanism both sides allow.</summary>
internal static class SaslMechanisms
{
    public const string ScramSha512Plus = "SCRAM-SHA-512-PLUS";
    public const string ScramSha256Plus = "SCRAM-SHA-256-PLUS";
    public const string ScramSha1Plus = "SCRAM-SHA-1-PLUS";
    public const string ScramSha512 = "SCRAM-SHA-512";
    public const string ScramSha256 = "SCRAM-SHA-256";
    public const string ScramSha1 = "SCRAM-SHA-1";
    public const string Plain = "PLAIN";
    public const string Anonymous = "ANONYMOUS";

    private const string EndPointBinding = "tls-server-end-point";

    private static readonly string[] WithBinding = [ScramSha512Plus, ScramSha256Plus, ScramSha1Plus];
    private static readonly string[] WithoutBinding = [ScramSha512, ScramSha256, ScramSha1];

    /// <summary>Prepares the exchange for what a server offers.</summary>
    /// <param name="features">The stream's features.</param>
    /// <param name="options">The client's settings.</param>
    /// <param name="link">The connection; its TLS decides about PLAIN and channel binding.</param>
    /// <exception cref="StreamFailureException">There is no mechanism both sides allow.</exception>
    public static ISaslExchange Choose(XElement features, XmppClientOptions options, XmppLink link)
    {
        var offered = features.Elements(Ns.Sasl + "mechanisms").Elements(Ns.Sasl + "mechanism").Select(m => m.Value.Trim()).ToHashSet(StringComparer.Ordinal);
        if (options.Credentials is not XmppCredentials.Password password)
        {
            return offered.Contains(Anonymous)
                ? new AnonymousExchange()
                : throw None(offered, "The server offers no anonymous login. Register with an account, or allow ANONYMOUS on the server.");
        }

        if (ChooseScram(features, offered, password, options, link) is { } scram)
        {
            return scram;
        }

        if (!offered.Contains(Plain))
        {
            throw None(offered, "The server offers no way to log in that this client knows.");
        }

        return link.Tls is not null || options.Tls == TlsMode.Never
            ? new PlainExchange(password)
            : throw None(
                offered,
                "The server offers only PLAIN, and the connection has no TLS: the password was not sent. Enable TLS on the server, or set use_tls = never.");
    }

    /// <summary>The server broke the rules of authentication.</summary>
    public static StreamFailureException Broken(string what) => new(
        XmppFailureKind.Authentication, $"The server's authentication was refused: {what}. Somebody may stand between, or the server is broken.");

    private static ScramExchange? ChooseScram(
        XElement features, HashSet<string> offered, XmppCredentials.Password password, XmppClientOptions options, XmppLink link)
    {
        var plus = WithBinding.FirstOrDefault(offered.Contains);
        var plain = WithoutBinding.FirstOrDefault(offered.Contains);
        var bindings = features.Elements(Ns.SaslChannelBinding + "sasl-channel-binding").Elements(Ns.SaslChannelBinding + "channel-binding")
            .Select(b => (string?)b.Attribute("type")).ToList();
        var data = link.Tls is null ? null : EndPointData(link);

        // A server that offers -PLUS but does not name its bindings (XEP-0440) most likely only knows tls-unique or tls-exporter, and the
        // framework has neither for TLS 1.3: binding is tried there only when nothing else is offered.
        if (plus is not null && data is not null && (bindings.Contains(EndPointBinding) || (plain is null && bindings.Count == 0)))
        {
            return new ScramExchange(plus, password, "p=" + EndPointBinding, data, options.ScramIterations);
        }

        // "y" tells the server that its -PLUS was not seen: when it did offer it, somebody has removed it and the server refuses (RFC 5802 6).
        return plain is null ? null : new ScramExchange(plain, password, plus is null && data is not null ? "y" : "n", [], options.ScramIterations);
    }

    private static byte[]? EndPointData(XmppLink link)
    {
        using var binding = link.Tls!.TransportContext.GetChannelBinding(ChannelBindingKind.Endpoint);
        if (binding is null || binding.IsInvalid)
        {
            return null;
        }

        var bytes = new byte[binding.Size];
        System.Runtime.InteropServices.Marshal.Copy(binding.DangerousGetHandle(), bytes, 0, bytes.Length);

        // The framework gives an SEC_CHANNEL_BINDINGS structure: a header, then "tls-server-end-point:" and the hash (RFC 5929 4).
        ReadOnlySpan<byte> prefix = "tls-server-end-point:"u8;
        var at = bytes.AsSpan().IndexOf(prefix);
        return at < 0 ? null : bytes[(at + prefix.Length)..];
    }

    private static StreamFailureException None(HashSet<string> offered, string what) => new(
        XmppFailureKind.Authentication,
        $"{what} Offered: {StreamErrors.Shown(string.Join(", ", offered.Order(StringComparer.Ordinal))) ?? "nothing"}.");
}
