using Microsoft.Extensions.Time.Testing;

namespace Ahenk.FileTransfer.Tests;

/// <summary>A clock that stands still and counts what waits for it.</summary>
internal sealed class ObservedTime : FakeTimeProvider
{
    private int _timers;

    public int Timers => Volatile.Read(ref _timers);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _timers);
        return base.CreateTimer(callback, state, dueTime, period);
    }
}
