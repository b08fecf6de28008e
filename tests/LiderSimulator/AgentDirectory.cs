using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator;

/// <summary>The directory (accounts) and the table <c>c_agent</c> (rows) of the server, and the presence of its roster.</summary>
/// <param name="timeProvider">Measures the time limits.</param>
public sealed class AgentDirectory(TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<string, AgentRecord> _agents = new(StringComparer.Ordinal);
    private readonly Signal _changed = new(timeProvider);

    /// <summary>All agents.</summary>
    public IReadOnlyCollection<AgentRecord> All => [.. _agents.Values];

    /// <summary>An agent, or <see langword="null"/>.</summary>
    public AgentRecord? Find(string name) => _agents.GetValueOrDefault(name);

    /// <summary>Waits until an agent (any, when the name is null) is as wanted.</summary>
    /// <exception cref="TimeoutException">None was in time.</exception>
    public Task<AgentRecord> WaitAsync(
        string? name, Func<AgentRecord, bool> condition, string wanted, TimeSpan timeout, CancellationToken cancellationToken) =>
        _changed.WaitAsync(
            () => _agents.Values.FirstOrDefault(agent => (name is null || agent.Name == name) && condition(agent)),
            timeout,
            () => $"agent {name ?? "(any)"} is not {wanted}",
            cancellationToken);

    /// <summary>Waits for a successful REGISTER.</summary>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public Task<AgentRecord> WaitForRegistrationAsync(string? name, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        WaitAsync(name, agent => agent.IsRegistered, "registered", timeout, cancellationToken);

    /// <summary>Waits until the server sees the agent as online: registered and its presence available (LP 1.7).</summary>
    /// <exception cref="TimeoutException">It was not in time.</exception>
    public Task<AgentRecord> WaitForOnlineAsync(string? name, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        WaitAsync(name, agent => agent is { IsRegistered: true, IsOnline: true }, "online", timeout, cancellationToken);

    /// <summary>Changes what is known of an agent; one that is unknown is added.</summary>
    internal AgentRecord Update(string name, Func<AgentRecord, AgentRecord> change)
    {
        var agent = _agents.AddOrUpdate(name, _ => change(new AgentRecord { Name = name }), (_, present) => change(present));
        _changed.Raise();
        return agent;
    }

    /// <summary>Forgets row and account; presence goes with them.</summary>
    internal void Remove(string name)
    {
        _agents.TryRemove(name, out _);
        _changed.Raise();
    }

    /// <summary>Takes in a presence stanza.</summary>
    internal void ObservePresence(IncomingStanza presence)
    {
        var name = XmppNames.Local(presence.From);
        switch (presence.Type)
        {
            case "unavailable":
                Update(name, agent => agent with { IsOnline = false });
                break;
            case null:
                var text = (string?)presence.Element.Element(XmppNames.Client + "priority");
                var priority = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
                Update(name, agent => agent with { IsOnline = true, Priority = priority });
                break;
            default:
                break;
        }
    }

    /// <summary>Takes in a roster result or push: the roster, not a presence, tells whether a subscription stands.</summary>
    internal void ObserveRoster(XElement iq)
    {
        foreach (var item in iq.Descendants(XmppNames.Roster + "item"))
        {
            var isSubscribed = (string?)item.Attribute("subscription") is "to" or "both";
            Update(XmppNames.Local((string?)item.Attribute("jid") ?? ""), agent => agent with { HasAcceptedSubscription = isSubscribed });
        }
    }

    /// <summary>The server's own session broke: nobody is known to be online.</summary>
    internal void ForgetPresence()
    {
        foreach (var name in _agents.Keys)
        {
            Update(name, agent => agent with { IsOnline = false });
        }
    }
}
