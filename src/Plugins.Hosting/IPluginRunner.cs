using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting;

/// <summary>
/// One plugin that is in use, whatever it is made of. The host sees to time limits, files and the form of answers; the runner to the plugin's own way of being called.
/// Disposing it unloads it: processes are ended, assemblies let go.
/// </summary>
internal interface IPluginRunner : IAsyncDisposable
{
    /// <summary>Whether code of it is in memory, or a process of it runs.</summary>
    bool IsLoaded { get; }

    /// <summary>Looks a command up; case does not matter. May load the plugin.</summary>
    /// <returns>What is known of it, or <see langword="null"/> when the plugin has no such command.</returns>
    /// <exception cref="PluginLoadException">The plugin cannot be loaded; the message says why.</exception>
    CommandAbility? FindCommand(string command);

    /// <summary>What is known of its policy, or <see langword="null"/> when it has none. May load the plugin.</summary>
    /// <exception cref="PluginLoadException">The plugin cannot be loaded; the message says why.</exception>
    CommandAbility? FindPolicy();

    /// <summary>
    /// Runs a command, profile or mode. When the token is set the run ends within seconds, by force if need be, and <see cref="OperationCanceledException"/> is thrown. A
    /// mode's result is of no meaning.
    /// </summary>
    /// <exception cref="PluginLoadException">The plugin cannot be loaded; the message says why.</exception>
    /// <exception cref="PluginInputException">The call lacks something; the message is the answer.</exception>
    /// <exception cref="PluginFailedException">The plugin failed in a way that has a sentence for the administrator.</exception>
    Task<PluginResult> RunAsync(PluginCall call, CancellationToken cancellationToken);
}

/// <summary>What is known of a command or policy.</summary>
/// <param name="Idempotent">Whether it may be run again after an interruption.</param>
/// <param name="Parallel">Whether it may overlap with other such commands.</param>
/// <param name="TimeLimit">How long a run may take.</param>
internal sealed record CommandAbility(bool Idempotent, bool Parallel, TimeSpan TimeLimit);

/// <summary>One run.</summary>
internal sealed record PluginCall
{
    public required PluginWorkKind Kind { get; init; }

    /// <summary>The task's id, the profile's commandExecutionId, or 0.</summary>
    public long Id { get; init; }

    /// <summary>The command's id as the task spelled it; empty for profiles and modes.</summary>
    public string Command { get; init; } = "";

    /// <summary>Which mode, of <see cref="PluginWorkKind.Mode"/>.</summary>
    public PluginMode Mode { get; init; }

    /// <summary>Parameters or profile data.</summary>
    public JsonObject Parameters { get; init; } = [];

    public string? UserName { get; init; }

    public string? PolicyVersion { get; init; }

    /// <summary>The agent's entry in the directory, or <see langword="null"/>.</summary>
    public string? AgentDn { get; init; }

    /// <summary>The task's file server; holds a password.</summary>
    public FileServer? FileServer { get; init; }

    public required IPluginFiles Files { get; init; }

    public required IPluginStore Store { get; init; }

    /// <summary>Sends TASK_PROCESSING; does nothing for profiles and modes.</summary>
    public required Func<string, JsonObject?, Task> Progress { get; init; }
}

/// <summary>The plugin failed; the message is a whole sentence that names the plugin and says what happened and what to look at.</summary>
internal class PluginFailedException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The agent stopped before the plugin came to its end.</summary>
internal sealed class PluginInterruptedException(string message) : PluginFailedException(message);
