using Ahenk.Machine.Linux.Administrators;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests.Administrators;

/// <summary>A directory that stands for <c>/</c>, with what polkit has in it.</summary>
internal sealed class PolkitRoot : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ahenk-polkit-").FullName;

    public string RulesDirectory => $"{Path}/etc/polkit-1/rules.d";

    public string RulesFile => $"{RulesDirectory}/39-ahenk.rules";

    public string ConfigurationDirectory => $"{Path}/etc/polkit-1/localauthority.conf.d";

    public string ConfigurationFile => $"{ConfigurationDirectory}/60-ahenk.conf";

    public PolkitRoot WithRules()
    {
        Directory.CreateDirectory(RulesDirectory);
        File.SetUnixFileMode(RulesDirectory, (UnixFileMode)0x1C0); // 0700
        return this;
    }

    public PolkitRoot WithConfiguration()
    {
        Directory.CreateDirectory(ConfigurationDirectory);
        File.SetUnixFileMode(ConfigurationDirectory, (UnixFileMode)0x1ED); // 0755
        return this;
    }

    public void AddConfiguration(string name, string text) => File.WriteAllText($"{ConfigurationDirectory}/{name}", text);

    public async Task<string?> SetAsync(params string[] users)
    {
        using var administrators = new PolkitAdministrators(NullLogger<PolkitAdministrators>.Instance, Path);
        return await administrators.SetAsync(users, TestContext.Current.CancellationToken);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
