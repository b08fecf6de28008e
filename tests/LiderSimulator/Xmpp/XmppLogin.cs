using System.Text;
using System.Xml.Linq;

namespace Ahenk.LiderSimulator.Xmpp;

/// <summary>The steps from a TCP connection to a session (RFC 6120 4 to 7).</summary>
internal static class XmppLogin
{
    /// <summary>Connects, secures when asked to, and runs a step on the opened stream; the stream is disposed of when anything fails.</summary>
    public static async Task<(StanzaStream Stream, T Result)> RunAsync<T>(
        BareXmppOptions options,
        Func<StanzaStream, XElement, BareXmppOptions, CancellationToken, Task<T>> step,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.LoginTimeout);
        StanzaStream? stream = null;
        try
        {
            stream = await StanzaStream.ConnectAsync(options.Host, options.Port, limit.Token);
            var features = await stream.OpenAsync(options.Domain, limit.Token);
            if (options.UseTls)
            {
                features = await SecureAsync(stream, features, options, limit.Token);
            }

            var session = (stream, await step(stream, features, options, limit.Token));
            stream = null;
            return session;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No session with {options.Host}:{options.Port} within {options.LoginTimeout.TotalSeconds} s.");
        }
        finally
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }
        }
    }

    /// <summary>SASL and resource binding; returns the full JID.</summary>
    public static async Task<string> AuthenticateAndBindAsync(
        StanzaStream stream, XElement features, BareXmppOptions options, CancellationToken cancellationToken)
    {
        var offered = features.Element(XmppNames.Sasl + "mechanisms")?.Elements().Select(mechanism => mechanism.Value).ToList() ?? [];
        var mechanism = options.Username is null ? "ANONYMOUS" : "PLAIN";
        if (!offered.Contains(mechanism))
        {
            throw new BareXmppException($"The server does not offer {mechanism}, only: {string.Join(", ", offered)}.", "invalid-mechanism");
        }

        var initial = options.Username is null
            ? "="
            : Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{options.Username}\0{options.Password}"));
        await SendAsync(stream, $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{mechanism}'>{initial}</auth>", cancellationToken);
        var answer = (await stream.ReadRequiredAsync(cancellationToken)).Element;
        if (answer.Name == XmppNames.Sasl + "challenge")
        {
            // ejabberd may ask for an ANONYMOUS trace although an empty one was given.
            await SendAsync(stream, "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", cancellationToken);
            answer = (await stream.ReadRequiredAsync(cancellationToken)).Element;
        }

        if (answer.Name != XmppNames.Sasl + "success")
        {
            var condition = answer.Elements().FirstOrDefault()?.Name.LocalName;
            throw new BareXmppException($"Login of {options.Username ?? "an anonymous user"} failed: {condition}.", condition);
        }

        var restarted = await stream.OpenAsync(options.Domain, cancellationToken);
        var resource = options.Resource is null ? "" : $"<resource>{XmppNames.Escape(options.Resource)}</resource>";
        var bound = await IqAsync(stream, "bind", $"<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>{resource}</bind>", cancellationToken);
        if (restarted.Element(XmppNames.Session + "session") is { } session && session.Element(XmppNames.Session + "optional") is null)
        {
            await IqAsync(stream, "session", "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>", cancellationToken);
        }

        return bound.Descendants(XmppNames.Bind + "jid").FirstOrDefault()?.Value ?? throw new BareXmppException("The server bound no JID.");
    }

    /// <summary>Sends a set IQ before any loop runs and returns its result.</summary>
    public static async Task<XElement> IqAsync(StanzaStream stream, string id, string payload, CancellationToken cancellationToken)
    {
        await SendAsync(stream, $"<iq type='set' id='{id}'>{payload}</iq>", cancellationToken);
        var answer = (await stream.ReadRequiredAsync(cancellationToken)).Element;
        return (string?)answer.Attribute("type") == "result" ? answer : throw InBandRegistration.IqError(answer);
    }

    private static async Task<XElement> SecureAsync(
        StanzaStream stream, XElement features, BareXmppOptions options, CancellationToken cancellationToken)
    {
        if (features.Element(XmppNames.Tls + "starttls") is null)
        {
            throw new BareXmppException("The server does not offer STARTTLS.");
        }

        await SendAsync(stream, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", cancellationToken);
        var answer = await stream.ReadRequiredAsync(cancellationToken);
        if (answer.Element.Name != XmppNames.Tls + "proceed")
        {
            throw new BareXmppException("The server refused STARTTLS.");
        }

        await stream.SecureAsync(options.Domain, cancellationToken);
        return await stream.OpenAsync(options.Domain, cancellationToken);
    }

    private static Task SendAsync(StanzaStream stream, string xml, CancellationToken cancellationToken) =>
        stream.WriteAsync(Encoding.UTF8.GetBytes(xml), cancellationToken);
}
