using System.Collections.Concurrent;
using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>Requests that wait for their answers (RFC 6120 8.2.3): an answer counts when it bears the id and comes from whom the request went to.</summary>
internal sealed class IqRequests(Jid server)
{
    private readonly ConcurrentDictionary<string, (Jid? To, TaskCompletionSource<IqAnswer> Source)> _open = new(StringComparer.Ordinal);

    /// <summary>Begins to wait.</summary>
    public Task<IqAnswer> Expect(string id, Jid? to)
    {
        var source = new TaskCompletionSource<IqAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[id] = (to, source);
        return source.Task;
    }

    /// <summary>Waits no more.</summary>
    public void Forget(string id) => _open.TryRemove(id, out _);

    /// <summary>An answer came.</summary>
    /// <returns>Whether somebody waited for it.</returns>
    public bool TryAnswer(XElement iq, Jid own)
    {
        var id = (string?)iq.Attribute("id");
        if (id is null || !_open.TryGetValue(id, out var request) || !IsFrom(request.To, (string?)iq.Attribute("from"), own) || !_open.TryRemove(id, out _))
        {
            return false;
        }

        request.Source.SetResult((string?)iq.Attribute("type") == "result"
            ? new IqAnswer(IqOutcome.Result, iq.Elements().FirstOrDefault() is { } payload ? StanzaWriter.Markup(payload) : null)
            : new IqAnswer(IqOutcome.Error, null, StanzaErrors.ConditionOf(iq)));
        return true;
    }

    /// <summary>The stream is lost: no answer will come.</summary>
    public void Abandon()
    {
        foreach (var id in _open.Keys)
        {
            if (_open.TryRemove(id, out var request))
            {
                request.Source.SetResult(new IqAnswer(IqOutcome.NotConnected));
            }
        }
    }

    private bool IsFrom(Jid? to, string? from, Jid own)
    {
        if (from is null)
        {
            return to is null || to == own.Bare;
        }

        if (!Jid.TryParse(from, out var sender))
        {
            return false;
        }

        return to is null ? sender == server || sender == own.Bare || sender == own : sender == to;
    }
}
