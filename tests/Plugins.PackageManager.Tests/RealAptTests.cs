using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Tests;

/// <summary>The whole plugin against the real apt and dpkg, which work on a small system of the test's own.</summary>
[Trait("Category", "Integration")]
public sealed class RealAptTests : PackageTest, IAsyncLifetime
{
    private readonly AptRoot _root;

    public RealAptTests() => _root = new AptRoot(Root, RealRunner);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can install packages");
        await _root.MakeAsync(Token);
        await _root.AddAsync("lib.x", "1.0", "", Token);
        await _root.AddAsync("libyx", "1.0", "", Token);
        await _root.AddAsync("tool+", "1.0", "", Token);
        await _root.AddAsync("tool+", "2.0", "Depends: lib.x\n", Token);
        await _root.AddAsync("ahenk", "3.0", "Depends: libyx\n", Token);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Packages_come_and_go()
    {
        Assert.Equal(PluginCode.Processed, (await Run(_root.Runner, "PACKAGE_SOURCES", new JsonObject { ["addedItems"] = new JsonArray(_root.Source) })).Code);
        Assert.Equal(_root.Source + "\n", Sources(await Run(_root.Runner, "REPOSITORIES")));

        AssertDone(await Manage("i", "tool+"), "tool+ has been installed.");
        Assert.Equal("2.0", _root.VersionOf("tool+"));
        Assert.True(_root.Has("lib.x"));
        var listed = await Run(_root.Runner, "INSTALLED_PACKAGES");
        Assert.Equal("i,lib.x,1.0\ni,tool+,2.0\n", await File.ReadAllTextAsync(listed.File!.Path, Token));
        AssertDone(await Manage("i", "tool+"), "tool+ is installed already.");

        var older = new JsonObject { ["packageName"] = "tool+", ["packageVersion"] = "1.0" };
        Assert.Equal(PluginCode.Processed, (await Run(_root.Runner, "PACKAGE_ARCHIVE", older)).Code);
        Assert.Equal("1.0", _root.VersionOf("tool+"));
        Assert.Equal(1, (int)(await Run(_root.Runner, "CHECK_PACKAGE", older)).Data!["res"]!);

        AssertDone(await Manage("u", "tool+"), "tool+ has been removed.");
        Assert.False(_root.Has("tool+"));
        AssertDone(await Manage("u", "tool+"), "tool+ is not installed.");
        var history = await Run(_root.Runner, "SHOW_PACKAGE_ARCHIVE", new JsonObject { ["packageName"] = "tool+" });
        Assert.Equal("2.0", (string?)history.Data!["Result"]![0]!["version"]);
    }

    [Fact]
    public async Task A_name_that_apt_would_take_for_something_else_changes_nothing()
    {
        GivenSources("sources.list", _root.Source + "\n");
        await Run(_root.Runner, "PACKAGE_SOURCES");
        await Manage("i", "libyx");

        // To apt a pattern that libyx fits, and the order to remove a package that is to be installed.
        foreach (var (tag, name) in ((string, string)[])[("u", "lib.x"), ("u", "lib..$"), ("i", "libyx-"), ("u", "lib.*")])
        {
            await Manage(tag, name);
        }

        Assert.True(_root.Has("libyx"));
    }

    [Fact]
    public async Task What_the_agent_needs_is_not_removed()
    {
        GivenSources("sources.list", _root.Source + "\n");
        await Run(_root.Runner, "PACKAGE_SOURCES");
        Assert.True((await _root.Runner.RunAsync(new CommandLine("apt-get", "-y", "install", "ahenk"), Token)).Succeeded);

        var result = await Manage("u", "libyx");

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("would remove ahenk", (string?)result.Data!["Result"], StringComparison.Ordinal);
        Assert.True(_root.Has("ahenk") && _root.Has("libyx"));
    }

    [Fact]
    public async Task A_package_comes_from_a_repository_that_the_machine_does_not_keep()
    {
        var item = new JsonObject { ["packageName"] = "tool+", ["version"] = "1.0", ["tag"] = "Install", ["source"] = _root.Source };

        var result = await Run(_root.Runner, "PACKAGES", new JsonObject { ["packageInfoList"] = new JsonArray(item) });

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Equal("2.0", _root.VersionOf("tool+"));
        Assert.Equal("", Sources(await Run(_root.Runner, "REPOSITORIES")));
    }

    [Fact]
    public async Task A_package_that_nobody_has_is_told_with_the_words_of_apt()
    {
        var result = await Manage("i", "no-such-package");

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("Unable to locate package no-such-package", (string?)result.Data!["Result"], StringComparison.Ordinal);
    }

    private Task<PluginResult> Manage(string tag, string name) => Run(_root.Runner, "PACKAGE_MANAGEMENT", new JsonObject
    {
        ["packageInfoList"] = new JsonArray(new JsonObject { ["tag"] = tag, ["packageName"] = name }),
    });

    private static void AssertDone(PluginResult result, string text) =>
        Assert.Equal((PluginCode.Processed, text), (result.Code, (string?)result.Data!["Result"]));
}
