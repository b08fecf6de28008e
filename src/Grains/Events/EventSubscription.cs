using System.Runtime.CompilerServices;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Events;

/// <inheritdoc cref="IEventSubscription"/>
internal sealed class EventSubscription(EventFilter filter, IReadOnlyList<RaisedEvent> before, TimeProvider time, Action<EventSubscription> ended)
    : IEventSubscription
{
    /// <summary>How many events wait for their reader at most.</summary>
    public const int MostWaiting = 256;

    private readonly Lock _gate = new();
    private readonly Queue<RaisedEvent> _waiting = new();

    // Nothing of it needs disposing: its wait handle is never asked for.
    private readonly SemaphoreSlim _arrived = new(0);
    private long _lost;
    private volatile bool _isEnded;

    /// <inheritdoc/>
    public IReadOnlyList<RaisedEvent> Before => before;

    /// <summary>Keeps an event for the reader. Runs nothing of the reader's: the semaphore lets it go on elsewhere.</summary>
    public void Offer(RaisedEvent raised)
    {
        if (!filter.Lets(raised.Event))
        {
            return;
        }

        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }

            if (_waiting.Count == MostWaiting)
            {
                _waiting.Dequeue();
                _lost++;
            }

            _waiting.Enqueue(raised);
            WakeReader();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RaisedEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            while (TryTake(out var raised))
            {
                yield return raised;
            }

            if (_isEnded)
            {
                yield break;
            }

            await _arrived.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnded = true;
            _waiting.Clear();
            _lost = 0;
            WakeReader();
        }

        ended(this);
    }

    private bool TryTake(out RaisedEvent raised)
    {
        lock (_gate)
        {
            if (_lost > 0)
            {
                raised = new RaisedEvent(time.GetUtcNow(), new EventsLost(_lost));
                _lost = 0;
                return true;
            }

            return _waiting.TryDequeue(out raised);
        }
    }

    private void WakeReader()
    {
        if (_arrived.CurrentCount == 0)
        {
            _arrived.Release();
        }
    }
}
