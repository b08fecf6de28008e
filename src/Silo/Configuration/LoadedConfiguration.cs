using Ahenk.Configuration;

namespace Ahenk.Silo.Configuration;

/// <summary>The configuration with which the daemon has started.</summary>
/// <param name="Settings">What it means.</param>
/// <param name="Values">What stands in the files, for later comparison.</param>
/// <param name="MainFile">Where it was read.</param>
internal sealed record LoadedConfiguration(AhenkSettings Settings, IReadOnlyDictionary<ConfigurationKey, string> Values, string MainFile)
{
    /// <summary>Reads and checks the files.</summary>
    /// <exception cref="ConfigurationException">Something is not allowed; names all of it.</exception>
    public static LoadedConfiguration Load(string path)
    {
        var files = ConfigurationFiles.Read(path);
        ConfigurationCheck.Require(files);
        var values = new ConfigurationValues(files);
        return new LoadedConfiguration(AhenkSettings.Read(values), values.Snapshot(), files.MainFile);
    }
}
