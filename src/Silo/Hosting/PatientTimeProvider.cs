namespace Ahenk.Silo.Hosting;

/// <summary>
/// Stretches the short periodic timers of Orleans' maintenance areas. A silo that is alone has nobody to probe and nothing to
/// balance, yet it would wake up 39 times a second for it.
/// </summary>
internal sealed class PatientTimeProvider(TimeProvider clock) : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new PatientTimer(clock.CreateTimer(callback, state, dueTime, Stretch(period)));

    private static TimeSpan Stretch(TimeSpan period) => period > TimeSpan.Zero && period < Short ? Short : period;

    private sealed class PatientTimer(ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(dueTime, Stretch(period));

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
