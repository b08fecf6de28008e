using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Catalog;

namespace Ahenk.Plugins.Hosting;

/// <summary>Whether a plugin can be used, and how that is told.</summary>
public sealed partial class PluginHost
{
    private PluginLookup? Refuse(string name, out CatalogEntry? entry)
    {
        entry = _catalog.Find(name) is [var first, ..] ? first : null;
        if (entry is null)
        {
            return PluginNames.IsFolder(name)
                ? NotHere($"The plugin {name} is not installed in {_catalog.Places}. Install its package, or copy its folder there.")
                : Unusable($"The plugin '{PluginNames.Shown(name)}' is not installed in {_catalog.Places}, and cannot be: a plugin's name is {PluginNames.Rule}.");
        }

        var slot = Slot(name);
        if (entry.Status == PluginStatus.Active && slot.IsTakenOut)
        {
            return NotHere($"The plugin {name} was taken out of use on this machine; 'ahenk load {name}' there brings it back.");
        }

        return entry.Status == PluginStatus.Active
            ? slot.StillRunning is { } running ? Unusable(NotUsable(name, TellStillRunning(running))) : null
            : Unusable(entry.Status == PluginStatus.NotSupported
                ? $"The plugin {name} cannot work on this machine: {entry.Reason}"
                : NotUsable(name, entry.Reason!));
    }

    private PluginReport ReportFor(string name, IReadOnlyList<CatalogEntry> entries) => entries is [var first, ..]
        ? Report(first)
        : new PluginReport
        {
            Name = name,
            Kind = "",
            Status = PluginStatus.Malfunctioned,
            Reason = $"it is not installed in {_catalog.Places}.",
            Folder = "",
        };

    private PluginReport Report(CatalogEntry entry)
    {
        var (status, reason, isLoaded) = (entry.Status, entry.Reason, false);
        if (status != PluginStatus.Superseded && _slots.TryGetValue(entry.Name, out var slot))
        {
            isLoaded = slot.IsLoaded;
            if (status == PluginStatus.Active)
            {
                (status, reason) = Describe(slot, entry.Name);
            }
        }

        return new PluginReport
        {
            Name = entry.Name,
            Version = entry.IsInferred ? _versions.Peek(entry.Folder) : entry.Manifest?.Version,
            Kind = entry.Manifest?.Kind ?? "",
            Status = status,
            Reason = reason,
            Folder = entry.Folder,
            IsLoaded = isLoaded,
            Modes = entry.Manifest?.Modes ?? [],
        };
    }

    private static (PluginStatus Status, string? Reason) Describe(PluginSlot slot, string name)
    {
        if (slot.IsTakenOut)
        {
            return (PluginStatus.Disabled, $"it was taken out of use by hand; 'ahenk load {name}' brings it back.");
        }

        return slot.StillRunning is { } running ? (PluginStatus.Malfunctioned, TellStillRunning(running))
            : slot.LoadFailure is { } failure ? (PluginStatus.Malfunctioned, failure)
            : (PluginStatus.Active, null);
    }

    private static string TellStillRunning(string what) =>
        $"still running: {what}. It did not end when it was told to; the plugin can be used and loaded again once it has ended, or after a restart of the agent.";

    private static string NotUsable(string name, string reason) => $"The plugin {name} cannot be used on this machine: {reason}";

    private static PluginLookup NotHere(string problem) => new(problem, Missing: true, Idempotent: false, Parallel: false);

    private static PluginLookup Unusable(string problem) => new(problem, Missing: false, Idempotent: false, Parallel: false);
}
