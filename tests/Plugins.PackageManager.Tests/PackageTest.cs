using System.Text.Json.Nodes;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.PackageManager.Tests;

/// <summary>The plugin with directories of the test's own in the place of apt's and dpkg's.</summary>
public abstract class PackageTest : IDisposable
{
    private protected PackageTest()
    {
        Root = Directory.CreateTempSubdirectory("ahenk-packages-").FullName;
        Apt = Directory.CreateDirectory(Path.Combine(Root, "etc/apt")).FullName;
        Parts = Directory.CreateDirectory(Path.Combine(Apt, "sources.list.d")).FullName;
        Log = Directory.CreateDirectory(Path.Combine(Root, "var/log")).FullName;
        Plugin = new PackageManagerPlugin(Apt, Log);
    }

    private protected string Root { get; }

    private protected string Apt { get; }

    private protected string Parts { get; }

    private protected string Log { get; }

    private protected PackageManagerPlugin Plugin { get; }

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected static ICommandRunner RealRunner { get; } = new CommandRunner(TimeProvider.System, NullLogger<CommandRunner>.Instance);

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a command as the host does: what the input lacks is an error.</summary>
    private protected async Task<PluginResult> Run(ICommandRunner runner, string command, JsonObject? parameters = null, string? dn = null)
    {
        var machine = new FakeMachine(runner, Root);
        var context = new PluginContext
        {
            TaskId = 1,
            Parameters = new PluginParameters(parameters ?? []),
            PluginFolder = "/nowhere",
            Machine = machine,
            Files = machine,
            Store = machine,
            AgentVersion = "3.0.0",
            AgentDn = dn,
            Logger = NullLogger.Instance,
        };
        try
        {
            return await Plugin.Commands.Single(one => one.Id == command).Run(context, Token);
        }
        catch (PluginInputException flaw)
        {
            return PluginResult.Error(flaw.Message);
        }
    }

    private protected void GivenSources(string file, string text) => File.WriteAllText(Path.Combine(Apt, file), text);

    private protected string SourcesIn(string file) => File.ReadAllText(Path.Combine(Apt, file));

    private protected static string Sources(PluginResult result) => (string)result.Data!["packageSource"]!;

    private sealed class FakeMachine(ICommandRunner runner, string root) : IMachine, IPluginFiles, IPluginStore
    {
        public ICommandRunner Commands => runner;

        public IInventory Inventory => throw new NotSupportedException();

        public string PrivateDirectory => throw new NotSupportedException();

        public bool HasServer => true;

        public Task<string> FetchAsync(string remotePath, CancellationToken cancellationToken) => throw new NotSupportedException();

        public string NewFile(string name) => Path.Combine(root, name);

        public ValueTask<string?> GetAsync(string key) => throw new NotSupportedException();

        public ValueTask SetAsync(string key, string? value) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string prefix = "") => throw new NotSupportedException();
    }
}
