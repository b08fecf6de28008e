using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Catalog;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests;

[Trait("Category", "Integration")]
public sealed class ManifestTests : IDisposable
{
    private readonly PluginFolder _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public void Every_field_is_read()
    {
        var folder = Folder("""
            {
              // People explain themselves.
              "$schema": "../plugin.schema.json",
              "name": "tool", "version": "2.1", "kind": "executable", "program": "bin/tool", "description": "Does things.",
              "commands": [ { "id": "FAST", "idempotent": true, "parallel": true, "timeLimitSeconds": 5 }, { "id": "SLOW" }, ],
              "policy": { "timeLimitSeconds": 30 },
              "modes": ["init", "shutdown"],
            }
            """);

        var manifest = ManifestFile.Read(folder, out var unknown);

        Assert.Empty(unknown);
        Assert.Equal(
            ("tool", "2.1", "executable", "bin/tool", null, "Does things.", 30),
            (manifest.Name, manifest.Version, manifest.Kind, manifest.Program, manifest.Assembly, manifest.Description, manifest.Policy!.TimeLimitSeconds));
        Assert.Equal(
            [new ManifestCommand("FAST") { Idempotent = true, Parallel = true, TimeLimitSeconds = 5 }, new ManifestCommand("SLOW") { TimeLimitSeconds = 3600 }],
            manifest.Commands);
        Assert.Equal([PluginMode.Init, PluginMode.Shutdown], manifest.Modes);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(", \"policy\": null", null)]
    [InlineData(", \"policy\": false", null)]
    [InlineData(", \"policy\": true", 600)]
    [InlineData(", \"policy\": {}", 600)]
    [InlineData(", \"policy\": { \"timeLimitSeconds\": 7 }", 7)]
    public void A_policy_is_said_in_several_ways(string field, int? seconds) =>
        Assert.Equal(seconds, ManifestFile.Read(Folder($$"""{ "name": "tool", "kind": "python"{{field}} }"""), out _).Policy?.TimeLimitSeconds);

    [Fact]
    public void A_version_is_not_needed() => Assert.Null(ManifestFile.Read(Folder("""{ "name": "tool", "kind": "python", "version": null }"""), out _).Version);

    [Fact]
    public void Fields_that_are_not_known_are_told_and_not_used()
    {
        var folder = Folder("""
            { "name": "tool", "kind": "python", "author": "x", "commands": [ { "id": "A", "colour": 1 } ], "policy": { "timeLimitSeconds": 1, "who": 2 } }
            """);

        Assert.Equal("tool", ManifestFile.Read(folder, out var unknown).Name);
        Assert.Equal(["author", "commands[0].colour", "policy.who"], unknown);
    }

    [Theory]
    [InlineData("", "is not a JSON object (line 1)")]
    [InlineData("null", "holds no object")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("{ \"name\": \"tool\",\n\"kind\" }", "is not a JSON object (line 2)")]
    [InlineData("{ \"kind\": \"python\" }", "lacks the field 'name'")]
    [InlineData("{ \"name\": null, \"kind\": \"python\" }", "lacks the field 'name'")]
    [InlineData("{ \"name\": \"tool\" }", "lacks the field 'kind'")]
    [InlineData("{ \"name\": 7, \"kind\": \"python\" }", "wrong type in 'name'")]
    [InlineData("{ \"name\": \"other\", \"kind\": \"python\" }", "must be equal")]
    [InlineData("{ \"name\": \"Tool\", \"kind\": \"python\" }", "must be equal")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"version\": \" 1\" }", "'version'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"version\": \"\" }", "'version'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"dotnet\" }", "'assembly'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"dotnet\", \"assembly\": \"\" }", "'assembly'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"dotnet\", \"assembly\": \"../evil.dll\" }", "'assembly'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"dotnet\", \"assembly\": \"/tmp/evil.dll\" }", "'assembly'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"dotnet\", \"assembly\": \"..\" }", "'assembly'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"dotnet\", \"assembly\": \"plugin.json\" }", "'assembly'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"executable\" }", "'program'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"executable\", \"program\": \"/bin/sh\" }", "'program'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"executable\", \"program\": \"../sh\" }", "'program'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"executable\", \"program\": \"bin/../../sh\" }", "'program'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"executable\", \"program\": \"bin//tool\" }", "'program'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"executable\", \"program\": \"gone\" }", "may not be executed")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"executable\", \"program\": \"plugin.json\" }", "may not be executed")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"commands\": {} }", "wrong type in 'commands'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"commands\": [ null ] }", "'commands[0].id'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"commands\": [ {} ] }", "'commands[0].id'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"commands\": [ { \"id\": \"a/b\" } ] }", "'commands[0].id'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"commands\": [ { \"id\": \"A\" }, { \"id\": \"a\" } ] }", "the command a twice")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"commands\": [ { \"id\": \"A\", \"timeLimitSeconds\": 0 } ] }", "'commands[0].timeLimitSeconds'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"commands\": [ { \"id\": \"A\", \"timeLimitSeconds\": \"x\" } ] }", "wrong type in 'commands[0].timeLimitSeconds' (line 1)")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"commands\": [ { \"id\": \"A\", \"timeLimitSeconds\": 604801 } ] }", "a number from 1 to 604800")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"policy\": { \"timeLimitSeconds\": -1 } }", "'policy.timeLimitSeconds'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"policy\": \"yes\" }", "wrong type in 'policy")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"modes\": [\"boot\"] }", "'modes[0]'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"modes\": [\"init\", \"init\"] }", "'modes[1]'")]
    [InlineData("{ \"name\": \"tool\", \"kind\": \"python\", \"modes\": [0] }", "wrong type in 'modes[0]'")]
    public async Task What_is_wrong_is_told_with_file_and_field(string manifest, string expected)
    {
        Folder(manifest);

        var report = _plugins.Report("tool");

        Assert.Equal(PluginStatus.Malfunctioned, report.Status);
        Assert.Contains(expected, report.Reason, StringComparison.Ordinal);
        Assert.Contains($"{_plugins.Root}/tool/", report.Reason, StringComparison.Ordinal);
        Assert.Contains(report.Reason!, (await _plugins.Host.FindAsync("tool", null, "A")).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_without_end_is_not_read()
    {
        Folder($$"""{ "name": "tool", "kind": "python", "description": "{{new string('x', 70_000)}}" }""");

        Assert.Contains("is larger than 64 KiB", _plugins.Report("tool").Reason, StringComparison.Ordinal);
    }

    private string Folder(string manifest)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_plugins.Root, "tool")).FullName;
        PluginFolder.Write(folder, "plugin.json", manifest);
        Directory.CreateDirectory(Path.Combine(folder, "bin"));
        PluginFolder.Write(folder, "bin/tool", "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(folder, "bin/tool"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }
}
