using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Tests;

[Trait("Category", "Integration")]
public sealed class ChangesTests : PackageTest
{
    private readonly Dictionary<string, CommandResult> _answers = new()
    {
        ["apt-get update"] = FakeRunner.Says(""),
        ["dpkg-query --show tree"] = FakeRunner.Says("installed\ttree\t2.1\n"),
        ["dpkg-query --show nothing"] = FakeRunner.Says("", 1, "no packages found"),
        ["dpkg-query --show libc6"] = FakeRunner.Says("installed\tlibc6:amd64\t2.36\n"),
        ["apt-get --simulate install tree"] = FakeRunner.Says("Reading...\nInst libx (1 Debian)\nInst tree (2.1 Debian [amd64])\nConf tree\n"),
        ["apt-get install tree"] = FakeRunner.Says("done"),
        ["apt-get --simulate purge tree"] = FakeRunner.Says("Purg tree [2.1]\n"),
        ["apt-get purge tree"] = FakeRunner.Says("done"),
        ["apt-get --simulate install there"] = FakeRunner.Says("there is already the newest version\n"),
        ["apt-get --simulate install mail-agent"] = FakeRunner.Says("Inst exim4 (4)\n"),
        ["apt-get --simulate install old-ahenk"] = FakeRunner.Says("Remv ahenk [3.0]\nInst old-ahenk (1)\n"),
        ["apt-get --simulate install ahenk"] = FakeRunner.Says("Inst ahenk [3.0] (3.1 Debian:12 [amd64])\nConf ahenk (3.1 Debian:12 [amd64])\n"),
        ["apt-get install ahenk"] = FakeRunner.Says("done"),
        ["apt-get --simulate --allow-downgrades install ahenk=2.0"] = FakeRunner.Says("Inst ahenk:amd64 [3.0] (2.0 Debian:12 [all])\n"),
        ["apt-get --simulate purge ahenk"] = FakeRunner.Says("Purg ahenk [3.0]\n"),
        ["dpkg-query --show ahenk"] = FakeRunner.Says("installed\tahenk\t3.0\n"),
        ["dpkg --compare-versions 3.1 lt 3.0"] = FakeRunner.Says("", 1),
        ["dpkg --compare-versions 2.0 lt 3.0"] = FakeRunner.Says(""),
        ["apt-get --simulate purge libc6"] = FakeRunner.Says("Purg libc6\nRemv ahenk-plugins:amd64\n"),
        ["apt-get --simulate install unknown"] = FakeRunner.Says("", 100, "E: Unable to locate package unknown"),
        ["apt-get --simulate --allow-downgrades install tree=1.9"] = FakeRunner.Says("Inst tree [2.1] (1.9 Debian)\n"),
        ["apt-get --allow-downgrades install tree=1.9"] = FakeRunner.Says(""),
    };

    private readonly FakeRunner _runner;

    public ChangesTests() => _runner = new FakeRunner(line => _answers.GetValueOrDefault(line));

    [Fact]
    public async Task Packages_are_installed_and_removed_each_in_a_run_of_its_own()
    {
        var result = await Manage(("i", "tree"), ("u", "tree"), ("u", "nothing"), ("i", "there"));

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Equal(
            "tree has been installed.\ntree has been removed.\nnothing is not installed.\nthere is installed already.",
            (string?)result.Data!["Result"]);
        Assert.Equal(
            [
                "apt-get --simulate install tree", "apt-get install tree",
                "dpkg-query --show tree", "apt-get --simulate purge tree", "apt-get purge tree",
                "dpkg-query --show nothing",
                "apt-get --simulate install there",
            ],
            _runner.Lines);
    }

    [Fact]
    public async Task Apt_asks_nothing_keeps_configuration_files_and_waits_for_others()
    {
        await Manage(("i", "tree"));

        Assert.All(_runner.Commands, command =>
        {
            Assert.Equal("noninteractive", command.Environment["DEBIAN_FRONTEND"]);
            Assert.Contains("-y", command.Arguments);
            Assert.Contains("DPkg::Lock::Timeout=600", command.Arguments);
            Assert.Contains("Dpkg::Options::=--force-confold", command.Arguments);
            Assert.True(command.TimeLimit >= TimeSpan.FromMinutes(30));
        });
    }

    [Theory]
    [InlineData("i", "unknown", "Unable to locate package")]
    [InlineData("i", "mail-agent", "apt would install exim4")]
    [InlineData("i", "old-ahenk", "a part of the agent itself")]
    [InlineData("u", "ahenk", "a part of the agent itself")]
    [InlineData("u", "libc6", "a part of the agent itself")]
    [InlineData("x", "tree", "neither to install nor to uninstall")]
    [InlineData("", "tree", "neither to install nor to uninstall")]
    [InlineData("i", "tree-", "not the name of a package")]
    [InlineData("u", "tree*", "not the name of a package")]
    [InlineData("u", "^t", "not the name of a package")]
    [InlineData("i", "--option=x", "not the name of a package")]
    [InlineData("i", "./evil.deb", "not the name of a package")]
    [InlineData("i", "tree nano", "not the name of a package")]
    [InlineData("i", "", "not the name of a package")]
    public async Task What_cannot_or_must_not_be_done_fails_the_task_and_the_rest_is_done(string tag, string name, string because)
    {
        var result = await Manage((tag, name), ("i", "tree"));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Equal("1 of 2 changes could not be made.", result.Message);
        Assert.Contains(because, (string?)result.Data!["Result"], StringComparison.Ordinal);
        Assert.DoesNotContain(_runner.Lines, line => line.StartsWith("apt-get install", StringComparison.Ordinal) && line != "apt-get install tree");
        Assert.DoesNotContain(_runner.Lines, line => line.StartsWith("apt-get purge", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_agent_itself_is_upgraded_and_never_brought_to_an_older_version()
    {
        var upgrade = await Manage(("i", "ahenk"));
        var downgrade = await Run(_runner, "PACKAGE_ARCHIVE", new JsonObject { ["packageName"] = "ahenk", ["packageVersion"] = "2.0" });

        Assert.Equal((PluginCode.Processed, "ahenk has been installed."), (upgrade.Code, (string?)upgrade.Data!["Result"]));
        Assert.Equal(PluginCode.Error, downgrade.Code);
        Assert.Contains("an older one, 2.0 in place of 3.0", downgrade.Message, StringComparison.Ordinal);
        Assert.Single(_runner.Lines, line => line.StartsWith("apt-get", StringComparison.Ordinal) && !line.Contains("--simulate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_is_not_covered_by_a_later_success()
    {
        _answers["apt-get purge tree"] = FakeRunner.Says("", 100, "E: Sub-process /usr/bin/dpkg returned an error code (1)");

        var result = await Manage(("u", "tree"), ("i", "tree"));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.StartsWith("tree was not removed. apt-get ended with exit code 100: E: Sub-process", (string?)result.Data!["Result"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_earlier_run_left_half_done_is_ended_first()
    {
        var failures = 1;
        var runner = new FakeRunner(line => line == "apt-get install tree" && failures-- > 0
            ? FakeRunner.Says("", 100, "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.")
            : line.StartsWith("dpkg --force", StringComparison.Ordinal) ? FakeRunner.Says("") : _answers.GetValueOrDefault(line));

        var result = await Run(runner, "PACKAGE_MANAGEMENT", List(("i", "tree")));

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Equal(
            ["apt-get --simulate install tree", "apt-get install tree", "dpkg --force-confdef --force-confold --configure -a", "apt-get install tree"],
            runner.Lines);
    }

    [Fact]
    public async Task A_task_without_packages_is_refused()
    {
        Assert.Contains("names no package", (await Run(_runner, "PACKAGE_MANAGEMENT")).Message, StringComparison.Ordinal);
        Assert.Contains("names no package", (await Run(_runner, "PACKAGES", new JsonObject { ["packageInfoList"] = "x" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Install", "Uninstall")]
    [InlineData("Yükle", "Kaldır")]
    public async Task Packages_come_from_a_repository_that_is_there_for_the_task_only(string install, string uninstall)
    {
        string? during = null;
        var runner = new FakeRunner(line =>
        {
            during ??= line == "apt-get update" ? SourcesIn("sources.list.d/ahenk.list") : null;
            return _answers.GetValueOrDefault(line);
        });

        var result = await Run(runner, "PACKAGES", WithSource("deb http://new.example/ stable main", (install, "tree"), (uninstall, "tree")));

        Assert.Equal((PluginCode.Processed, null), (result.Code, result.Data));
        Assert.Equal("deb http://new.example/ stable main\n", during);
        Assert.Empty(Directory.GetFileSystemEntries(Parts));
        Assert.Contains("apt-get purge tree", runner.Lines);
    }

    [Fact]
    public async Task A_repository_that_is_there_already_or_not_named_is_not_added()
    {
        GivenSources("sources.list", "deb [arch=amd64] http://new.example stable main contrib\n");

        await Run(_runner, "PACKAGES", WithSource("deb http://new.example/ stable main", ("Install", "tree")));
        var result = await Run(_runner, "PACKAGES", List(("Install", "tree")));

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.DoesNotContain("apt-get update", _runner.Lines);
    }

    [Fact]
    public async Task The_repository_goes_whatever_happens()
    {
        var runner = new FakeRunner(line => line == "apt-get update" ? FakeRunner.Says("", 100, "E: no route to host") : null);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Run(runner, "PACKAGES", WithSource("deb http://new.example/ stable main", ("Install", "tree"))));

        Assert.Empty(Directory.GetFileSystemEntries(Parts));
    }

    [Fact]
    public async Task Why_the_lists_could_not_be_read_is_told_when_a_package_is_not_had()
    {
        _answers["apt-get update"] = FakeRunner.Says("", 100, "E: no route to host");

        var fine = await Run(_runner, "PACKAGES", WithSource("deb http://new.example/ stable main", ("Install", "tree")));
        var failed = await Run(_runner, "PACKAGES", WithSource("deb http://new.example/ stable main", ("Install", "unknown")));

        Assert.Equal((PluginCode.Processed, PluginCode.Error), (fine.Code, failed.Code));
        Assert.DoesNotContain("no route to host", fine.Message, StringComparison.Ordinal);
        Assert.Contains("no route to host", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_is_not_safe_is_refused_before_anything_is_changed()
    {
        var result = await Run(_runner, "PACKAGES", WithSource("deb [trusted=yes] http://evil.example/ x main", ("Install", "tree")));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Empty(_runner.Commands);
    }

    [Fact]
    public async Task A_package_is_brought_to_an_older_version()
    {
        var result = await Run(_runner, "PACKAGE_ARCHIVE", new JsonObject { ["packageName"] = "tree", ["packageVersion"] = "1.9" });

        Assert.Equal((PluginCode.Processed, null), (result.Code, result.Data));
        Assert.Equal(PluginCode.Error, (await Run(_runner, "PACKAGE_ARCHIVE", new JsonObject { ["packageName"] = "tree" })).Code);
        Assert.Equal(2, _runner.Commands.Count);
    }

    private Task<PluginResult> Manage(params (string Tag, string Name)[] changes) => Run(_runner, "PACKAGE_MANAGEMENT", List(changes));

    private static JsonObject WithSource(string source, params (string Tag, string Name)[] changes)
    {
        var parameters = List(changes);
        foreach (var item in parameters["packageInfoList"]!.AsArray())
        {
            item!["source"] = source;
        }

        return parameters;
    }

    private static JsonObject List(params (string Tag, string Name)[] changes) => new()
    {
        ["packageInfoList"] = new JsonArray([.. changes.Select(change => (JsonNode)new JsonObject
        {
            ["tag"] = change.Tag,
            ["packageName"] = change.Name,
            ["version"] = "1.0",
            ["id"] = 7,
        })]),
    };
}
