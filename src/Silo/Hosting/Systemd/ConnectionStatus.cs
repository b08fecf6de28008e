using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo.Hosting.Systemd;

/// <summary>Has <c>systemctl status</c> show what the connection to Lider is doing, until the agent ends.</summary>
internal sealed class ConnectionStatus(IConnectionWatch connection, IServiceManager manager) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        connection.Changed += Tell;
        Tell(connection.Current);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        connection.Changed -= Tell;
        return Task.CompletedTask;
    }

    private void Tell(ConnectionState state) => manager.Tell(
        state.IsOnline ? $"Connected to Lider as {state.Name}"
        : state.Name.Length > 0 ? $"Not connected to Lider as {state.Name}: {state.Phase}"
        : $"Not connected to Lider: {state.Phase}");
}
