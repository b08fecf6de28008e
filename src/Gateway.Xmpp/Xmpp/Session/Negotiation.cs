using System.Globalization;
using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Xmpp.Net;
using Ahenk.Gateway.Xmpp.Xmpp.Sasl;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>What a negotiation has led to.</summary>
/// <param name="BoundJid">The full JID.</param>
/// <param name="Counting">Whether stream management is on.</param>
/// <param name="StreamId">The id to resume with, or <see langword="null"/>.</param>
/// <param name="ResumedAt">The server's count when the stream was resumed, else <see langword="null"/>.</param>
/// <param name="LostAt">The server's last count of the stream that could not be resumed, where it told.</param>
/// <param name="Mechanism">The SASL mechanism.</param>
/// <param name="Early">Stanzas that came before the session stood; they do not count.</param>
internal sealed record Negotiated(
    Jid BoundJid, bool Counting, string? StreamId, uint? ResumedAt, uint? LostAt, string Mechanism, IReadOnlyList<XElement> Early);

/// <summary>From the open connection to the session (RFC 6120 4 to 7, XEP-0198 3 and 5).</summary>
internal sealed class Negotiation(XmppClientOptions options, XmppLink link, TlsSettings tls, Action<XmppPhase> enter)
{
    private const int MostEarlyStanzas = 100;

    private readonly List<XElement> _early = [];

    /// <summary>Negotiates.</summary>
    /// <param name="directTls">Whether TLS begins at once.</param>
    /// <param name="resumable">The stream to resume, or <see langword="null"/>.</param>
    /// <param name="handled">How many stanzas of it have been handled; read at the last moment.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StreamFailureException">It failed.</exception>
    public async Task<Negotiated> RunAsync(bool directTls, (string StreamId, Jid BoundJid)? resumable, Func<long> handled, CancellationToken cancellationToken)
    {
        enter(XmppPhase.Securing);
        if (directTls)
        {
            await link.SecureAsync(tls.Create(true), cancellationToken);
        }

        var features = await OpenAsync(cancellationToken);
        if (link.Tls is null)
        {
            features = await SecureAsync(features, cancellationToken);
        }

        enter(XmppPhase.Authenticating);
        string mechanism;
        using (var exchange = SaslMechanisms.Choose(features, options, link))
        {
            mechanism = exchange.Mechanism;
            await Authenticator.RunAsync(link, exchange, cancellationToken);
        }

        enter(XmppPhase.Binding);
        features = await OpenAsync(cancellationToken);
        var managed = options.IsPermanent && features.Element(Ns.StreamManagement + "sm") is not null;
        uint? lostAt = null;
        if (managed && resumable is { } stream)
        {
            var (resumedAt, failedAt) = await ResumeAsync(stream.StreamId, handled(), cancellationToken);
            if (resumedAt is not null)
            {
                return new Negotiated(stream.BoundJid, true, stream.StreamId, resumedAt, null, mechanism, _early);
            }

            lostAt = failedAt;
        }

        var boundJid = await BindAsync(features, cancellationToken);
        var (counting, streamId) = managed ? await EnableAsync(cancellationToken) : (false, null);
        return new Negotiated(boundJid, counting, streamId, null, lostAt, mechanism, _early);
    }

    private async Task<XElement> OpenAsync(CancellationToken cancellationToken)
    {
        await link.OpenStreamAsync(cancellationToken);
        var features = await link.ExpectAsync(cancellationToken);
        return features.Name == Ns.Stream + "features" ? features : throw Unexpected(features, "its features");
    }

    private async Task<XElement> SecureAsync(XElement features, CancellationToken cancellationToken)
    {
        var offer = features.Element(Ns.Tls + "starttls");
        switch (options.Tls)
        {
            case TlsMode.Required when offer is null:
                throw new StreamFailureException(
                    XmppFailureKind.Tls, "The server does not offer TLS, which is required here: nothing was sent. Enable STARTTLS on the server, or set use_tls = never.");
            case TlsMode.Never when offer?.Element(Ns.Tls + "required") is not null:
                throw new StreamFailureException(XmppFailureKind.Tls, "The server requires TLS, which is switched off here. Set use_tls = required.");
            case TlsMode.Never:
            case TlsMode.Optional when offer is null:
                return features;
        }

        await link.WriteAsync(buffer => buffer.Raw("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8), cancellationToken);
        var answer = await link.ExpectAsync(cancellationToken);
        if (answer.Name != Ns.Tls + "proceed")
        {
            throw new StreamFailureException(XmppFailureKind.Tls, "The server offered TLS and then refused it. Look at the server's certificate settings.");
        }

        await link.SecureAsync(tls.Create(false), cancellationToken);
        return await OpenAsync(cancellationToken);
    }

    private async Task<(uint? ResumedAt, uint? LostAt)> ResumeAsync(string streamId, long handled, CancellationToken cancellationToken)
    {
        await link.WriteAsync(
            buffer =>
            {
                buffer.Raw("<resume xmlns='urn:xmpp:sm:3'"u8);
                buffer.Attribute("h"u8, unchecked((uint)handled).ToString(CultureInfo.InvariantCulture));
                buffer.Attribute("previd"u8, streamId);
                buffer.Raw("/>"u8);
            },
            cancellationToken);
        var answer = await link.ExpectAsync(cancellationToken);
        if (answer.Name == Ns.StreamManagement + "failed")
        {
            return (null, answer.Attribute("h") is null ? null : Count(answer));
        }

        return answer.Name == Ns.StreamManagement + "resumed" && (string?)answer.Attribute("previd") == streamId
            ? (Count(answer), null)
            : throw Unexpected(answer, "the answer to a resumption");
    }

    private async Task<Jid> BindAsync(XElement features, CancellationToken cancellationToken)
    {
        await link.WriteAsync(
            buffer =>
            {
                buffer.Raw("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"u8);
                if (options.Resource is { } resource)
                {
                    buffer.Raw("<resource>"u8);
                    buffer.Text(resource);
                    buffer.Raw("</resource>"u8);
                }

                buffer.Raw("</bind></iq>"u8);
            },
            cancellationToken);
        var result = await AnswerAsync("bind", cancellationToken);
        if ((string?)result.Attribute("type") != "result")
        {
            var condition = StanzaErrors.ConditionOf(result);
            throw new StreamFailureException(
                condition == "conflict" ? XmppFailureKind.Conflict : XmppFailureKind.StreamError,
                $"The server refused the resource: {StreamErrors.Shown(condition)}.");
        }

        if (!Jid.TryParse((string?)result.Element(Ns.Bind + "bind")?.Element(Ns.Bind + "jid"), out var jid) || jid.Resource is null)
        {
            throw StreamFailureException.Violation("invalid-xml", "The server bound a resource without naming it.");
        }

        if (features.Element(Ns.Session + "session") is { } session && session.Element(Ns.Session + "optional") is null)
        {
            await link.WriteAsync(
                buffer => buffer.Raw("<iq type='set' id='session'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>"u8), cancellationToken);
            var answer = await AnswerAsync("session", cancellationToken);
            if ((string?)answer.Attribute("type") != "result")
            {
                throw new StreamFailureException(XmppFailureKind.StreamError, $"The server refused the session: {StreamErrors.Shown(StanzaErrors.ConditionOf(answer))}.");
            }
        }

        return jid;
    }

    private async Task<(bool Counting, string? StreamId)> EnableAsync(CancellationToken cancellationToken)
    {
        await link.WriteAsync(buffer => buffer.Raw("<enable xmlns='urn:xmpp:sm:3' resume='true'/>"u8), cancellationToken);
        var answer = await NextAsync(e => e.Name.Namespace == Ns.StreamManagement, cancellationToken);
        if (answer.Name == Ns.StreamManagement + "failed")
        {
            return (false, null);
        }

        if (answer.Name != Ns.StreamManagement + "enabled")
        {
            throw Unexpected(answer, "the answer about stream management");
        }

        var resumes = (string?)answer.Attribute("resume") is "true" or "1";
        var id = (string?)answer.Attribute("id");
        return (true, resumes && !string.IsNullOrEmpty(id) ? id : null);
    }

    private ValueTask<XElement> AnswerAsync(string id, CancellationToken cancellationToken) => NextAsync(
        e => e.Name == Ns.Client + "iq" && (string?)e.Attribute("id") == id && (string?)e.Attribute("type") is "result" or "error", cancellationToken);

    /// <summary>The next element that is awaited. As soon as the resource is bound, others may send stanzas: those are kept.</summary>
    private async ValueTask<XElement> NextAsync(Func<XElement, bool> isAwaited, CancellationToken cancellationToken)
    {
        while (true)
        {
            var element = await link.ExpectAsync(cancellationToken);
            if (isAwaited(element))
            {
                return element;
            }

            if (element.Name.Namespace != Ns.Client || _early.Count == MostEarlyStanzas)
            {
                throw Unexpected(element, "an answer");
            }

            _early.Add(element);
        }
    }

    private static uint Count(XElement element) =>
        uint.TryParse((string?)element.Attribute("h"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw StreamFailureException.Violation("invalid-xml", "The server sent a malformed stream-management count.");

    private static StreamFailureException Unexpected(XElement element, string instead) => StreamFailureException.Violation(
        "unsupported-stanza-type", $"The server sent <{StreamErrors.Shown(element.Name.LocalName)}> where {instead} belongs.");
}
