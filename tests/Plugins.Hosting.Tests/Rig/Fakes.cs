using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests.Rig;

/// <summary>A file server that is a dictionary.</summary>
internal sealed class FakeTransfer : IFileTransfer
{
    public static readonly string Server = new FileServer
    {
        Protocol = FileProtocol.Ssh,
        Host = "files.example",
        Username = "lider",
        Password = "s3cret",
        Path = "/agent-files/{0}/",
    }.ToJson();

    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>What an upload meets, before it is done.</summary>
    public Func<CancellationToken, Task> OnUpload { get; set; } = _ => Task.CompletedTask;

    public async Task FetchAsync(FileServer server, string? path, string localFile, CancellationToken cancellationToken)
    {
        Assert.Equal("s3cret", server.Password);
        var content = Files.TryGetValue(path!, out var found) ? found : throw new FileServerException($"{path} is not on the file server.");
        await File.WriteAllBytesAsync(localFile, content, cancellationToken);
    }

    public async Task UploadAsync(FileServer server, string agent, string name, string localFile, CancellationToken cancellationToken)
    {
        Assert.Equal(("s3cret", "pc-01"), (server.Password, agent));
        await OnUpload(cancellationToken);
        Files[server.Locate(agent, name)!] = await File.ReadAllBytesAsync(localFile, cancellationToken);
    }
}

/// <summary>What plugins remember, in memory.</summary>
internal sealed class MemoryData : IPluginData
{
    private readonly ConcurrentDictionary<(string Plugin, string Key), string> _values = new();

    public ValueTask<string?> GetAsync(string plugin, string key) => new(_values.GetValueOrDefault((plugin, key)));

    public ValueTask SetAsync(string plugin, string key, string? value)
    {
        if (value is null)
        {
            _values.TryRemove((plugin, key), out _);
        }
        else
        {
            _values[(plugin, key)] = value;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string plugin, string prefix) => new(
        [.. _values.Where(pair => pair.Key.Plugin == plugin && pair.Key.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(pair => KeyValuePair.Create(pair.Key.Key, pair.Value)).OrderBy(pair => pair.Key, StringComparer.Ordinal)]);
}

/// <summary>What was told of running tasks.</summary>
internal sealed class RecordingProgress : IPluginProgress
{
    public ConcurrentQueue<string> Told { get; } = new();

    public bool Fails { get; set; }

    public Task ReportAsync(long taskId, string message, JsonObject? data)
    {
        Told.Enqueue($"{taskId} {message} {data?.ToJsonString()}");
        return Fails ? throw new StorageException("/var/lib/ahenk/ahenk.db", "The disk is full.") : Task.CompletedTask;
    }
}

/// <summary>A registration that no plugin of these tests changes.</summary>
internal sealed class NoRegistration : IAgentRegistration
{
    public Task MoveAsync(string dn) => throw new NotSupportedException();

    public Task RenameAsync(string name, string dn) => throw new NotSupportedException();

    public Task LeaveAsync() => throw new NotSupportedException();
}
