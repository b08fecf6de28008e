namespace Ahenk.FileTransfer;

/// <summary>Ends a transfer that stands still for too long, or when the caller gives up.</summary>
internal sealed class IdleLimit : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _either;

    public IdleLimit(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _limit = limit;
        _caller = caller;
        _idle = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, caller);
    }

    /// <summary>For every wait on the other side.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether the time is what ended it.</summary>
    public bool Elapsed => _idle.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>The time counts anew: something moved, or what took time was on this side.</summary>
    public void Restart() => _idle.CancelAfter(_limit);

    public void Dispose()
    {
        _either.Dispose();
        _idle.Dispose();
    }
}
