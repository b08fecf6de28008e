using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Dotnet;

/// <summary>
/// A .NET plugin in the agent's process. It is loaded when it is first needed, and whatever of its code runs, runs on a thread of its own until it
/// first awaits.
/// </summary>
internal sealed partial class DotnetRunner(string folder, PluginManifest manifest, DotnetRunnerFactory factory) : IPluginRunner
{
    /// <summary>How long the plugin's constructor and its like may take.</summary>
    private static readonly TimeSpan LoadLimit = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly ILogger<DotnetRunner> _logger = factory.Loggers.CreateLogger<DotnetRunner>();
    private readonly PluginEvents _events = new(manifest.Name, factory.Events, factory.Threads, factory.Time, factory.Loggers.CreateLogger<PluginEvents>());
    private Task<LoadedPlugin>? _loading;
    private bool _isStuck;
    private bool _isDisposed;

    public bool IsLoaded
    {
        get
        {
            lock (_gate)
            {
                return _loading is { IsCompletedSuccessfully: true };
            }
        }
    }

    public CommandAbility? FindCommand(string command) =>
        Load().FindCommand(command) is { } found ? new CommandAbility(found.Idempotent, found.Parallel, found.TimeLimit) : null;

    public CommandAbility? FindPolicy() => Load().Policy is { } policy ? new CommandAbility(Idempotent: true, Parallel: false, policy.TimeLimit) : null;

    public async Task<PluginResult> RunAsync(PluginCall call, CancellationToken cancellationToken)
    {
        var plugin = await LoadAsync();
        var context = new PluginContext
        {
            TaskId = call.Kind == PluginWorkKind.Command ? call.Id : 0,
            Command = call.Command,
            Parameters = new PluginParameters(call.Parameters),
            UserName = call.UserName,
            PolicyVersion = call.PolicyVersion,
            PluginFolder = folder,
            Machine = factory.Machine,
            Files = call.Files,
            Store = call.Store,
            Events = _events,
            AgentVersion = factory.AgentVersion,
            AgentDn = call.AgentDn,
            Agent = factory.Agent,
            Logger = factory.Loggers.CreateLogger($"Plugin.{manifest.Name}"),
            Progress = call.Progress,
        };

        return await factory.Threads.RunAsync(() => Start(plugin, call, context, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Task<LoadedPlugin>? loading;
        lock (_gate)
        {
            _isDisposed = true;
            (loading, _loading) = (_loading, null);
        }

        _events.Dispose();
        if (loading is null)
        {
            return;
        }

        if (!loading.IsCompleted)
        {
            // Its constructor hangs; what it holds can only be let go of when that returns.
            _ = loading.ContinueWith(
                ended => ended.IsCompletedSuccessfully ? ended.GetAwaiter().GetResult().Unload() : null,
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return;
        }

        await loading.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (loading.IsCompletedSuccessfully)
        {
            LogUnloaded(manifest.Name);
            factory.Unloaded.Watch(manifest.Name, (await loading).Unload());
        }
    }

    private static Task<PluginResult> Start(LoadedPlugin plugin, PluginCall call, PluginContext context, CancellationToken cancellationToken)
    {
        switch (call.Kind)
        {
            case PluginWorkKind.Mode:
                return RunMode(plugin.FindMode(call.Mode), context, cancellationToken);
            case PluginWorkKind.Profile:
                return NotNull(plugin.Policy?.Apply(context, cancellationToken));
            case PluginWorkKind.Command:
                return NotNull(plugin.FindCommand(call.Command)?.Run(context, cancellationToken));
            default:
                throw new InvalidOperationException($"There is no work of the kind {call.Kind}.");
        }
    }

    /// <summary>The host has asked for the command before, so what is missing here is what its handler should have returned.</summary>
    private static Task<PluginResult> NotNull(Task<PluginResult>? running) =>
        running ?? throw new InvalidOperationException("the handler returned null in place of a task");

    private static async Task<PluginResult> RunMode(ModeHandler? handler, PluginContext context, CancellationToken cancellationToken)
    {
        if (handler?.Invoke(context, cancellationToken) is { } running)
        {
            await running;
        }

        return PluginResult.Processed("");
    }

    /// <summary>The plugin, for a caller that cannot await: look-ups are answered at once, for a plugin that is loaded already.</summary>
    private LoadedPlugin Load()
    {
        var loading = LoadAsync();
        if (!loading.IsCompleted)
        {
            ((IAsyncResult)loading).AsyncWaitHandle.WaitOne();
        }

        return loading.GetAwaiter().GetResult();
    }

    private async Task<LoadedPlugin> LoadAsync()
    {
        Task<LoadedPlugin> loading;
        lock (_gate)
        {
            if (_isDisposed)
            {
                throw new PluginLoadException("it is just being replaced or taken out of use; send the task again.");
            }

            loading = _loading ??= Task.Factory.StartNew(LoadNow, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (_isStuck && !loading.IsCompleted)
            {
                throw Stuck(loading);
            }
        }

        try
        {
            return await loading.WaitAsync(LoadLimit, factory.Time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!loading.IsCompleted)
        {
            lock (_gate)
            {
                _isStuck = true;
            }

            throw Stuck(loading);
        }
        catch (PluginLoadException failure) when (failure.InnerException is IOException and not FileNotFoundException and not FileLoadException)
        {
            // The disk's fault and not the plugin's: it is tried again when it is next needed.
            lock (_gate)
            {
                _loading = null;
            }

            throw;
        }
    }

    private LoadedPlugin LoadNow()
    {
        var plugin = LoadedPlugin.Load(folder, manifest, factory.Machine.PrivateDirectory, _logger);
        LogLoaded(manifest.Name, folder);
        return plugin;
    }

    private static PluginStuckException Stuck(Task loading) =>
        new(
            $"its constructor or another part that is run while it is loaded has not returned within {LoadLimit.TotalSeconds:0} s; its author must correct it.",
            loading);

    [LoggerMessage(1301, LogLevel.Information, "[PLUGIN] {Plugin} loaded from {Folder}")]
    private partial void LogLoaded(string plugin, string folder);

    [LoggerMessage(1321, LogLevel.Information, "[PLUGIN] {Plugin} unloaded")]
    private partial void LogUnloaded(string plugin);
}
