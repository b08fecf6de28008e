namespace Ahenk.Gateway.Xmpp.Xmpp.Wire;

/// <summary>When a connection last showed a sign of life, in timestamps of the clock it was given.</summary>
internal sealed class TrafficMeter(TimeProvider time)
{
    private long _heardAt = time.GetTimestamp();
    private long _progressAt;
    private long _writtenSinceHeard;
    private int _writes;

    /// <summary>When bytes last came in.</summary>
    public long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>When a write that had to wait for the peer last went on; 0: never.</summary>
    public long ProgressAt => Volatile.Read(ref _progressAt);

    /// <summary>Bytes written since anything was heard.</summary>
    public long WrittenSinceHeard => Volatile.Read(ref _writtenSinceHeard);

    /// <summary>Whether a write is under way.</summary>
    public bool IsWriting => Volatile.Read(ref _writes) > 0;

    /// <summary>Bytes came in, or reading goes on after it was held back on purpose.</summary>
    public void Heard()
    {
        Volatile.Write(ref _heardAt, time.GetTimestamp());
        Volatile.Write(ref _writtenSinceHeard, 0);
    }

    /// <summary>A write begins.</summary>
    public void Writing(int bytes)
    {
        Interlocked.Add(ref _writtenSinceHeard, bytes);
        Interlocked.Increment(ref _writes);
    }

    /// <summary>A write has ended.</summary>
    /// <param name="waited">
    /// Whether it had to wait for room. Only then does it tell that the peer lives: the kernel takes small writes for a dead peer as well.
    /// </param>
    public void Written(bool waited)
    {
        Interlocked.Decrement(ref _writes);
        if (waited)
        {
            Volatile.Write(ref _progressAt, time.GetTimestamp());
        }
    }
}
