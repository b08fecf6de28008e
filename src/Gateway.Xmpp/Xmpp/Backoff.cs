namespace Ahenk.Gateway.Xmpp.Xmpp;

/// <summary>When to try again: full-jitter exponential backoff, so that a fleet does not come back in one moment.</summary>
internal sealed class Backoff(XmppClientOptions options, Random random)
{
    private const int MostDoublings = 30;

    /// <summary>
    /// Least delays after the first refusals of an account that is known to be right; each is drawn up to its double. A server that has just come back
    /// may refuse everybody while its directory is still away. So few do not come near the 20 failed logins after which servers ban an address (LP 1.2).
    /// </summary>
    private static readonly TimeSpan[] EarlyRetries = [TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(1)];

    private bool _hasLoggedIn = options.HasLoggedIn;
    private int _failures;
    private int _refusals;

    /// <summary>Attempts since the last stable session.</summary>
    public int Attempts { get; private set; }

    /// <summary>An attempt begins.</summary>
    public void Attempt() => Attempts++;

    /// <summary>The account was let in.</summary>
    public void LoggedIn() => _hasLoggedIn = true;

    /// <summary>A session has stood long enough: delays begin anew.</summary>
    public void Reset()
    {
        _failures = 0;
        _refusals = 0;
        Attempts = 0;
    }

    /// <summary>The delay after a failure.</summary>
    public TimeSpan Next(XmppFailureKind failure)
    {
        var ceiling = Math.Min(options.BackoffMost.Ticks, options.BackoffFirst.Ticks * Math.Pow(2, Math.Min(_failures, MostDoublings)));
        _failures++;
        var chance = random.NextDouble();
        var drawn = TimeSpan.FromTicks((long)(chance * ceiling));
        return failure switch
        {
            XmppFailureKind.Conflict => options.SlowRetry + drawn,
            XmppFailureKind.NotAuthorized => AfterRefusal(chance) ?? options.SlowRetry + drawn,
            _ => drawn,
        };
    }

    private TimeSpan? AfterRefusal(double chance)
    {
        if (!_hasLoggedIn || _refusals >= EarlyRetries.Length)
        {
            return null;
        }

        var early = EarlyRetries[_refusals++] * (1 + chance);
        return early < options.SlowRetry ? early : options.SlowRetry;
    }
}
