using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo.Hosting;

/// <summary>Tells the service manager when the agent has started. Signals are <see cref="StopSignals"/>' own.</summary>
internal sealed class StartedLifetime(IHostApplicationLifetime lifetime, IServiceManager manager) : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(manager.Ready);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
