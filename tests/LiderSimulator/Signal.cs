namespace Ahenk.LiderSimulator;

/// <summary>Wakes those who wait for a condition whenever something may have changed it.</summary>
/// <param name="timeProvider">Measures the time limits.</param>
internal sealed class Signal(TimeProvider timeProvider)
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Something changed.</summary>
    public void Raise() =>
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Waits until a probe returns something.</summary>
    /// <exception cref="TimeoutException">It did not in time; the message says what was missing.</exception>
    public async Task<T> WaitAsync<T>(Func<T?> probe, TimeSpan timeout, Func<string> missing, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = new CancellationTokenSource(timeout, timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (true)
        {
            // Taken before the probe: a change in between completes it.
            var next = Volatile.Read(ref _next).Task;
            if (probe() is { } found)
            {
                return found;
            }

            try
            {
                await next.WaitAsync(both.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // A change and the end of the time may come together: what counts is how things stand.
                return probe() ?? throw new TimeoutException($"Within {timeout.TotalSeconds} s: {missing()}");
            }
        }
    }
}
