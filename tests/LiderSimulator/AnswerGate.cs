namespace Ahenk.LiderSimulator;

/// <summary>When a request is answered.</summary>
public sealed record AnswerTiming
{
    private AnswerTiming()
    {
    }

    /// <summary>At once.</summary>
    public static AnswerTiming InTime { get; } = new();

    /// <summary>Never.</summary>
    public static AnswerTiming Silent { get; } = new() { IsSilent = true };

    /// <summary>When <see cref="AnswerGate.Release"/> is called.</summary>
    public static AnswerTiming Held { get; } = new() { IsHeld = true };

    /// <summary>No answer at all.</summary>
    public bool IsSilent { get; private init; }

    /// <summary>The answer waits to be released.</summary>
    public bool IsHeld { get; private init; }

    /// <summary>How long the answer takes.</summary>
    public TimeSpan Delay { get; private init; }

    /// <summary>After a time.</summary>
    public static AnswerTiming After(TimeSpan delay) => new() { Delay = delay };
}

/// <summary>Decides when the requests of one kind are answered; can be changed at any time. At first all are answered at once.</summary>
/// <param name="timeProvider">Measures the delays.</param>
public sealed class AnswerGate(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private IReadOnlyList<AnswerTiming> _timings = [AnswerTiming.InTime];
    private int _next;
    private TaskCompletionSource _release = NewRelease();

    /// <summary>From the next request on: these in turn, then from the first again.</summary>
    public void Use(params IReadOnlyList<AnswerTiming> timings)
    {
        ArgumentOutOfRangeException.ThrowIfZero(timings.Count, nameof(timings));
        lock (_gate)
        {
            _timings = timings;
            _next = 0;
        }
    }

    /// <summary>Answers the requests that are held; those that come later are held anew.</summary>
    public void Release()
    {
        TaskCompletionSource release;
        lock (_gate)
        {
            (release, _release) = (_release, NewRelease());
        }

        release.TrySetResult();
    }

    /// <summary>Takes the turn of a request, in the order of arrival.</summary>
    /// <returns>Completes when it is to be answered, with whether it is to be answered at all.</returns>
    internal Func<CancellationToken, Task<bool>> Enter()
    {
        lock (_gate)
        {
            var timing = _timings[_next++ % _timings.Count];
            var release = _release.Task;
            return async cancellationToken =>
            {
                await Task.Delay(timing.Delay, timeProvider, cancellationToken);
                if (timing.IsHeld)
                {
                    await release.WaitAsync(cancellationToken);
                }

                return !timing.IsSilent;
            };
        }
    }

    private static TaskCompletionSource NewRelease() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
