namespace Ahenk.Silo.Control;

/// <summary>Lets one line through in a while and counts the others: who may do nothing may not fill the log either.</summary>
internal sealed class LogSieve(TimeProvider time, TimeSpan pause)
{
    private readonly Lock _gate = new();
    private long? _lastAt;
    private long _held;

    /// <summary>Whether a line may be written now, and how many were not since the last one that was.</summary>
    public bool Passes(out long held)
    {
        lock (_gate)
        {
            if (_lastAt is { } last && time.GetElapsedTime(last) < pause)
            {
                held = ++_held;
                return false;
            }

            (_lastAt, held, _held) = (time.GetTimestamp(), _held, 0);
            return true;
        }
    }
}
