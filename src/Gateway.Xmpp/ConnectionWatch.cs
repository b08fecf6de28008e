using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Knows what the way to Lider is doing and since when, by a clock that neither jumps nor counts the machine's sleep.</summary>
internal sealed class ConnectionWatch(TimeProvider time) : IConnectionWatch
{
    /// <summary>How long one step of connecting may take: each has a limit of its own that is far below.</summary>
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(10);

    /// <summary>How far past the moment for its next attempt a client may wait.</summary>
    private static readonly TimeSpan Lateness = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private IXmppClient? _client;
    private string _name = "";
    private Step _step = new("starting", time.GetTimestamp(), StepLimit);

    /// <inheritdoc/>
    public event Action<ConnectionState>? Changed;

    /// <summary>What the agent does for its connection while it has no permanent session.</summary>
    public string OwnPhase { get; private set; } = "starting";

    /// <inheritdoc/>
    public ConnectionState Current
    {
        get
        {
            lock (_gate)
            {
                var status = _client?.Status;
                return new ConnectionState(
                    status is null ? OwnPhase : Word(status.Phase), _name, status is { Phase: XmppPhase.Online }, status?.Unacknowledged ?? 0);
            }
        }
    }

    /// <summary>There is no permanent session; the agent does this, which has limits of its own.</summary>
    public void Enter(string phase)
    {
        lock (_gate)
        {
            Unfollow();
            OwnPhase = phase;
            _step = new Step(phase, time.GetTimestamp(), null);
        }

        Changed?.Invoke(Current);
    }

    /// <summary>The client of a permanent session is about to be started.</summary>
    public void Follow(IXmppClient client, string name)
    {
        lock (_gate)
        {
            Unfollow();
            _client = client;
            _name = name;
            client.StatusChanged += Note;
        }

        Note(client.Status);
    }

    /// <inheritdoc/>
    public string? FindStuck()
    {
        lock (_gate)
        {
            var elapsed = time.GetElapsedTime(_step.Since);
            return elapsed > _step.Limit ? $"The connection to Lider has been {_step.Phase} for {elapsed.TotalMinutes:0} min, which it should be for {_step.Limit.Value.TotalMinutes:0} min at most." : null;
        }
    }

    private static string Word(XmppPhase phase) => phase.ToString().ToLowerInvariant();

    private void Unfollow()
    {
        if (_client is not null)
        {
            _client.StatusChanged -= Note;
            _client = null;
        }
    }

    private void Note(XmppStatus status)
    {
        lock (_gate)
        {
            TimeSpan? limit = status.Phase switch
            {
                XmppPhase.Online => null,
                XmppPhase.Waiting => (status.NextAttemptAt - time.GetUtcNow() is { } rest && rest > TimeSpan.Zero ? rest : TimeSpan.Zero) + Lateness,
                _ => StepLimit,
            };
            _step = new Step(Word(status.Phase), time.GetTimestamp(), limit);
        }

        Changed?.Invoke(Current);
    }

    /// <param name="Phase">What is being done.</param>
    /// <param name="Since">From when on, as a timestamp.</param>
    /// <param name="Limit">How long it can take; <see langword="null"/>: as long as it likes.</param>
    private sealed record Step(string Phase, long Since, TimeSpan? Limit);
}
