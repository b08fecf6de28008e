using System.Text.Json.Nodes;
using Ahenk.TestSite;

namespace Ahenk.Bench;

/// <summary>What plugins cost.</summary>
internal sealed class PluginFigures(Site site, Load load, TimeSpan settle, CancellationToken cancellationToken)
{
    private const int IdlePlugins = 22;
    private const string Greeter = "py-greeter";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>How long the first call of a Python plugin takes, its process started for it.</summary>
    public async Task<double> FirstPythonCallAsync()
    {
        BuiltAgent.CopyFolder(BuiltAgent.PythonPlugin(Greeter), Path.Combine(site.Agent.Plugins, Greeter));

        // Without a mode that would start the process before it is called.
        File.Delete(Path.Combine(site.Agent.Plugins, Greeter, "init.py"));
        await site.Agent.WaitForPluginsAsync(
            plugins => plugins.Any(plugin => (string?)plugin!["name"] == Greeter && (string?)plugin["status"] == "active"), "the plugin", Patience, cancellationToken);
        return (await PythonCallsAsync(1)).At(50);
    }

    /// <summary>Later calls.</summary>
    public Task<Samples> PythonCallsAsync(int times) =>
        load.RoundTripsAsync(site.AgentName, times, Greeter, "GREET", new JsonObject { ["name"] = "bench" });

    /// <summary>The memory of an idle daemon without and with plugins that nobody calls.</summary>
    public async Task<(ProcessFigures Without, ProcessFigures With)> IdlePluginsAsync()
    {
        await site.Agent.StopAsync();
        Directory.Delete(Path.Combine(site.Agent.Plugins, Greeter), recursive: true);
        var without = await IdleAsync();
        await site.Agent.StopAsync();
        for (var index = 1; index <= IdlePlugins; index++)
        {
            BuiltAgent.CopyFolder(BuiltAgent.PythonPlugin("py-files"), Path.Combine(site.Agent.Plugins, $"idle-{index}"));
        }

        return (without, await IdleAsync());
    }

    private async Task<ProcessFigures> IdleAsync()
    {
        await load.StartAsync();
        await Task.Delay(settle, cancellationToken);
        return ProcessFigures.Read(site.Agent.ProcessId);
    }
}
