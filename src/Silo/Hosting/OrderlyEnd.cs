using Ahenk.Grains.Ending;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo.Hosting;

/// <summary>Ends the agent's work before any of its parts is stopped.</summary>
internal sealed class OrderlyEnd(AgentEnding ending) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => ending.RunAsync().WaitAsync(cancellationToken);
}
