using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Sdk;

/// <summary>What one run of a command gets.</summary>
public sealed class PluginContext
{
    /// <summary>Lider's id of the task.</summary>
    public required long TaskId { get; init; }

    /// <summary>The command's id as the task spelled it.</summary>
    public required string Command { get; init; }

    /// <summary>The task's parameters.</summary>
    public required PluginParameters Parameters { get; init; }

    /// <summary>The machine the agent runs on.</summary>
    public required IMachine Machine { get; init; }

    /// <summary>The version of the agent, as it reports it to Lider.</summary>
    public required string AgentVersion { get; init; }

    /// <summary>The plugin's own logger.</summary>
    public required ILogger Logger { get; init; }
}

/// <summary>The services of the machine, injected so that a plugin can be tested without one.</summary>
public interface IMachine
{
    /// <summary>Runs programs.</summary>
    ICommandRunner Commands { get; }

    /// <summary>Describes hardware, system and network.</summary>
    IInventory Inventory { get; }

    /// <summary>
    /// A directory that only the agent's user can enter (mode 0700) and that is emptied at start: for files a command
    /// needs while it runs.
    /// </summary>
    string PrivateDirectory { get; }
}
