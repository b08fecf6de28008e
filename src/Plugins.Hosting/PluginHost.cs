using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting;

/// <summary>Runs the plugins below the plugin directory. A plugin is loaded when it is first asked for.</summary>
public sealed partial class PluginHost : IPluginHost
{
    private static readonly TimeSpan CancellationGrace = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, LoadedPlugin> _loaded = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _loading = new();
    private readonly PluginHostOptions _options;
    private readonly IMachine _machine;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<PluginHost> _logger;

    /// <summary>Loads nothing yet.</summary>
    public PluginHost(PluginHostOptions options, IMachine machine, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _machine = machine;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<PluginHost>();
    }

    /// <inheritdoc/>
    public PluginLookup Find(string plugin, string? version, string? command)
    {
        try
        {
            return Get(plugin).Find(command ?? "") is { } found
                ? new PluginLookup(null, false, found.Idempotent, found.Parallel)
                : new PluginLookup($"The plugin {plugin} has no command {command}.", false, false, false);
        }
        catch (PluginLoadException failure)
        {
            return new PluginLookup($"The plugin {plugin} cannot be used on this machine: {failure.Message}", false, false, false);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PluginReport> List() => [];

    /// <inheritdoc/>
    public Task<PluginReport> LoadAsync(string plugin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task UnloadAsync(string plugin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public IAsyncEnumerable<string> WatchAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public async Task<PluginRun> RunAsync(string plugin, PluginWork work, CancellationToken cancellationToken) =>
        new(await Task.Run(() => Run(plugin, work, cancellationToken), CancellationToken.None));

    private static JsonObject ParseParameters(string parameters) => JsonNode.Parse(parameters) as JsonObject ?? [];

    private LoadedPlugin Get(string name)
    {
        if (_loaded.TryGetValue(name, out var plugin))
        {
            return plugin;
        }

        lock (_loading)
        {
            if (_loaded.TryGetValue(name, out plugin))
            {
                return plugin;
            }

            var folder = Path.Combine(_options.Directory, name.ToLowerInvariant());
            if (!IsName(name) || !Directory.Exists(folder))
            {
                throw new PluginLoadException($"it is not installed in {_options.Directory}.");
            }

            try
            {
                plugin = LoadedPlugin.Load(folder);
            }
            catch (PluginLoadException failure)
            {
                LogNotLoaded(failure, name);
                throw;
            }

            _loaded[name] = plugin;
            LogLoaded(name, folder);
            return plugin;
        }
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]) &&
        name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');

    private async Task<TaskOutcome> Run(string plugin, PluginWork work, CancellationToken agentStops)
    {
        CancellationTokenSource? limit = null;
        Task<PluginResult>? running = null;
        try
        {
            var command = Get(plugin).Find(work.Command) ?? throw new PluginLoadException($"it has no command {work.Command}.");
            limit = new CancellationTokenSource(command.TimeLimit, _time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, agentStops);
            var token = stop.Token;
            var context = new PluginContext
            {
                TaskId = work.Id,
                Command = work.Command,
                Parameters = new PluginParameters(ParseParameters(work.Parameters)),
                PluginFolder = Path.Combine(_options.Directory, plugin),
                Machine = _machine,
                Files = null!,
                Store = null!,
                AgentVersion = _options.AgentVersion,
                Logger = _loggers.CreateLogger($"Plugin.{plugin}"),
            };

            // On a thread of its own: it may work for long before it first awaits, and its limit must be kept all the same.
            running = Task.Run(() => command.Run(context, token), CancellationToken.None);
            var result = await Bounded(running, token);
            return new TaskOutcome(result.Code, result.Message, result.Data?.ToJsonString(), result.Keep == KeptPart.End);
        }
        catch (PluginLoadException failure)
        {
            return TaskOutcome.Error($"The plugin {plugin} cannot be used on this machine: {failure.Message}");
        }
        catch (Exception failure) when (failure is OperationCanceledException or TimeoutException && agentStops.IsCancellationRequested)
        {
            return TaskOutcome.Error($"{plugin} {work.Command} was ended because the agent stopped; not run again.");
        }
        catch (Exception failure) when (failure is OperationCanceledException or TimeoutException && limit is { IsCancellationRequested: true })
        {
            var seconds = Get(plugin).Find(work.Command)!.TimeLimit.TotalSeconds;
            LogTimeLimit(plugin, work.Command, work.Id, seconds);
            return TaskOutcome.Error(running is { IsCompleted: false }
                ? $"{plugin} {work.Command} ran longer than its time limit of {seconds:0} s and does not heed its cancellation; it may still be running."
                : $"{plugin} {work.Command} was ended: it ran longer than its time limit of {seconds:0} s.");
        }
        catch (Exception failure)
        {
            // A plugin may throw anything; it costs the plugin's task and nothing else.
            LogThrew(failure, plugin, work.Command, work.Id);
            return TaskOutcome.Error($"{plugin} {work.Command} failed: {failure.GetType().Name}: {failure.Message}");
        }
        finally
        {
            limit?.Dispose();
        }
    }

    /// <summary>A plugin that does not heed its cancellation is left behind after a grace, so that the plugin's queue goes on.</summary>
    private async Task<PluginResult> Bounded(Task<PluginResult> running, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        if (await Task.WhenAny(running, stopped.Task) != running)
        {
            return await running.WaitAsync(CancellationGrace, _time, CancellationToken.None);
        }

        return await running;
    }

    [LoggerMessage(1301, LogLevel.Information, "[PLUGIN] {Plugin} loaded from {Folder}")]
    private partial void LogLoaded(string plugin, string folder);

    [LoggerMessage(1302, LogLevel.Error, "[PLUGIN] {Plugin} cannot be loaded")]
    private partial void LogNotLoaded(Exception failure, string plugin);

    [LoggerMessage(1303, LogLevel.Error, "[PLUGIN] {Plugin} {Command} of task {TaskId} ran into its time limit of {Seconds} s")]
    private partial void LogTimeLimit(string plugin, string command, long taskId, double seconds);

    [LoggerMessage(1304, LogLevel.Error, "[PLUGIN] {Plugin} {Command} of task {TaskId} failed")]
    private partial void LogThrew(Exception failure, string plugin, string command, long taskId);
}

/// <summary>Where plugins are.</summary>
/// <param name="Directory">The plugin directory. <c>[PLUGIN] pluginfolderpath</c>.</param>
/// <param name="AgentVersion">Told to plugins.</param>
public sealed record PluginHostOptions(string Directory, string AgentVersion);
