using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>Tells plugins that their folders have come, changed or gone.</summary>
internal sealed partial class PluginWatch(IPluginHost host, IGrainFactory grains, ILogger<PluginWatch> logger) : BackgroundService
{
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
