using System.Xml.Linq;

namespace Ahenk.Gateway.Xmpp.Xmpp.Wire;

/// <summary>What a server's stream error (RFC 6120 4.9) means for the client.</summary>
internal static class StreamErrors
{
    private const int MostTextShown = 200;

    /// <summary>The failure that a stream error is.</summary>
    public static StreamFailureException ToFailure(XElement error)
    {
        var condition = error.Elements().FirstOrDefault(e => e.Name.Namespace == Ns.StreamErrors && e.Name.LocalName != "text")?.Name.LocalName ?? "undefined-condition";
        var text = Shown((string?)error.Element(Ns.StreamErrors + "text"));
        var advice = condition switch
        {
            "conflict" => " Another session of this account took its resource: another machine uses this one's identity, as a copy of its disk does. Find it and run 'ahenk clean' there; it is not fought for.",
            "host-unknown" => " The server does not serve this domain: check the service name.",
            "policy-violation" => " The server limits what a client may send, or has banned this address.",
            "system-shutdown" or "reset" => " The server is being restarted.",
            _ => "",
        };
        return new StreamFailureException(
            condition == "conflict" ? XmppFailureKind.Conflict : XmppFailureKind.StreamError,
            $"The server ended the stream: {condition}{(text is null ? "" : $" ({text})")}.{advice}");
    }

    /// <summary>The server's own words, short and on one line; <see langword="null"/>: none.</summary>
    public static string? Shown(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var shown = text.Length > MostTextShown ? text[..MostTextShown] + "..." : text;
        return new string([.. shown.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
    }
}
