namespace Ahenk.Configuration.Tests;

/// <summary>An ahenk.conf with its config.d in a folder of its own.</summary>
internal sealed class Folder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("ahenk-conf-").FullName;

    public string Main => In("ahenk.conf");

    public string In(string name) => Path.Combine(Root, name);

    public Folder Write(string content, string name = "ahenk.conf")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), content);
        File.SetUnixFileMode(In(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return this;
    }

    public string Read(string name = "ahenk.conf") => File.ReadAllText(In(name));

    public ConfigurationFiles Files() => ConfigurationFiles.Read(Main);

    public IReadOnlyList<ConfigurationProblem> Check() => ConfigurationCheck.Run(Files());

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
