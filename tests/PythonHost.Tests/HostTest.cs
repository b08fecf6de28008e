using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests;

/// <summary>A test that starts hosts of its own.</summary>
public abstract class HostTest : IAsyncDisposable
{
    private readonly List<HostProcess> _hosts = [];

    private protected HostFolders Folders { get; } = new();

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        Folders.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task<HostProcess> StartAsync(string plugin)
    {
        var host = await HostProcess.StartAsync(Path.IsPathRooted(plugin) ? plugin : Repository.Plugin(plugin), Folders);
        _hosts.Add(host);
        await host.Ready;
        return host;
    }

    /// <summary>A plugin folder of the test's own.</summary>
    private protected string MakePlugin(string name, params (string File, string Text)[] files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folders.Plugins, name)).FullName;
        foreach (var (file, text) in files)
        {
            File.WriteAllText(Path.Combine(folder, file), text);
        }

        return folder;
    }

    private protected static JsonNode Data(JsonObject result) => JsonNode.Parse((string)result["data"]!)!;
}
