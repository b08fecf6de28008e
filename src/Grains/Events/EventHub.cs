using System.Collections.Immutable;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Events;

/// <inheritdoc cref="IAgentEvents"/>
public sealed class EventHub(TimeProvider time) : IAgentEvents
{
    /// <summary>How many events are remembered.</summary>
    public const int Remembered = 50;

    private readonly Lock _gate = new();
    private readonly RaisedEvent[] _recent = new RaisedEvent[Remembered];
    private ImmutableArray<EventSubscription> _subscriptions = [];
    private long _raised;

    /// <summary>How many listen at present.</summary>
    public int Listeners
    {
        get
        {
            lock (_gate)
            {
                return _subscriptions.Length;
            }
        }
    }

    /// <inheritdoc/>
    public void Raise(AgentEvent happened)
    {
        // All under one lock, so that everybody sees one order; what is done under it is only taking notes.
        lock (_gate)
        {
            var raised = new RaisedEvent(time.GetUtcNow(), happened);
            _recent[_raised++ % Remembered] = raised;
            foreach (var subscription in _subscriptions)
            {
                subscription.Offer(raised);
            }
        }
    }

    /// <inheritdoc/>
    public IEventSubscription Subscribe(EventFilter filter)
    {
        lock (_gate)
        {
            var subscription = new EventSubscription(filter, Recent(filter), time, Remove);
            _subscriptions = _subscriptions.Add(subscription);
            return subscription;
        }
    }

    private ImmutableArray<RaisedEvent> Recent(EventFilter filter)
    {
        var recent = ImmutableArray.CreateBuilder<RaisedEvent>();
        for (var number = Math.Max(0, _raised - Remembered); number < _raised; number++)
        {
            var raised = _recent[number % Remembered];
            if (filter.Lets(raised.Event))
            {
                recent.Add(raised);
            }
        }

        return recent.ToImmutable();
    }

    private void Remove(EventSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = _subscriptions.Remove(subscription);
        }
    }
}
