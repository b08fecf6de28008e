using System.Collections.Concurrent;
using Ahenk.Grains.Ending;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Grains.Tests.Ending;

/// <summary>What the end of the agent touches beside its grains.</summary>
internal sealed class EndingFakes : IServiceManager, IConnectionWatch, IDatabaseProbe
{
    public event Action<ConnectionState>? Changed;

    /// <summary>What the service manager was told, in order.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    public EndingOptions Options { get; } = new();

    public ConnectionState Current { get; set; } = new("online", "pc", IsOnline: true, Unacknowledged: 0);

    public Func<Task> OnWrite { get; set; } = () => Task.CompletedTask;

    public OutboxFlush Flush(IOutbox outbox, TimeProvider time) => new(outbox, this, this, this, time, NullLogger<OutboxFlush>.Instance);

    public AgentEnding Ending(GrainCluster silo) => new(
        silo.Host, silo.Grains, silo.InHand, Flush(silo.Outbox, silo.Clock), this, Options, silo.Clock, NullLogger<AgentEnding>.Instance);

    public void Ready() => Told.Enqueue("ready");

    public void Stopping(TimeSpan most) => Told.Enqueue($"stopping {most.TotalSeconds}");

    public void Tell(string status) => Told.Enqueue(status);

    public void Alive() => Told.Enqueue("alive");

    public string? FindStuck() => null;

    public Task WriteAsync() => OnWrite();

    public void Become(ConnectionState state)
    {
        Current = state;
        Changed?.Invoke(state);
    }
}
