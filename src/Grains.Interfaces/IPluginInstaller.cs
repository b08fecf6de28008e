namespace Ahenk.Grains.Interfaces;

/// <summary>Fetches, checks and installs packages of plugins.</summary>
public interface IPluginInstaller
{
    /// <summary>Installs a package; never throws because of the package, the server or the package manager.</summary>
    /// <param name="plugin">The plugin it is for.</param>
    /// <param name="package">Where it lies.</param>
    /// <param name="cancellationToken">The agent ends.</param>
    /// <returns>Why it is not installed, as a sentence for the administrator; <see langword="null"/>: it is.</returns>
    Task<string?> InstallAsync(string plugin, PluginPackage package, CancellationToken cancellationToken);
}
