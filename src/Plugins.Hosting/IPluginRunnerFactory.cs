namespace Ahenk.Plugins.Hosting;

/// <summary>Makes the runners of one kind of plugin. All that are registered are known to the host; a kind without one is not supported.</summary>
internal interface IPluginRunnerFactory
{
    /// <summary>The kind, as plugin.json names it: one of <see cref="PluginKinds"/>.</summary>
    string Kind { get; }

    /// <summary>
    /// Why plugins of this kind cannot work on this machine, as a sentence that says what to do; <see langword="null"/>: they can. Asked each time a
    /// plugin's folder is read.
    /// </summary>
    string? FindObstacle();

    /// <summary>Makes a runner. It loads nothing yet, starts nothing and throws nothing.</summary>
    /// <param name="folder">The plugin's folder.</param>
    /// <param name="manifest">Its manifest, checked.</param>
    IPluginRunner Create(string folder, PluginManifest manifest);
}
