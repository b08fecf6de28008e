using System.Collections.Concurrent;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <summary>Tells policies that a plugin which stands in their way has come or changed, so that plugins need not know who has policies.</summary>
public sealed partial class PluginNews(IGrainFactory grains, ILogger<PluginNews> logger)
{
    private readonly ConcurrentDictionary<string, IReadOnlySet<string>> _plugins = new(StringComparer.Ordinal);

    /// <summary>From now on policies are told of these plugins and no others.</summary>
    /// <param name="key">The key of their <see cref="IPolicyGrain"/>.</param>
    /// <param name="plugins">The plugins' names; none: nothing more is told.</param>
    public void Watch(string key, IReadOnlySet<string> plugins)
    {
        if (plugins.Count > 0)
        {
            _plugins[key] = plugins;
        }
        else
        {
            _plugins.TryRemove(key, out _);
        }
    }

    /// <summary>A plugin can be used now. Waits for nobody.</summary>
    public void Tell(string plugin)
    {
        foreach (var (key, _) in _plugins.Where(watched => watched.Value.Contains(plugin)))
        {
            _ = Replan(key, plugin);
        }
    }

    private async Task Replan(string key, string plugin)
    {
        try
        {
            await grains.GetGrain<IPolicyGrain>(key).Replan();
        }
        catch (Exception failure)
        {
            // Nobody waits for this: the log is the only place where it can be said.
            LogNotTold(failure, key, plugin);
        }
    }

    [LoggerMessage(1603, LogLevel.Error, "[POLICY] {Key} could not be told that the plugin {Plugin} has come; it is taken up with the next plan")]
    private partial void LogNotTold(Exception failure, string key, string plugin);
}
