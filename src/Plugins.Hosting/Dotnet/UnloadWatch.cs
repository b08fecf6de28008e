using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Dotnet;

/// <summary>
/// Looks whether the code of plugins that were unloaded has left the memory. A plugin can prevent that, for example by giving its own types to a
/// serializer that works by reflection, and
/// then each reload costs memory: its author should hear of it.
/// </summary>
internal sealed partial class UnloadWatch(TimeProvider time, ILogger<UnloadWatch> logger)
{
    private static readonly TimeSpan Delay = TimeSpan.FromMinutes(1);

    /// <summary>Looks once, after a minute.</summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="context">Its load context.</param>
    public void Watch(string plugin, WeakReference context) => _ = LookAsync(plugin, context);

    private async Task LookAsync(string plugin, WeakReference context)
    {
        await Task.Delay(Delay, time);

        // An idle agent may not collect for hours; a context goes with the second collection.
        for (var round = 0; round < 3 && context.IsAlive; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        if (context.IsAlive)
        {
            LogStillThere(plugin, Delay.TotalSeconds);
        }
    }

    [LoggerMessage(1322, LogLevel.Warning,
        "[PLUGIN] The code of {Plugin} is still in memory {Seconds} s after it was unloaded; each reload of it costs memory until the agent restarts. "
        + "Its author should look for what holds it: static events, threads, serializers that work by reflection")]
    private partial void LogStillThere(string plugin, double seconds);
}
