using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Sdk;

/// <summary>What one run of a command, a profile or a mode gets.</summary>
public sealed class PluginContext
{
    /// <summary>Lider's id of the task; 0 for a profile or a mode.</summary>
    public long TaskId { get; init; }

    /// <summary>The command's id as the task spelled it; empty for a profile or a mode.</summary>
    public string Command { get; init; } = "";

    /// <summary>The task's parameters or the profile's data; empty for a mode.</summary>
    public PluginParameters Parameters { get; init; } = new([]);

    /// <summary>
    /// The user whose profile, login or logout it is; <see langword="null"/> for a task, a machine's profile, <see cref="PluginMode.Init"/> and
    /// <see cref="PluginMode.Shutdown"/>.
    /// </summary>
    public string? UserName { get; init; }

    /// <summary>The version of the policy that a profile belongs to; <see langword="null"/> for tasks and modes.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>The plugin's folder: its own files lie there. Not to be written to.</summary>
    public required string PluginFolder { get; init; }

    /// <summary>The machine the agent runs on.</summary>
    public required IMachine Machine { get; init; }

    /// <summary>Files that come from Lider's file server or go there.</summary>
    public required IPluginFiles Files { get; init; }

    /// <summary>What the plugin wants to remember.</summary>
    public required IPluginStore Store { get; init; }

    /// <summary>What happens in the agent, and what the plugin tells others of. Without effect in a test that sets none.</summary>
    public IPluginEvents Events { get; init; } = NoEvents.Instance;

    /// <summary>The version of the agent, as it reports it to Lider.</summary>
    public required string AgentVersion { get; init; }

    /// <summary>The agent's distinguished name in Lider's directory; <see langword="null"/> when it is not registered.</summary>
    public string? AgentDn { get; init; }

    /// <summary>The agent's own registration with Lider; the agent has it, a test of a plugin that does not use it need not.</summary>
    public IAgentRegistration Agent { get => field ?? throw new NotSupportedException("This agent has no registration."); init; } = null!;

    /// <summary>The plugin's own logger.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Sends <see cref="ReportProgressAsync"/> on its way. Set by the agent.</summary>
    public Func<string, JsonObject?, Task> Progress { private get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>
    /// Tells Lider how far a task has come (TASK_PROCESSING). The server does not keep the order of messages (LP 8.4), so not within the last seconds
    /// before the answer. Does nothing for profiles and modes.
    /// </summary>
    /// <param name="message">One sentence for the administrator.</param>
    /// <param name="data">What is known so far, or <see langword="null"/>.</param>
    public Task ReportProgressAsync(string message, JsonObject? data = null) => Progress(message, data);
}

/// <summary>
/// The services of the machine, injected so that a plugin can be tested without one. What has a default here need not be there in a test of a plugin that
/// does not use it; the agent has all.
/// </summary>
public interface IMachine
{
    /// <summary>Runs programs.</summary>
    ICommandRunner Commands { get; }

    /// <summary>Describes hardware, system and network.</summary>
    IInventory Inventory { get; }

    /// <summary>Knows the users of the machine and of its directory.</summary>
    IAccounts Accounts => throw new NotSupportedException("This machine has no Accounts.");

    /// <summary>Knows who is logged in.</summary>
    IUserSessions Sessions => throw new NotSupportedException("This machine has no Sessions.");

    /// <summary>Runs programs as a user.</summary>
    IUserCommands UserCommands => throw new NotSupportedException("This machine has no UserCommands.");

    /// <summary>Reads and writes files in the homes of users.</summary>
    IHomeFiles HomeFiles => throw new NotSupportedException("This machine has no HomeFiles.");

    /// <summary>Shows dialogs in the sessions of users.</summary>
    IUserDialogs Dialogs => throw new NotSupportedException("This machine has no Dialogs.");

    /// <summary>
    /// A directory that only the agent's user can enter (mode 0700) and that is emptied at start: for files a command
    /// needs while it runs.
    /// </summary>
    string PrivateDirectory { get; }
}

/// <summary>The way to Lider's file server (LP 2.3), for the run it was given to.</summary>
public interface IPluginFiles
{
    /// <summary>
    /// Whether the task brought a file server. Lider sends one only for plugins that it knows to use files (PL 0.1), never for profiles.
    /// </summary>
    bool HasServer { get; }

    /// <summary>Fetches a file from the file server.</summary>
    /// <param name="remotePath">Its path there (SFTP) or its address relative to the server's (HTTP).</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The local file, mode 0600 in a private directory that goes when the run has ended: move it where it belongs.</returns>
    /// <exception cref="FileServerException">It could not be had; the message is a sentence for the administrator.</exception>
    Task<string> FetchAsync(string remotePath, CancellationToken cancellationToken);

    /// <summary>A path for a new file in that same private directory, for a <see cref="PluginResult.File"/> or for work.</summary>
    /// <param name="name">The file's name, without a slash.</param>
    string NewFile(string name);
}

/// <summary>Key/value pairs of one plugin, kept in the agent's database; what was set survives a power cut.</summary>
public interface IPluginStore
{
    /// <summary>A value, or <see langword="null"/>.</summary>
    ValueTask<string?> GetAsync(string key);

    /// <summary>Sets a value; <see langword="null"/> removes it.</summary>
    ValueTask SetAsync(string key, string? value);

    /// <summary>All pairs whose keys begin with a prefix, in the order of their keys.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string prefix = "");
}

/// <summary>A file could not be fetched or uploaded; the message is a sentence for the administrator and holds no secret.</summary>
public sealed class FileServerException : Exception
{
    /// <summary>Says why.</summary>
    public FileServerException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
