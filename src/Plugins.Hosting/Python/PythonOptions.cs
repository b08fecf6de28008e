namespace Ahenk.Plugins.Hosting.Python;

/// <summary>What all Python plugins have in common. All paths are absolute.</summary>
public sealed record PythonOptions
{
    /// <summary>Where <c>ahenk_host.py</c> is.</summary>
    public required string HostDirectory { get; init; }

    /// <summary>The interpreter: a path, or a name that is looked up in the PATH that every program gets. Default: <c>python3</c>.</summary>
    public string Interpreter { get; init; } = "python3";

    /// <summary>
    /// Each plugin gets a directory of its own below this one, which stays: the tables of the original agent are in it. Not the agent's own directory of state,
    /// whose database has the same name.
    /// </summary>
    public required string StateDirectory { get; init; }

    /// <summary>The agent's private directory, which is emptied at its start; each plugin gets a directory of its own below it.</summary>
    public required string PrivateDirectory { get; init; }

    /// <summary>The configuration file, which plugins read (PL 2.7).</summary>
    public required string ConfigurationFile { get; init; }

    /// <summary>The plugin directory, for plugins that look for their own files by it.</summary>
    public required string PluginsDirectory { get; init; }

    /// <summary>The agent's version.</summary>
    public required string AgentVersion { get; init; }
}
