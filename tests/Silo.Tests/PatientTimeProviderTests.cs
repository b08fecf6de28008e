using Ahenk.Silo.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class PatientTimeProviderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();
    private int _ticks;

    [Theory]
    [InlineData(0.1, 120, 4)]
    [InlineData(29, 120, 4)]
    [InlineData(30, 120, 4)]
    [InlineData(60, 120, 2)]
    public void Short_periods_are_stretched_to_half_a_minute_and_long_ones_are_kept(double period, int seconds, int expected)
    {
        using var timer = Create(TimeSpan.FromSeconds(period), TimeSpan.FromSeconds(period));
        Pass(TimeSpan.FromSeconds(period));
        Assert.Equal(1, _ticks);

        Pass(TimeSpan.FromSeconds(seconds));

        Assert.Equal(1 + expected, _ticks);
    }

    [Fact]
    public void The_time_of_day_goes_on_steadily_when_the_clock_is_set_back()
    {
        var clock = new SettableClock();
        var patient = new PatientTimeProvider(clock);
        var before = patient.GetUtcNow();

        clock.Set(TimeSpan.FromDays(-40));
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(before + TimeSpan.FromMinutes(1), patient.GetUtcNow());
    }

    [Fact]
    public void A_timer_that_fires_once_fires_when_it_is_due_and_once()
    {
        using var timer = Create(Second, Timeout.InfiniteTimeSpan);

        Pass(Second);
        Assert.Equal(1, _ticks);
        Pass(TimeSpan.FromHours(1));

        Assert.Equal(1, _ticks);
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(1, 30)]
    [InlineData(29, 30)]
    [InlineData(45, 45)]
    public void Once_the_silo_has_started_single_waits_are_stretched_too(double wait, double expected)
    {
        var provider = new PatientTimeProvider(_clock);
        Pass(TimeSpan.FromSeconds(21));
        using var timer = provider.CreateTimer(_ => _ticks++, null, TimeSpan.FromSeconds(wait), Timeout.InfiniteTimeSpan);

        Pass(TimeSpan.FromSeconds(expected) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _ticks);
        Pass(TimeSpan.FromMilliseconds(1));

        Assert.Equal(1, _ticks);
    }

    [Fact]
    public void A_changed_timer_is_stretched_as_well()
    {
        using var timer = Create(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.True(timer.Change(Second, Second));

        Pass(TimeSpan.FromSeconds(61));

        Assert.Equal(3, _ticks);
    }

    [Fact]
    public async Task A_disposed_timer_is_still()
    {
        Create(Second, Second).Dispose();
        await Create(Second, Second).DisposeAsync();

        Pass(TimeSpan.FromHours(1));

        Assert.Equal(0, _ticks);
    }

    private ITimer Create(TimeSpan due, TimeSpan period) => new PatientTimeProvider(_clock).CreateTimer(_ => _ticks++, null, due, period);

    private void Pass(TimeSpan time) => _clock.Advance(time);

    /// <summary>A clock that can be set without time going by.</summary>
    private sealed class SettableClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 3, 5, 8, 40, 0, TimeSpan.Zero);
        private long _timestamp;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Set(TimeSpan by) => _now += by;

        public void Advance(TimeSpan by) => (_now, _timestamp) = (_now + by, _timestamp + by.Ticks);

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _timestamp;
    }
}
