using System.Globalization;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Plugins.Hosting.Processes;

/// <summary>Words for the ends of processes.</summary>
internal static class Endings
{
    /// <summary>How a process ended, as it stands in parentheses.</summary>
    public static string Describe(ProcessEnd end, PluginLimits limits) => end switch
    {
        { OutOfMemory: true } => $"out of memory: {MemoryLimit(limits)}",
        { ExitCode: > 128 and < 128 + 65 } => string.Create(CultureInfo.InvariantCulture, $"signal {end.ExitCode - 128}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"exit code {end.ExitCode}"),
    };

    /// <summary>The limit of memory and its setting.</summary>
    public static string MemoryLimit(PluginLimits limits) =>
        string.Create(CultureInfo.InvariantCulture, $"limit {limits.MemoryBytes >> 20} MiB, [PLUGIN] memory_limit_mib");

    /// <summary>What a call was about, for a sentence.</summary>
    public static string Describe(PluginCall call) => call.Kind switch
    {
        PluginWorkKind.Profile => "its policy",
        PluginWorkKind.Mode => $"its mode {WireNames.Of(call.Mode)}",
        _ => call.Command,
    };
}
