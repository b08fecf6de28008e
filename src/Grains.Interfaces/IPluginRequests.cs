using System.Text.Json.Nodes;

namespace Ahenk.Grains.Interfaces;

/// <summary>
/// What a plugin of the original agent can ask of this one while it runs, or later from a thread of its own (PL 2.7, 2.12). Each call either does it, or throws
/// <see cref="PluginRequestException"/>, whose sentence the plugin is told.
/// </summary>
public interface IPluginRequests
{
    /// <summary>Sends Lider a message that the plugin wrote; it is stored like an answer.</summary>
    Task SendMessageAsync(string plugin, string body);

    /// <summary>Runs a task, in the form in which Lider sends it, (again) and answers it.</summary>
    Task ProcessTaskAsync(string plugin, JsonObject task);

    /// <summary>
    /// The plugin wrote to the table <c>registration</c>: <c>jid, password, registered, dn, params</c>. Holds a password. The agent uses a new name and password from
    /// its next start on, as the original did.
    /// </summary>
    Task RegistrationChangedAsync(string plugin, JsonObject row);

    /// <summary>The machine leaves Lider: the agent forgets its name and password and is not registered at its next start.</summary>
    Task UnregisterAsync(string plugin);

    /// <summary>Restarts the machine once Lider has the answers that are on their way.</summary>
    Task RebootAsync(string plugin);

    /// <summary>Switches the machine off once Lider has the answers that are on their way.</summary>
    Task ShutdownAsync(string plugin);
}

/// <summary>What a plugin asked is refused; the message is a sentence that the plugin is told.</summary>
public sealed class PluginRequestException(string message, Exception? innerException = null) : Exception(message, innerException);
