using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.Sdk.Tests;

/// <summary>A machine on which programs only say what they are told to say.</summary>
internal sealed class FakeMachine(IReadOnlyDictionary<string, string> outputs) : IMachine, ICommandRunner, IPluginFiles, IPluginStore
{
    private readonly Dictionary<string, string> _store = [];

    public List<string> Ran { get; } = [];

    public ICommandRunner Commands => this;

    public IInventory Inventory => throw new NotSupportedException();

    public string PrivateDirectory => throw new NotSupportedException();

    public bool HasServer => false;

    public PluginContext Context(JsonObject? parameters = null, string? user = null) => new()
    {
        TaskId = 1,
        Parameters = new PluginParameters(parameters ?? []),
        UserName = user,
        PluginFolder = "/nowhere",
        Machine = this,
        Files = this,
        Store = this,
        AgentVersion = "3.0.0",
        Logger = NullLogger.Instance,
    };

    public Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)
    {
        var line = string.Join(' ', command.Arguments.Prepend(command.Program));
        Ran.Add(line);
        return Task.FromResult(new CommandResult { ExitCode = 0, Output = outputs.GetValueOrDefault(line, ""), Error = "" });
    }

    public Task<string> FetchAsync(string remotePath, CancellationToken cancellationToken) => throw new NotSupportedException();

    public string NewFile(string name) => throw new NotSupportedException();

    public ValueTask<string?> GetAsync(string key) => new(_store.GetValueOrDefault(key));

    public ValueTask SetAsync(string key, string? value)
    {
        if (value is null)
        {
            _store.Remove(key);
        }
        else
        {
            _store[key] = value;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string prefix = "") => new([.. _store]);
}
