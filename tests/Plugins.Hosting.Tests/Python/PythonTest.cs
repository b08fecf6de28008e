using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Hosting.Python;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests.Python;

/// <summary>A Python plugin with a host that does what each call tells it to (FakeHost/ahenk_host.py).</summary>
public abstract class PythonTest : RunnerTest
{
    private protected PluginLimits Limits { get; set; } = new();

    private protected RecordedRequests Requests { get; } = new();

    private protected PythonRunner NewRunner(TimeProvider? time = null, string interpreter = "/usr/bin/python3") => Kept(new PythonRunner(
        Settings with { Folder = Folder, Limits = Limits },
        new PythonOptions
        {
            HostDirectory = Path.Combine(AppContext.BaseDirectory, "Python", "FakeHost"),
            Interpreter = interpreter,
            StateDirectory = Path.Combine(Root, "state"),
            PrivateDirectory = Private,
            ConfigurationFile = "/etc/ahenk/ahenk.conf",
            PluginsDirectory = Path.Combine(Root, "plugins"),
            AgentVersion = "3.0.0",
        },
        Launcher,
        Requests,
        new Surroundings(),
        time ?? TimeProvider.System,
        Log));

    /// <summary>Has the fake host do something.</summary>
    private protected Task<PluginResult> Do(PythonRunner runner, string deed, JsonObject? given = null, CancellationToken? stop = null)
    {
        var parameters = given ?? [];
        parameters["do"] = deed;
        return runner.RunAsync(Call(deed.ToUpperInvariant(), parameters), stop ?? Token);
    }

    private protected static async Task<string> Failure(Task<PluginResult> run) => (await Assert.ThrowsAsync<PluginFailedException>(() => run)).Message;

    private protected static async Task<int> PidAsync(Task<PluginResult> where) => (int)(await where).Data!["pid"]!;

    private sealed class Surroundings : IPythonSurroundings
    {
        public ValueTask<PythonSurroundings> ReadAsync() => new(new PythonSurroundings(
            new PythonAgent { Uid = "pardus-1", Password = "s3cr3t-of-the-account", Dn = "cn=pardus-1", Registered = true, Params = "{}" },
            [new PythonSession("ayşe", ":0", "gnome", "10.0.0.5", "OKUL")]));
    }

    private protected sealed class RecordedRequests : IPluginRequests
    {
        public ConcurrentQueue<string> Made { get; } = new();

        public Func<string, Task> Deed { get; set; } = _ => Task.CompletedTask;

        public Task SendMessageAsync(string plugin, string body) => Note($"{plugin} message {body}");

        public Task ProcessTaskAsync(string plugin, JsonObject task) => Note($"{plugin} task {task.ToJsonString()}");

        public Task RegistrationChangedAsync(string plugin, JsonObject row) => Note($"{plugin} registration {row.ToJsonString()}");

        public Task UnregisterAsync(string plugin) => Note($"{plugin} unregister");

        public Task RebootAsync(string plugin) => Note($"{plugin} reboot");

        public Task ShutdownAsync(string plugin) => Note($"{plugin} shutdown");

        private Task Note(string what)
        {
            Made.Enqueue(what);
            return Deed(what);
        }
    }
}
