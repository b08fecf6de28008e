using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.PluginTesting;

/// <summary>What a plugin's code is called with.</summary>
public static class Given
{
    /// <summary>A task's run.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="command">The command's id.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="files">Its files; <see langword="null"/>: no file server, and no file may be made.</param>
    /// <param name="store">What the plugin remembers; <see langword="null"/>: nothing yet.</param>
    public static PluginContext Task(
        IMachine machine, string command, JsonObject? parameters = null, IPluginFiles? files = null, IPluginStore? store = null) => new()
        {
            TaskId = 1,
            Command = command,
            Parameters = new PluginParameters(parameters ?? []),
            PluginFolder = AppContext.BaseDirectory,
            Machine = machine,
            Files = files ?? new NoFiles(),
            Store = store ?? new MemoryStore(),
            AgentVersion = "3.0.0",
            Logger = NullLogger.Instance,
        };

    /// <summary>A profile's run.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="user">Whose profile; <see langword="null"/>: the machine's.</param>
    /// <param name="profile">Its data.</param>
    /// <param name="store">What the plugin remembers; <see langword="null"/>: nothing yet.</param>
    public static PluginContext Profile(IMachine machine, string? user, JsonObject profile, IPluginStore? store = null) => new()
    {
        Parameters = new PluginParameters(profile),
        UserName = user,
        PolicyVersion = "12-3",
        PluginFolder = AppContext.BaseDirectory,
        Machine = machine,
        Files = new NoFiles(),
        Store = store ?? new MemoryStore(),
        AgentVersion = "3.0.0",
        Logger = NullLogger.Instance,
    };

    /// <summary>A run without a file server that makes no file.</summary>
    private sealed class NoFiles : IPluginFiles
    {
        public bool HasServer => false;

        public Task<string> FetchAsync(string remotePath, CancellationToken cancellationToken) => throw new FileServerException("The task brought no file server.");

        public string NewFile(string name) => throw new InvalidOperationException("This test expects no file.");
    }
}
