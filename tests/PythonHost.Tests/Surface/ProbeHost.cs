using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>One host with the probe plugin, for all rows: starting one for each would take most of the time.</summary>
public sealed class ProbeHost : IAsyncLifetime
{
    internal HostFolders Folders { get; } = new();

    internal HostProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var plugin in new[] { "probe", "other" })
        {
            Directory.CreateDirectory(Path.Combine(Folders.Plugins, plugin));
            File.WriteAllText(Path.Combine(Folders.Plugins, plugin, "main.py"), "");
        }

        Process = await HostProcess.StartAsync(Repository.Own("Probe"), Folders);
        AnswerAll();
        await Process.Ready;
    }

    /// <summary>The daemon takes whatever is asked of it.</summary>
    internal void AnswerAll() => Process.Answer = (method, parameters) =>
        method == "fetch_file" ? new JsonObject { ["file_name"] = parameters["file_name"]?.DeepClone() ?? "given-by-daemon" } : null;

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Folders.Dispose();
    }
}

/// <summary>All rows share the host, one after the other.</summary>
[CollectionDefinition(nameof(ProbeGroup))]
public sealed class ProbeGroup : ICollectionFixture<ProbeHost>;

/// <summary>Evaluates Python within a plugin.</summary>
[Collection(nameof(ProbeGroup))]
[Trait("Category", "Integration")]
public abstract class SurfaceTest(ProbeHost probe)
{
    private protected ProbeHost Probe => probe;

    private protected HostProcess Host => probe.Process;

    private protected HostFolders Folders => probe.Folders;

    private protected async Task CheckAsync(string expression, string expected, string? statements = null, JsonObject? call = null)
    {
        call ??= [];
        call["command"] = "EVALUATE";
        call["parameters"] = new JsonObject { ["do"] = statements, ["value"] = expression };
        call["sessions"] = new JsonArray(
            new JsonObject { ["username"] = "ali", ["display"] = null, ["desktop"] = null, ["ip"] = "10.0.0.9", ["domain"] = null },
            new JsonObject { ["username"] = "ayse", ["display"] = ":1", ["desktop"] = "gnome", ["ip"] = null, ["domain"] = "OKUL" });
        var result = await Host.CallAsync(call);
        Assert.True(result["error"] is null, $"{result["error"]}\n{result["traceback"]}");
        var found = JsonNode.Parse((string)result["data"]!)!["value"];
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(expected), found),
            $"{expression}\nis      {found?.ToJsonString() ?? "null"}\nand not {expected}");
    }
}
