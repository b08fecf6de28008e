namespace Ahenk.Plugins.Hosting;

/// <summary>
/// A plugin cannot be loaded. The message says why and names the file; it follows the words "The plugin NAME cannot be used on this machine:".
/// </summary>
public class PluginLoadException : Exception
{
    /// <summary>Says why.</summary>
    public PluginLoadException(string message)
        : base(message)
    {
    }

    /// <summary>Says why.</summary>
    public PluginLoadException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>Code of the plugin that was called while loading it has not returned: it cannot be unloaded before it does.</summary>
/// <param name="message">Says so.</param>
/// <param name="stillRunning">Ends when the code has returned.</param>
internal sealed class PluginStuckException(string message, Task stillRunning) : PluginLoadException(message)
{
    public Task StillRunning => stillRunning;
}
