namespace Ahenk.Silo.Hosting;

/// <summary>
/// Stretches the short periodic timers of Orleans' maintenance areas. A silo that is alone has nobody to probe and nothing to
/// balance, yet it would wake up 39 times a second for it. Its time of day goes on steadily when the clock is set: Orleans activates no grain any more whose end it
/// would have to plan before a moment that it has already passed.
/// </summary>
internal sealed class PatientTimeProvider(TimeProvider clock) : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestStretched = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan StartingUp = TimeSpan.FromSeconds(20);

    private readonly long _created = clock.GetTimestamp();
    private readonly DateTimeOffset _createdAt = clock.GetUtcNow();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _createdAt + clock.GetElapsedTime(_created);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new PatientTimer(clock.CreateTimer(callback, state, StretchWait(dueTime), Stretch(period)), this);

    private static TimeSpan Stretch(TimeSpan period) => period > TimeSpan.Zero && period < Short ? Short : period;

    /// <summary>Loops that wait anew each time are periodic too. Not while the silo starts: there a short wait stands between two steps.</summary>
    private TimeSpan StretchWait(TimeSpan dueTime) =>
        dueTime >= ShortestStretched && dueTime < Short && clock.GetElapsedTime(_created) > StartingUp ? Short : dueTime;

    private sealed class PatientTimer(ITimer inner, PatientTimeProvider owner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(owner.StretchWait(dueTime), Stretch(period));

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
