using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo.Hosting;

/// <summary>Raises an event when the agent begins to stop, before any part of it has.</summary>
internal sealed class StoppingNews(IHostApplicationLifetime lifetime, IAgentEvents events) : IHostedService
{
    private CancellationTokenRegistration _registration;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = lifetime.ApplicationStopping.Register(() => events.Raise(new AgentStopping()));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _registration.Dispose();
        return Task.CompletedTask;
    }
}
