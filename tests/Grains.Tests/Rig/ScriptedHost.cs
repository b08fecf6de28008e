using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>A plugin host whose work ends when the test says so.</summary>
public sealed class ScriptedHost : IPluginHost
{
    private readonly Lock _gate = new();
    private readonly List<(string Plugin, long TaskId)> _started = [];
    private readonly Dictionary<long, TaskCompletionSource<TaskOutcome>> _held = [];
    private readonly Dictionary<string, int> _busy = [];
    private readonly Signal _changed = new();

    /// <summary>Whether work waits for <see cref="End"/>; else it ends at once.</summary>
    public bool Holds { get; set; }

    /// <summary>What a look-up finds.</summary>
    public Func<string, string, PluginLookup> OnFind { get; set; } = (_, _) => new PluginLookup(null, false);

    /// <summary>What work that is not held answers.</summary>
    public Func<PluginWork, TaskOutcome> OnRun { get; set; } = _ => new TaskOutcome(TaskCode.Processed, "done");

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

    public Task WhenStarted(long taskId) => _changed.When(() => Started.Contains(taskId));

    /// <summary>Ends work that is held.</summary>
    public void End(long taskId, TaskOutcome? outcome = null)
    {
        lock (_gate)
        {
            _held[taskId].TrySetResult(outcome ?? new TaskOutcome(TaskCode.Processed, "done"));
        }
    }

    public PluginLookup Find(string plugin, string command) => OnFind(plugin, command);

    public async Task<TaskOutcome> RunAsync(string plugin, PluginWork work, CancellationToken cancellationToken)
    {
        TaskCompletionSource<TaskOutcome>? held = null;
        lock (_gate)
        {
            _started.Add((plugin, work.TaskId));
            MostAtOnce = Math.Max(MostAtOnce, _busy[plugin] = _busy.GetValueOrDefault(plugin) + 1);
            if (Holds)
            {
                _held[work.TaskId] = held = new TaskCompletionSource<TaskOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _changed.Set();
        await using var stop = cancellationToken.Register(() => held?.TrySetResult(TaskOutcome.Error("the agent stopped")));
        try
        {
            await Task.Yield();
            return held is null ? OnRun(work) : await held.Task;
        }
        finally
        {
            lock (_gate)
            {
                _busy[plugin]--;
            }
        }
    }
}
