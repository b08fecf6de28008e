using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>A plugin host whose work ends when the test says so.</summary>
public sealed class ScriptedHost : IPluginHost
{
    private const string Stopped = "the agent stopped";

    private readonly Lock _gate = new();
    private readonly List<(string Plugin, long TaskId)> _started = [];
    private readonly Dictionary<long, TaskCompletionSource<TaskOutcome>> _held = [];
    private readonly Dictionary<string, int> _busy = [];
    private readonly List<string> _changes = [];
    private readonly List<(string Plugin, PluginWork Work)> _works = [];
    private readonly Signal _changed = new();

    /// <summary>Whether work waits for <see cref="End"/>; else it ends at once.</summary>
    public bool Holds { get; set; }

    /// <summary>What a look-up finds.</summary>
    public Func<string, string?, string?, PluginLookup> OnFind { get; set; } = (_, _, _) => default;

    /// <summary>What comes after an answer.</summary>
    public Func<PluginWork, Func<CancellationToken, Task>?> AfterAnswer { get; set; } = _ => null;

    /// <summary>The plugins there are.</summary>
    public IReadOnlyList<PluginReport> Plugins { get; set; } = [];

    /// <summary>What was loaded, unloaded and called as a mode, in order.</summary>
    public IReadOnlyList<string> Changes
    {
        get
        {
            lock (_gate)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>What work that is not held answers.</summary>
    public Func<PluginWork, TaskOutcome> OnRun { get; set; } = _ => new TaskOutcome(PluginCode.Processed, "done");

    /// <summary>Held work of a kind that <see cref="Holds"/> does not tell apart: it begins when this completes.</summary>
    public Func<string, PluginWork, Task> Gate { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>All work of any kind, in the order in which it began.</summary>
    public IReadOnlyList<(string Plugin, PluginWork Work)> Works
    {
        get
        {
            lock (_gate)
            {
                return [.. _works];
            }
        }
    }

    /// <summary>The most runs of one plugin that went on at the same time.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>The tasks that were run, in order.</summary>
    public IReadOnlyList<long> Started
    {
        get
        {
            lock (_gate)
            {
                return [.. _started.Select(run => run.TaskId)];
            }
        }
    }

    public Task WhenStarted(long taskId, int times = 1) => _changed.When(() => Started.Count(id => id == taskId) >= times);

    /// <summary>Ends work that is held.</summary>
    public void End(long taskId, TaskOutcome? outcome = null)
    {
        lock (_gate)
        {
            _held[taskId].TrySetResult(outcome ?? new TaskOutcome(PluginCode.Processed, "done"));
        }
    }

    public ValueTask<PluginLookup> FindAsync(string plugin, string? version, string? command) => new(OnFind(plugin, version, command));

    public IReadOnlyList<PluginReport> List() => Plugins;

    public Task<PluginReport> LoadAsync(string plugin)
    {
        Note($"load {plugin}");
        return Task.FromResult(Plugins.First(report => report.Name == plugin));
    }

    public Task UnloadAsync(string plugin)
    {
        Note($"unload {plugin}");
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<string> WatchAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public async Task<PluginRun> RunAsync(string plugin, PluginWork work, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _works.Add((plugin, work));
        }

        _changed.Set();
        try
        {
            await Gate(plugin, work).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new PluginRun(TaskOutcome.Error(Stopped)) { WasInterrupted = true };
        }

        if (work.Kind == PluginWorkKind.Mode)
        {
            Note($"{work.Command} {plugin}");
            return new PluginRun(new TaskOutcome(PluginCode.Processed, ""));
        }

        TaskCompletionSource<TaskOutcome>? held = null;
        lock (_gate)
        {
            _started.Add((plugin, work.Id));
            MostAtOnce = Math.Max(MostAtOnce, _busy[plugin] = _busy.GetValueOrDefault(plugin) + 1);
            if (Holds)
            {
                _held[work.Id] = held = new TaskCompletionSource<TaskOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _changed.Set();
        await using var stop = cancellationToken.Register(() => held?.TrySetResult(TaskOutcome.Error(Stopped)));
        try
        {
            await Task.Yield();
            var outcome = held is null ? OnRun(work) : await held.Task;
            return new PluginRun(outcome, AfterAnswer(work)) { WasInterrupted = outcome.Message == Stopped };
        }
        finally
        {
            lock (_gate)
            {
                _busy[plugin]--;
            }
        }
    }

    public Task WhenWorked(Func<IReadOnlyList<(string Plugin, PluginWork Work)>, bool> until) => _changed.When(() => until(Works));

    public Task WhenChanged(string change) => _changed.When(() => Changes.Contains(change));

    private void Note(string change)
    {
        lock (_gate)
        {
            _changes.Add(change);
        }

        _changed.Set();
    }
}
