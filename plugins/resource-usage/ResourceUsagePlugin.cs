using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.ResourceUsage;

/// <summary>Tells what the machine is and how full it is (PL 15). Both commands only read, so they may be run again.</summary>
public sealed class ResourceUsagePlugin : IPlugin
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands { get; } =
    [
        new PluginCommand("RESOURCE_INFO_FETCHER", ResourceInfo.RunAsync) { Idempotent = true, TimeLimit = ReadLimit },
        new PluginCommand("AGENT_INFO", AgentInfo.RunAsync) { Idempotent = true, TimeLimit = ReadLimit },
    ];
}
