using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>Scheduled tasks on a silo of their own, at noon.</summary>
public abstract class SchedulingTest : IAsyncLifetime
{
    private protected static readonly DateTimeOffset Noon = Given.Now;

    private protected GrainCluster Silo { get; private set; } = null!;

    private protected MemoryTaskStore Store => Silo.Store;

    public async ValueTask InitializeAsync() => Silo = await GrainCluster.StartAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Silo.DisposeAsync();
    }

    /// <summary>The process dies, and another one finds what it has stored.</summary>
    private protected async Task RestartAsync()
    {
        await Silo.DisposeAsync();
        Silo = await GrainCluster.StartAsync(Store);
    }
}
