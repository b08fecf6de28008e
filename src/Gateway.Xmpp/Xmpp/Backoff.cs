namespace Ahenk.Gateway.Xmpp.Xmpp;

/// <summary>When to try again: full-jitter exponential backoff, so that a fleet does not come back in one moment.</summary>
internal sealed class Backoff(XmppClientOptions options, Random random)
{
    private const int MostDoublings = 30;

    private int _failures;

    /// <summary>Attempts since the last stable session.</summary>
    public int Attempts { get; private set; }

    /// <summary>An attempt begins.</summary>
    public void Attempt() => Attempts++;

    /// <summary>A session has stood long enough: delays begin anew.</summary>
    public void Reset()
    {
        _failures = 0;
        Attempts = 0;
    }

    /// <summary>The delay after a failure.</summary>
    public TimeSpan Next(XmppFailureKind failure)
    {
        var ceiling = Math.Min(options.BackoffMost.Ticks, options.BackoffFirst.Ticks * Math.Pow(2, Math.Min(_failures, MostDoublings)));
        _failures++;
        var drawn = TimeSpan.FromTicks((long)(random.NextDouble() * ceiling));
        return failure is XmppFailureKind.NotAuthorized or XmppFailureKind.Conflict ? options.SlowRetry + drawn : drawn;
    }
}
