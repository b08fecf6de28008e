using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether all plugins can be used.</summary>
internal sealed class PluginHealth(Patient patient) : NeedsDaemon(patient)
{
    public override int Number => 14;

    public override string Name => "plugins";

    protected override Task<Finding> CheckAsync(DaemonKnowledge daemon, CancellationToken cancellationToken)
    {
        var plugins = daemon.Plugins.List();
        var bad = plugins.Where(plugin => plugin.Status is PluginStatus.Malfunctioned or PluginStatus.NotSupported).ToArray();
        return Task.FromResult(
            bad.Length > 0 ? Finding.Warning(
                string.Join(' ', bad.Select(plugin => $"{plugin.Name} cannot be used: {plugin.Reason}")),
                "Do what the sentence says, then: ahenk reload -p NAME; or take it out of use with [PLUGIN] disabled.")
            : plugins.Count == 0 ? Finding.Warning("There are no plugins: no task can be run.", "Look at [PLUGIN] pluginfolderpath.")
            : Finding.Ok($"{plugins.Count(plugin => plugin.Status == PluginStatus.Active)} of {plugins.Count} are in use, none is broken."));
    }
}
