using System.Text.Json.Nodes;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>
/// What a Python plugin can ask of the agent while it runs, or later from a thread of its own. Files it fetches (<c>fetch_file</c>) are not among it: they come
/// over <see cref="PluginCall.Files"/>.
/// </summary>
public interface IPythonRequests
{
    /// <summary><c>send_message</c>: a message to Lider, as the plugin wrote it (PL 2.7).</summary>
    /// <exception cref="PythonRequestException">It is refused.</exception>
    Task SendMessageAsync(string plugin, string body, CancellationToken cancellationToken);

    /// <summary><c>process_task</c>: a task in the form in which Lider sends it is to be run (again).</summary>
    /// <exception cref="PythonRequestException">It is refused.</exception>
    Task ProcessTaskAsync(string plugin, JsonObject task, CancellationToken cancellationToken);

    /// <summary><c>registration_changed</c>: the plugin wrote to the table <c>registration</c>: <c>jid, password, registered, dn, params</c>. Holds a password.</summary>
    /// <exception cref="PythonRequestException">It is refused.</exception>
    Task RegistrationChangedAsync(string plugin, JsonObject row, CancellationToken cancellationToken);

    /// <summary><c>unregister</c>: the machine leaves Lider.</summary>
    /// <param name="plugin">Who asks.</param>
    /// <param name="directoryType">Which directory it leaves too, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">The plugin's process has ended.</param>
    /// <exception cref="PythonRequestException">It is refused.</exception>
    Task UnregisterAsync(string plugin, string? directoryType, CancellationToken cancellationToken);

    /// <summary><c>reboot</c>: the machine starts anew, after the answer was sent.</summary>
    /// <exception cref="PythonRequestException">It is refused.</exception>
    Task RebootAsync(string plugin, CancellationToken cancellationToken);

    /// <summary><c>shutdown</c>: the machine is switched off, after the answer was sent.</summary>
    /// <exception cref="PythonRequestException">It is refused.</exception>
    Task ShutdownAsync(string plugin, CancellationToken cancellationToken);
}

/// <summary>What a plugin asked is refused; the message is a sentence that the plugin is told.</summary>
public sealed class PythonRequestException(string message, Exception? innerException = null) : Exception(message, innerException);
