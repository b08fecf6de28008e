using System.Text.Json.Nodes;
using Ahenk.Machine.Linux;
using Ahenk.Machine.Linux.Inventory;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;
using Ahenk.PluginTesting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.Script.Tests;

/// <summary>The plugin on this machine, with a private directory of the test's own.</summary>
public abstract class ScriptTest : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("ahenk-script-").FullName;

    private protected ScriptTest() => PrivateDirectory = Path.Combine(_parent, "private");

    private protected string PrivateDirectory { get; }

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected static PluginCommand Command { get; } = Assert.Single(new ScriptPlugin().Commands);

    /// <summary>Removes the directory; a script's file that is left in it fails the test.</summary>
    public void Dispose()
    {
        var left = Directory.Exists(PrivateDirectory) ? Directory.GetFileSystemEntries(PrivateDirectory) : [];
        Directory.Delete(_parent, recursive: true);
        Assert.Empty(left);
        GC.SuppressFinalize(this);
    }

    private protected Task<PluginResult> Run(JsonObject parameters, ICommandRunner? runner = null, CancellationToken? token = null) =>
        Command.Run(Given.Task(Machine(runner), "EXECUTE_SCRIPT", parameters), token ?? Token);

    private protected Task<PluginResult> Apply(JsonObject profile, ICommandRunner? runner = null) =>
        new ScriptPlugin().Policy!.Apply(Given.Profile(Machine(runner), "ayse", profile), Token);

    private LinuxMachine Machine(ICommandRunner? runner) =>
        new(runner ?? new CommandRunner(TimeProvider.System, NullLogger<CommandRunner>.Instance), new LinuxInventory(), new PeopleServices(null!, null!, null!, null!, null!), PrivateDirectory);

    private protected static JsonObject Parameters(JsonNode? type, string contents, string? parameters = null) => new()
    {
        ["SCRIPT_TYPE"] = type,
        ["SCRIPT_CONTENTS"] = contents,
        ["SCRIPT_PARAMS"] = parameters,
    };

    private protected static string Text(PluginResult result) => result.Data!["Result"]!.GetValue<string>();
}
