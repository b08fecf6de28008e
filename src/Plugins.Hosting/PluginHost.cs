using System.Collections.Concurrent;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Catalog;
using Ahenk.Plugins.Hosting.Running;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting;

/// <summary>The plugins below the plugin directories. A plugin is loaded when it is first needed.</summary>
public sealed partial class PluginHost : IPluginHost
{
    private readonly ConcurrentDictionary<string, PluginSlot> _slots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IPluginRunnerFactory> _factories;
    private readonly PluginCatalog _catalog;
    private readonly PluginWatcher _watcher;
    private readonly PythonVersions _versions;
    private readonly RunServices _services;
    private readonly IAgentEvents _events;
    private readonly ILogger<PluginHost> _logger;

    /// <summary>Reads and loads nothing yet.</summary>
    internal PluginHost(
        PluginHostOptions options,
        IMachine machine,
        IFileTransfer transfer,
        IPluginData data,
        IPluginProgress progress,
        CurrentIdentity identity,
        LogSecrets secrets,
        IEnumerable<IPluginRunnerFactory> factories,
        IAgentEvents events,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        _factories = factories.ToDictionary(factory => factory.Kind, StringComparer.Ordinal);
        _catalog = new PluginCatalog(options, _factories, new FolderSurveyor(FileStatus.CurrentUser), loggers.CreateLogger<PluginCatalog>());
        _watcher = new PluginWatcher(_catalog, options, time, loggers.CreateLogger<PluginWatcher>());
        _versions = new PythonVersions(machine.Commands, options.PythonHostDirectory);
        _logger = loggers.CreateLogger<PluginHost>();
        _events = events;
        _services = new RunServices(options, machine, transfer, data, progress, identity, secrets, time, _logger);
    }

    /// <inheritdoc/>
    public async ValueTask<PluginLookup> FindAsync(string plugin, string? version, string? command)
    {
        var name = plugin.ToLowerInvariant();
        if (Refuse(name, out var entry) is { } refusal)
        {
            return refusal;
        }

        try
        {
            if (!string.IsNullOrWhiteSpace(version) && await ReadVersion(entry!) is { } here && here != version.Trim())
            {
                return NotHere(
                    $"The plugin {name} is here in version {here}, but version {PluginNames.Shown(version)} is wanted. " +
                    "Install that version, or correct the version in Lider.");
            }

            var runner = GetRunner(entry!);
            var ability = runner.IsLoaded ? Look(runner, command) : await Task.Run(() => Look(runner, command));
            NoteInUse(entry!);
            return ability is not null
                ? new PluginLookup(null, Missing: false, ability.Idempotent, ability.Parallel)
                : Unusable(command is null
                    ? $"The plugin {name} has no policy: it cannot apply profiles."
                    : $"The plugin {name} has no command {PluginNames.Shown(command)}.");
        }
        catch (PluginLoadException failure)
        {
            NoteFailure(name, failure);
            return Unusable(NotUsable(name, failure.Message));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PluginReport> List() => [.. _catalog.List().Select(Report)];

    /// <inheritdoc/>
    public Task<PluginRun> RunAsync(string plugin, PluginWork work, CancellationToken cancellationToken) =>
        Task.Run(() => Run(plugin.ToLowerInvariant(), work, cancellationToken), CancellationToken.None);

    /// <inheritdoc/>
    public Task<PluginReport> LoadAsync(string plugin) => Task.Run(() => Load(plugin.ToLowerInvariant()));

    /// <inheritdoc/>
    public Task UnloadAsync(string plugin) => Task.Run(() => Unload(plugin.ToLowerInvariant()));

    /// <inheritdoc/>
    public IAsyncEnumerable<string> WatchAsync(CancellationToken cancellationToken) => _watcher.WatchAsync(cancellationToken);

    private async Task<PluginRun> Run(string name, PluginWork work, CancellationToken agentStops)
    {
        if (Refuse(name, out var entry) is { } refusal)
        {
            return new PluginRun(TaskOutcome.Error(refusal.Problem!));
        }

        try
        {
            var begun = _services.Time.GetTimestamp();
            var run = await new WorkRun(entry!, Slot(name), GetRunner(entry!), work, _services).RunAsync(() => OnFree(name), agentStops);
            AgentMetrics.PluginCalled(name, run.Outcome, _services.Time.GetElapsedTime(begun));
            NoteInUse(entry!);
            return run;
        }
        catch (PluginLoadException failure)
        {
            NoteFailure(name, failure);
            return new PluginRun(TaskOutcome.Error(NotUsable(name, failure.Message)));
        }
    }

    private async Task<PluginReport> Load(string name)
    {
        var slot = Slot(name);
        await slot.Changing.WaitAsync();
        try
        {
            slot.IsTakenOut = false;
            if (!slot.MayChange())
            {
                // Its old code is in use and cannot be let go of; it is told to the watcher's reader again when it can.
                LogStillRunning(name, slot.StillRunning ?? "");
                return ReportFor(name, _catalog.Find(name));
            }

            await DisposeAsync(slot);
            slot.LoadFailure = null;
            var entries = _catalog.Refresh(name);
            if (entries is [{ Status: PluginStatus.Active } entry, ..])
            {
                _versions.ForgetFailure(entry.Folder);
                if (entry.Manifest!.Modes.Contains(PluginMode.Init))
                {
                    LoadNow(name, entry);
                }
            }
            else if (entries is [{ Status: PluginStatus.Malfunctioned } broken, ..])
            {
                _events.Raise(new PluginFailed(name, broken.Reason!));
            }

            return ReportFor(name, entries);
        }
        finally
        {
            slot.Changing.Release();
        }
    }

    private async Task Unload(string name)
    {
        if (_catalog.Find(name) is [])
        {
            return;
        }

        var slot = Slot(name);
        await slot.Changing.WaitAsync();
        try
        {
            slot.IsTakenOut = true;
            if (slot.MayChange())
            {
                await DisposeAsync(slot);
            }
        }
        finally
        {
            slot.Changing.Release();
        }
    }

    /// <summary>Its init mode is about to be run; what is wrong with the plugin is better known now.</summary>
    private void LoadNow(string name, CatalogEntry entry)
    {
        try
        {
            GetRunner(entry).FindPolicy();
            NoteInUse(entry);
        }
        catch (PluginLoadException failure)
        {
            NoteFailure(name, failure);
        }
    }

    /// <summary>Work that was left behind has ended, and the plugin was to be loaded or unloaded meanwhile.</summary>
    private void OnFree(string name)
    {
        LogFree(name);
        if (Slot(name).IsTakenOut)
        {
            _ = UnloadAsync(name);
        }
        else
        {
            _watcher.TellAgain(name);
        }
    }

    private static async Task DisposeAsync(PluginSlot slot)
    {
        if (slot.TakeRunner() is { } runner)
        {
            await runner.DisposeAsync();
        }
    }

    /// <summary>The plugin's runner. Before it is made the folder is looked at once more: it may have been read long ago.</summary>
    private IPluginRunner GetRunner(CatalogEntry entry) => Slot(entry.Name).GetRunner(() => _catalog.FindFlaw(entry) is { } flaw
        ? throw new PluginLoadException(flaw)
        : _factories[entry.Manifest!.Kind].Create(entry.Folder, entry.Manifest));

    private PluginSlot Slot(string name) => _slots.GetOrAdd(name, static _ => new PluginSlot());

    private void NoteInUse(CatalogEntry entry)
    {
        var slot = Slot(entry.Name);
        slot.LoadFailure = null;
        if (slot.TakeIntoUse())
        {
            _events.Raise(new PluginLoaded(entry.Name, entry.Manifest!.Version, entry.Manifest.Kind));
        }
    }

    private void NoteFailure(string name, PluginLoadException failure)
    {
        var slot = Slot(name);
        if (failure is PluginStuckException stuck)
        {
            TellNotLoaded(failure, name);
            slot.LeaveBehind("its constructor, or another part that is run while it is loaded", stuck.StillRunning, () => OnFree(name));
            return;
        }

        if (slot.LoadFailure != failure.Message)
        {
            TellNotLoaded(failure, name);
        }

        slot.LoadFailure = failure.Message;
    }

    private void TellNotLoaded(PluginLoadException failure, string name)
    {
        LogNotLoaded(failure, name);
        _events.Raise(new PluginFailed(name, failure.Message));
    }

    /// <summary>Loads the plugin when that is needed to know.</summary>
    private static CommandAbility? Look(IPluginRunner runner, string? command) => command is null ? runner.FindPolicy() : runner.FindCommand(command);

    /// <summary>The version of a plugin of the original agent has to be asked for.</summary>
    private async ValueTask<string?> ReadVersion(CatalogEntry entry) => entry.IsInferred ? await _versions.ReadAsync(entry.Folder) : entry.Manifest!.Version;

    [LoggerMessage(1302, LogLevel.Error, "[PLUGIN] {Plugin} cannot be loaded")]
    private partial void LogNotLoaded(Exception failure, string plugin);

    [LoggerMessage(1330, LogLevel.Warning, "[PLUGIN] {Plugin} is loaded anew when what still runs of it has ended: {What}")]
    private partial void LogStillRunning(string plugin, string what);

    [LoggerMessage(1331, LogLevel.Information, "[PLUGIN] What was left running of {Plugin} has ended")]
    private partial void LogFree(string plugin);
}
