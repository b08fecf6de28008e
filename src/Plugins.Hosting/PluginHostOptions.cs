namespace Ahenk.Plugins.Hosting;

/// <summary>Where plugins are and how they are run.</summary>
public sealed record PluginHostOptions
{
    /// <summary>
    /// The plugin directories; of two plugins with the same name the one in the earlier directory is used. <c>[PLUGIN] pluginfolderpath</c>.
    /// </summary>
    public required IReadOnlyList<string> Directories { get; init; }

    /// <summary>Told to plugins.</summary>
    public required string AgentVersion { get; init; }

    /// <summary>How long a mode may take. <c>[PLUGIN] mode_timeout</c> in seconds, default 60.</summary>
    public TimeSpan ModeTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Names of plugins that are not used. <c>[PLUGIN] disabled</c>, default none.</summary>
    public IReadOnlyCollection<string> Disabled { get; set; } = [];

    /// <summary>Where <c>ahenk_host.py</c> is.</summary>
    public string PythonHostDirectory { get; init; } = "/usr/share/ahenk/python";

    /// <summary>How long a plugin's folder must have been still before it is looked at. Default: 2 seconds.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often all folders are looked at even though the system has reported no change. Default: 5 minutes.</summary>
    public TimeSpan RescanEvery { get; init; } = TimeSpan.FromMinutes(5);
}
