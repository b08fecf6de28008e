using System.Collections.Concurrent;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>The calls of a task store that a test can let fail.</summary>
public enum StoreCall
{
    Accept,
    Start,
    Finish,
    Find,
    Park,
    FindSchedule,
    Update,
    StartRun,
    FinishRun,
    Pass,
}

/// <summary>A task store that keeps the rules of the real one in memory and fails when a test says so.</summary>
public sealed partial class MemoryTaskStore : ITaskStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, (StoredTask Task, long Arrival)> _rows = [];
    private readonly List<(long TaskId, string Code, OutboxDraft Draft)> _answers = [];
    private readonly ConcurrentDictionary<StoreCall, bool> _broken = new();
    private readonly ConcurrentDictionary<StoreCall, int> _failures = new();
    private readonly Signal _changed = new();

    /// <summary>The answers in the order of storing.</summary>
    public IReadOnlyList<(long TaskId, string Code, OutboxDraft Draft)> Answers
    {
        get
        {
            lock (_gate)
            {
                return [.. _answers];
            }
        }
    }

    /// <summary>From now on a call fails, or works again.</summary>
    public void Break(StoreCall call, bool broken = true) => _broken[call] = broken;

    /// <summary>How often a call has failed.</summary>
    public int Failures(StoreCall call) => _failures.GetValueOrDefault(call);

    /// <summary>Waits until a call has failed so often.</summary>
    public Task WhenFailed(StoreCall call, int times = 1) => _changed.When(() => Failures(call) >= times);

    /// <summary>Waits until there are so many answers.</summary>
    public Task WhenAnswered(int count = 1) => _changed.When(() => Answers.Count >= count);

    /// <summary>Puts a row in as an earlier process has left it.</summary>
    public void Put(long id, TaskState state, string plugin = "probe", string command = "RUN")
    {
        lock (_gate)
        {
            _rows.Add(id, (Stored(Given.Task(id, plugin, command), state), id));
        }
    }

    /// <summary>The state of a row.</summary>
    public TaskState StateOf(long id)
    {
        lock (_gate)
        {
            return _rows[id].Task.State;
        }
    }

    public ValueTask<AcceptOutcome> AcceptAsync(NewTask task, StreamPosition? position) => Do(StoreCall.Accept, () =>
        _rows.TryAdd(task.TaskId, (Stored(task, TaskState.Waiting), task.Arrival)) ? AcceptOutcome.Accepted : AcceptOutcome.Duplicate);

    public ValueTask<bool> StartAsync(long taskId) => Do(StoreCall.Start, () =>
    {
        if (!_rows.TryGetValue(taskId, out var row) || row.Task.State is not (TaskState.Waiting or TaskState.Parked))
        {
            return false;
        }

        _rows[taskId] = row with { Task = row.Task with { State = TaskState.Running } };
        return true;
    });

    public ValueTask<bool> FinishAsync(long taskId, string responseCode, OutboxDraft answer) => Do(StoreCall.Finish, () =>
    {
        if (!_rows.TryGetValue(taskId, out var row) || row.Task.State == TaskState.Finished)
        {
            return false;
        }

        _rows[taskId] = row with { Task = row.Task with { State = TaskState.Finished, Parameters = null, ResponseCode = responseCode } };
        _answers.Add((taskId, responseCode, answer));
        return true;
    });

    public ValueTask<bool> ParkAsync(long taskId, string responseCode, OutboxDraft answer) => Do(StoreCall.Park, () =>
    {
        if (!_rows.TryGetValue(taskId, out var row) || row.Task.State != TaskState.Waiting)
        {
            return false;
        }

        _rows[taskId] = row with { Task = row.Task with { State = TaskState.Parked, ResponseCode = responseCode } };
        _answers.Add((taskId, responseCode, answer));
        return true;
    });

    public ValueTask<StoredTask?> FindAsync(long taskId) =>
        Do(StoreCall.Find, () => _rows.TryGetValue(taskId, out var row) ? row.Task : null);

    public ValueTask<IReadOnlyList<long>> ListUnfinishedAsync() => Do(StoreCall.Find, () =>
        (IReadOnlyList<long>)[.. _rows.Values.Where(row => row.Task.State is TaskState.Waiting or TaskState.Running).OrderBy(row => row.Arrival).Select(row => row.Task.TaskId)]);

    public ValueTask<IReadOnlyList<long>> ListParkedAsync(string? plugin) => Do(StoreCall.Find, () =>
        (IReadOnlyList<long>)[.. _rows.Values.Where(row => row.Task.State == TaskState.Parked && (plugin is null || row.Task.Plugin == plugin))
            .OrderBy(row => row.Arrival).Select(row => row.Task.TaskId)]);

    public ValueTask<IReadOnlyList<StoredTask>> ListAsync(int limit) => Do(StoreCall.Find, () =>
        (IReadOnlyList<StoredTask>)[.. _rows.Values.OrderByDescending(row => row.Arrival).Take(limit).Select(row => row.Task)]);

    public ValueTask<int> ForgetAsync(DateTimeOffset finishedBefore) => throw new NotSupportedException();

    private static StoredTask Stored(NewTask task, TaskState state) => new()
    {
        TaskId = task.TaskId,
        Plugin = task.Plugin,
        Command = task.Command,
        Parameters = task.Parameters,
        PluginVersion = task.PluginVersion,
        FileServer = task.FileServer,
        State = state,
        ReceivedAt = task.ReceivedAt,
    };

    private async ValueTask<T> Do<T>(StoreCall call, Func<T> action)
    {
        // The real store always answers from another thread.
        await Task.Yield();
        try
        {
            lock (_gate)
            {
                if (_broken.GetValueOrDefault(call))
                {
                    _failures.AddOrUpdate(call, 1, (_, count) => count + 1);
                    throw new StorageException("/test/ahenk.db", "The disk is full.");
                }

                return action();
            }
        }
        finally
        {
            _changed.Set();
        }
    }
}
