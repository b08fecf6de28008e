using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.FileManagement.Tests;

/// <summary>A context for a plugin that uses nothing of the machine but its files.</summary>
internal sealed class FakeContext : IMachine, IPluginFiles, IPluginStore
{
    public ICommandRunner Commands => throw new NotSupportedException();

    public IInventory Inventory => throw new NotSupportedException();

    public string PrivateDirectory => throw new NotSupportedException();

    public bool HasServer => false;

    public static PluginContext Of(JsonObject parameters)
    {
        var nothing = new FakeContext();
        return new PluginContext
        {
            TaskId = 1,
            Parameters = new PluginParameters(parameters),
            PluginFolder = "/nowhere",
            Machine = nothing,
            Files = nothing,
            Store = nothing,
            AgentVersion = "3.0.0",
            Logger = NullLogger.Instance,
        };
    }

    public Task<string> FetchAsync(string remotePath, CancellationToken cancellationToken) => throw new NotSupportedException();

    public string NewFile(string name) => throw new NotSupportedException();

    public ValueTask<string?> GetAsync(string key) => throw new NotSupportedException();

    public ValueTask SetAsync(string key, string? value) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string prefix = "") => throw new NotSupportedException();
}
