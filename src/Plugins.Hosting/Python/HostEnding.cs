using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Processes;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>Why a Python process ends.</summary>
/// <param name="Reason">For the log.</param>
/// <param name="Explain">For the administrator: from what was running and how the process ended to a sentence.</param>
internal sealed record HostEnding(string Reason, Func<string, ProcessEnd, string> Explain)
{
    /// <summary>It had nothing to do.</summary>
    public static HostEnding Left { get; } = new("it had nothing to do", static (what, _) => $"The process that was to run {what} has left.");

    /// <summary>It ended by itself.</summary>
    public static HostEnding Died(RunnerSettings settings) => new(
        "it ended by itself",
        (what, end) => $"The plugin {settings.Name} ended its process ({Endings.Describe(end, settings.Limits)}) while running {what}.");

    /// <summary>It lives but has closed the channel.</summary>
    public static HostEnding Silent(string plugin) => new(
        "it closed its connection to the agent",
        (what, _) => $"The plugin {plugin} was ended while running {what}: its process closed its connection to the agent.");

    /// <summary>It does not keep to the protocol.</summary>
    public static HostEnding Nonsense(string plugin, string flaw) => new(
        $"it wrote something that is no message of the protocol ({flaw})",
        (what, _) => $"The plugin {plugin} was ended while running {what}: its process wrote something that is no message of the protocol ({flaw}).");

    /// <summary>One of its calls is to end.</summary>
    public static HostEnding Cancelled(string plugin, PythonRun run) => new(
        $"{run.What} was cancelled",
        (what, _) => $"The plugin {plugin} did not finish {what}: its process had to be ended because {run.What}, which ran beside it, took too long or was cancelled.");

    /// <summary>The agent failed.</summary>
    public static HostEnding Lost(string plugin) => new(
        "the agent lost track of it", (what, _) => $"The agent lost track of the plugin {plugin} while it was running {what}. The agent's log says why.");

    /// <summary>The plugin is unloaded.</summary>
    public static HostEnding Unloaded(string plugin) => new(
        "the plugin was unloaded", (what, _) => $"The plugin {plugin} did not finish {what}: it was unloaded.");
}
