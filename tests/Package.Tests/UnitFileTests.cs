using System.Globalization;
using System.Text.RegularExpressions;

namespace Ahenk.Package.Tests;

/// <summary>The systemd unit: docs/security.md names its figures and says what stands behind them.</summary>
[Trait("Category", "Integration")]
public sealed partial class UnitFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-unit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(4.9, "ahenk.service")]
    [InlineData(4.4, "ahenk.service", "hardened.conf")]
    [InlineData(6.8, "ahenk.service", "relaxed.conf")]
    public async Task Its_exposure_is_at_most_what_the_documentation_says(double most, params string[] parts)
    {
        var unit = Write(string.Concat(parts.Select(part => File.ReadAllText(Tool.File("packaging", "systemd", part)) + "\n")));

        var report = await Tool.RunAsync("systemd-analyze", "security", "--offline=true", "--no-pager", unit);

        var exposure = double.Parse(Exposure().Match(report).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(exposure <= most, report);
        Assert.Contains($"**{most.ToString("0.0", CultureInfo.InvariantCulture)}**", File.ReadAllText(Tool.File("docs", "security.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ahenk.service")]
    [InlineData("ahenk.service", "hardened.conf")]
    [InlineData("ahenk.service", "relaxed.conf")]
    public async Task Systemd_understands_every_line(params string[] parts)
    {
        var text = string.Concat(parts.Select(part => File.ReadAllText(Tool.File("packaging", "systemd", part)) + "\n"));
        var unit = Write(Start().Replace(text, "ExecStart=/bin/true"));

        Assert.Equal("", await Tool.RunAsync("systemd-analyze", "verify", "--man=no", unit));
    }

    [Fact]
    public void Every_setting_that_takes_something_is_explained()
    {
        var settings = Setting().Matches(File.ReadAllText(Tool.File("packaging", "systemd", "ahenk.service"))).Select(match => match.Groups[1].Value).Distinct().ToList();
        var document = File.ReadAllText(Tool.File("docs", "security.md"));

        Assert.True(settings.Count > 8, "The settings were not found.");
        Assert.All(settings, setting => Assert.Contains($"`{setting}", document, StringComparison.Ordinal));
    }

    private string Write(string text)
    {
        var unit = Path.Combine(_folder, "ahenk.service");
        File.WriteAllText(unit, text);
        return unit;
    }

    [GeneratedRegex(@"exposure level for ahenk\.service: ([0-9.]+)")]
    private static partial Regex Exposure();

    [GeneratedRegex("^ExecStart=.*$", RegexOptions.Multiline)]
    private static partial Regex Start();

    [GeneratedRegex("^(NoNew[A-Za-z]+|Restrict(?:Name|Real|Add)[A-Za-z]+|Private[A-Za-z]+|Protect[A-Za-z]+|ReadWritePaths|Device[A-Za-z]+|Watchdog[A-Za-z]+|Lock[A-Za-z]+|Keyring[A-Za-z]+|SystemCall(?:Filter|Architectures)|Capability[A-Za-z]+|UMask|Memory[A-Za-z]+|TasksMax|LimitCORE)=", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
