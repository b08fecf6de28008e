namespace Ahenk.Gateway.Xmpp.Xmpp;

/// <summary>The client's status: changed in one place, read from anywhere.</summary>
internal sealed class StatusBoard(Func<int> unacknowledged)
{
    private readonly Lock _gate = new();
    private XmppStatus _status = new() { Phase = XmppPhase.Stopped };
    private TaskCompletionSource _online = NewSource();

    /// <summary>See <see cref="IXmppClient.StatusChanged"/>.</summary>
    public event Action<XmppStatus>? Changed;

    /// <summary>The status now.</summary>
    public XmppStatus Current => Volatile.Read(ref _status) with { Unacknowledged = unacknowledged() };

    /// <summary>Changes it and tells everybody.</summary>
    public void Change(Func<XmppStatus, XmppStatus> change)
    {
        lock (_gate)
        {
            var wasOnline = _status.Phase == XmppPhase.Online;
            Volatile.Write(ref _status, change(_status));
            if (_status.Phase == XmppPhase.Online)
            {
                _online.TrySetResult();
            }
            else if (wasOnline)
            {
                _online = NewSource();
            }
        }

        Changed?.Invoke(Current);
    }

    /// <summary>Completes while a session stands.</summary>
    public Task WaitForSessionAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _online.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
