using Ahenk.Configuration;
using Ahenk.Silo.Configuration;

namespace Ahenk.Silo.Tests;

/// <summary>An ahenk.conf with its config.d in a folder of its own.</summary>
internal sealed class ConfigurationFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("ahenk-conf-").FullName;

    public string Main => Path.Combine(Root, "ahenk.conf");

    public ConfigurationFolder Write(string content, string name = "ahenk.conf")
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return this;
    }

    public AhenkSettings Read() => AhenkSettings.Read(Main);

    public string Problem() => Assert.Throws<ConfigurationException>(Read).Message;

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
