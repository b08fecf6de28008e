using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Tests;

[Trait("Category", "Integration")]
public sealed class ListingTests : PackageTest
{
    private const string Database = """
        bash|install ok installed|amd64|5.2.15-2+b8
        held|hold ok installed|amd64|1:2.0~rc1-3
        gone|deinstall ok config-files|amd64|1.0
        broken|install ok half-configured|amd64|3.1
        libz|install ok installed|amd64|1.2
        libz|install ok installed|i386|1.3
        """;

    [Fact]
    public void Reading_may_be_repeated_and_overlap_and_installing_may_not()
    {
        string[] reading = ["INSTALLED_PACKAGES", "CHECK_PACKAGE", "REPOSITORIES", "SHOW_PACKAGE_ARCHIVE"];
        string[] changing = ["PACKAGE_MANAGEMENT", "PACKAGES", "PACKAGE_ARCHIVE", "PACKAGE_SOURCES"];

        Assert.Equal([.. reading.Concat(changing).Order()], Plugin.Commands.Select(command => command.Id).Order());
        Assert.All(Plugin.Commands, command => Assert.Equal(reading.Contains(command.Id), command.Parallel));
        Assert.Equal(["PACKAGE_SOURCES"], Plugin.Commands.Where(command => command.Idempotent).Select(command => command.Id).Except(reading));
    }

    [Fact]
    public async Task Installed_packages_become_a_file_with_a_line_for_each()
    {
        var result = await Run(GivenDatabase(), "INSTALLED_PACKAGES");

        Assert.Equal((PluginCode.Processed, ResultFileType.TextPlain), (result.Code, result.File!.Type));
        Assert.Equal(
            "i,bash,5.2.15-2+b8\ni,held,1:2.0~rc1-3\ni,libz:amd64,1.2\ni,libz:i386,1.3\n", await File.ReadAllTextAsync(result.File.Path, Token));
    }

    [Fact]
    public async Task The_packages_of_this_machine_are_listed()
    {
        var result = await Run(RealRunner, "INSTALLED_PACKAGES");

        var lines = await File.ReadAllLinesAsync(result.File!.Path, Token);
        Assert.All(lines, line => Assert.Matches(@"\Ai,[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?,[0-9][^,]*\z", line));
        Assert.Contains(lines, line => line.StartsWith("i,dpkg,", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bash", "", 1, "5.2.15-2+b8")]
    [InlineData("bash", "0:5.2.15-2+b8", 1, "5.2.15-2+b8")]
    [InlineData("bash", "5.2", 2, "5.2.15-2+b8")]
    [InlineData("held", "1:2.0~rc1-3", 1, "1:2.0~rc1-3")]
    [InlineData("held", "2.0~rc1-3", 2, "1:2.0~rc1-3")]
    [InlineData("libz", "1.3", 1, "1.3")]
    [InlineData("libz:i386", "1.2", 2, "1.3")]
    [InlineData("gone", "", 0, "")]
    [InlineData("broken", "3.1", 0, "")]
    [InlineData("no-such-package", "", 0, "")]
    public async Task A_package_is_not_installed_or_installed_or_in_another_version(string name, string version, int expected, string found)
    {
        var result = await Run(
            GivenDatabase(), "CHECK_PACKAGE", new JsonObject { ["packageName"] = name, ["packageVersion"] = version }, "cn=pc-1,dc=liderahenk");

        Assert.Equal(PluginCode.Processed, result.Code);
        var wanted = new JsonObject { ["package_name"] = name, ["dn"] = "cn=pc-1,dc=liderahenk", ["version"] = found, ["res"] = expected };
        Assert.Equal(wanted.ToJsonString(), result.Data!.ToJsonString());
    }

    [Fact]
    public async Task A_machine_without_a_name_in_the_directory_says_so_with_a_blank() =>
        Assert.Equal(" ", (string?)(await Run(GivenDatabase(), "CHECK_PACKAGE", new JsonObject { ["packageName"] = "bash" })).Data!["dn"]);

    [Theory]
    [InlineData("bash; touch /tmp/x", "")]
    [InlineData("-W", "")]
    [InlineData("*", "")]
    [InlineData("ba?h", "")]
    [InlineData("bash-", "")]
    [InlineData("bash\n", "1.0\nx")]
    [InlineData("bash", "$(id)")]
    [InlineData("bash", "--root=/")]
    [InlineData("", "")]
    public async Task What_is_neither_name_nor_version_reaches_no_program(string name, string version)
    {
        var runner = new FakeRunner(_ => null);

        var result = await Run(runner, "CHECK_PACKAGE", new JsonObject { ["packageName"] = name, ["packageVersion"] = version });

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Empty(runner.Commands);
    }

    [Theory]
    [InlineData("INSTALLED_PACKAGES")]
    [InlineData("CHECK_PACKAGE")]
    public async Task When_dpkg_does_not_answer_its_words_are_told(string command)
    {
        var runner = new FakeRunner(_ => FakeRunner.Says("", 2, "dpkg-query: error: parsing file '/var/lib/dpkg/status' near line 7"));

        var result = await Run(runner, command, new JsonObject { ["packageName"] = "bash" });

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("near line 7", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_dpkg_says_so()
    {
        var runner = new FakeRunner(_ => new CommandResult { ExitCode = -1, Output = "", Error = "", StartError = "The program 'dpkg-query' was not found." });

        Assert.Contains("'dpkg-query' was not found", (await Run(runner, "INSTALLED_PACKAGES")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_of_a_package_comes_from_all_logs_the_oldest_first()
    {
        await File.WriteAllTextAsync(
            Path.Combine(Log, "dpkg.log"),
            """
            2026-02-02 10:00:00 startup archives unpack
            2026-02-02 10:00:01 upgrade bash:amd64 5.1 5.2
            2026-02-02 10:00:02 status installed bash:amd64 5.2
            2026-02-02 10:00:03 install bash-doc:all <none> 5.2
            """,
            Token);
        await using (var packed = new GZipStream(File.Create(Path.Combine(Log, "dpkg.log.2.gz")), CompressionMode.Compress))
        {
            await packed.WriteAsync(Encoding.UTF8.GetBytes("2025-01-01 09:00:00 install bash:amd64 <none> 5.1\n"), Token);
        }

        var result = await Run(new FakeRunner(_ => null), "SHOW_PACKAGE_ARCHIVE", new JsonObject { ["packageName"] = "bash" });

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Equal(
            """{"Result":[{"installationDate":"2025-01-01 09:00:00","version":"5.1","operation":"install","packageName":"bash"},{"installationDate":"2026-02-02 10:00:01","version":"5.2","operation":"upgrade","packageName":"bash"}]}""",
            result.Data!.ToJsonString());
    }

    [Fact]
    public async Task A_package_without_history_is_an_error_with_empty_data()
    {
        var result = await Run(new FakeRunner(_ => null), "SHOW_PACKAGE_ARCHIVE", new JsonObject { ["packageName"] = "bash" });

        Assert.Equal((PluginCode.Error, "{}"), (result.Code, result.Data!.ToJsonString()));
    }

    [Fact]
    public async Task A_damaged_log_is_told()
    {
        await File.WriteAllTextAsync(Path.Combine(Log, "dpkg.log.2.gz"), "not packed at all", Token);

        var result = await Run(new FakeRunner(_ => null), "SHOW_PACKAGE_ARCHIVE", new JsonObject { ["packageName"] = "bash" });

        Assert.Contains("could not be read", result.Message, StringComparison.Ordinal);
    }

    /// <summary>The real dpkg on a database of the test's own.</summary>
    private RedirectedRunner GivenDatabase()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Root, "dpkg")).FullName;
        var paragraphs = Database.Split('\n', StringSplitOptions.TrimEntries).Select(line => line.Split('|')).Select(part =>
            $"Package: {part[0]}\nStatus: {part[1]}\nArchitecture: {part[2]}\nVersion: {part[3]}\n" +
            $"Multi-Arch: {(part[0] == "libz" ? "same" : "no")}\nMaintainer: A <a@example.org>\nDescription: Version: 9\n\n");
        File.WriteAllText(Path.Combine(directory, "status"), string.Concat(paragraphs));
        return new RedirectedRunner(RealRunner, new Dictionary<string, string> { ["DPKG_ADMINDIR"] = directory });
    }
}
