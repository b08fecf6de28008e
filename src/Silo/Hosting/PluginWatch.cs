using Ahenk.Grains;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>
/// Tells plugins that their folders have come, changed or gone, and ends their work when the agent stops: before the silo does, so that what they answer
/// is still stored.
/// </summary>
internal sealed partial class PluginWatch(IPluginHost host, IGrainFactory grains, WorkInHand inHand, ILogger<PluginWatch> logger) : BackgroundService
{
    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await inHand.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What is there at the start and has nothing to do at it is loaded when it is first needed, and costs nothing until then.
        var idle = host.List().Where(plugin => !plugin.Modes.Contains(PluginMode.Init)).Select(plugin => plugin.Name).ToHashSet(StringComparer.Ordinal);
        await foreach (var name in host.WatchAsync(stoppingToken))
        {
            if (!idle.Remove(name))
            {
                _ = Load(name);
            }
        }
    }

    private async Task Load(string name)
    {
        try
        {
            await grains.GetGrain<IPluginGrain>(name).Change(PluginChange.Load);
        }
        catch (Exception failure)
        {
            // One plugin must not keep the others from being watched.
            LogFailed(failure, name);
        }
    }

    [LoggerMessage(3201, LogLevel.Error, "[PLUGIN] {Plugin} was not loaded")]
    private partial void LogFailed(Exception failure, string plugin);
}
