using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>A fake clock that can be set as a person or a suspend does it: timers and the monotonic clock do not see it.</summary>
public sealed class SettableClock(DateTimeOffset now) : FakeTimeProvider(now)
{
    private long _set;

    public void Set(DateTimeOffset to)
    {
        _set += (to - GetUtcNow()).Ticks;
        AdjustTime(to);
    }

    public override long GetTimestamp() => base.GetTimestamp() - _set;
}
