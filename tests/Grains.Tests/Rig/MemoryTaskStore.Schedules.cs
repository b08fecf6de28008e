using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.Rig;

/// <content>Schedules, by the rules of the real store.</content>
public sealed partial class MemoryTaskStore : IScheduleStore
{
    private readonly Dictionary<long, StoredSchedule> _schedules = [];
    private readonly SortedDictionary<(long TaskId, DateTimeOffset PlannedAt), RunRecord> _runs = [];
    private readonly Dictionary<long, (string? Cron, DateTimeOffset ReceivedAt)> _updates = [];

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>The reminders beside the schedules.</summary>
    public Func<IReadOnlyDictionary<long, DateTimeOffset>> ReadReminders { get; set; } = () => new Dictionary<long, DateTimeOffset>();

    /// <summary>The records of a task.</summary>
    public IReadOnlyList<RunRecord> RunsOf(long taskId)
    {
        lock (_gate)
        {
            return [.. _runs.Where(run => run.Key.TaskId == taskId).Select(run => run.Value)];
        }
    }

    /// <summary>The schedule of a task.</summary>
    public StoredSchedule? ScheduleOf(long taskId)
    {
        lock (_gate)
        {
            return Find(taskId);
        }
    }

    /// <summary>Waits until so many runs of a task have ended or were left out.</summary>
    public Task WhenRecorded(long taskId, int count) => _changed.When(() => RunsOf(taskId).Count(run => run.Code is not null) >= count);

    /// <summary>Puts a scheduled task in as an earlier process has left it.</summary>
    public void PutScheduled(long id, string cron, DateTimeOffset nextAt, DateTimeOffset? goingAt = null, DateTimeOffset? lastAt = null)
    {
        Put(id, TaskState.Scheduled);
        lock (_gate)
        {
            _schedules[id] = new StoredSchedule(cron, new Occurrence(nextAt, nextAt), lastAt ?? goingAt);
            if (goingAt is { } at)
            {
                _runs[(id, at)] = new RunRecord(at, at, null, null);
            }
        }
    }

    /// <summary>Puts the record of an occurrence in.</summary>
    public void PutRecord(long id, DateTimeOffset plannedAt, string code)
    {
        lock (_gate)
        {
            _runs[(id, plannedAt)] = new RunRecord(plannedAt, plannedAt, plannedAt, code);
        }
    }

    public ValueTask<AcceptOutcome> AcceptAsync(NewTask task, StoredSchedule? schedule, StreamPosition? position) => Do(StoreCall.Accept, () =>
    {
        if (!_rows.TryAdd(task.TaskId, (Stored(task, schedule is null ? TaskState.Finished : TaskState.Scheduled), task.Arrival)))
        {
            return AcceptOutcome.Duplicate;
        }

        _updates.Remove(task.TaskId);
        if (schedule is not null)
        {
            _schedules[task.TaskId] = schedule;
        }

        return AcceptOutcome.Accepted;
    });

    ValueTask<StoredSchedule?> IScheduleStore.FindAsync(long taskId) => Do(StoreCall.FindSchedule, () => Find(taskId));

    public ValueTask<bool> ReplaceAsync(long taskId, string cron, Occurrence next, StreamPosition? position) => Do(StoreCall.Update, () =>
        Change(taskId, schedule => schedule with { Cron = cron, Next = next }));

    public ValueTask<bool> CancelAsync(long taskId, StreamPosition? position) => Do(StoreCall.Update, () =>
    {
        var found = Change(taskId, schedule => schedule with { Next = null });
        EndIfOver(taskId);
        return found;
    });

    public async ValueTask RememberAsync(long taskId, string? cron, DateTimeOffset receivedAt, StreamPosition? position) =>
        await Do(StoreCall.Update, () => _updates[taskId] = (cron, receivedAt));

    public ValueTask<EarlyUpdate?> FindUpdateAsync(long taskId, DateTimeOffset receivedAfter) => Do(StoreCall.FindSchedule, () =>
        _updates.TryGetValue(taskId, out var update) && update.ReceivedAt > receivedAfter ? new EarlyUpdate(update.Cron) : null);

    public ValueTask<bool> StartRunAsync(long taskId, DateTimeOffset plannedAt, Occurrence? next, DateTimeOffset? skippedAt) => Do(StoreCall.StartRun, () =>
    {
        var isNew = _runs.TryAdd((taskId, plannedAt), new RunRecord(plannedAt, Time.GetUtcNow(), null, null));
        if (skippedAt is { } skipped)
        {
            _runs.TryAdd((taskId, skipped), new RunRecord(skipped, null, Time.GetUtcNow(), RunCodes.Skipped));
        }

        Change(taskId, schedule => schedule with { Next = next, LastAt = skippedAt ?? plannedAt });
        EndIfOver(taskId);
        return isNew;
    });

    public ValueTask<bool> FinishRunAsync(long taskId, DateTimeOffset plannedAt, string responseCode, OutboxDraft answer) => Do(StoreCall.FinishRun, () =>
    {
        if (!_runs.TryGetValue((taskId, plannedAt), out var run) || run.EndedAt is not null)
        {
            return false;
        }

        _runs[(taskId, plannedAt)] = run with { EndedAt = Time.GetUtcNow(), Code = responseCode };
        _answers.Add((taskId, responseCode, answer));
        EndIfOver(taskId);
        return true;
    });

    public async ValueTask PassAsync(long taskId, DateTimeOffset plannedAt, string code, Occurrence? next, OutboxDraft? answer) => await Do(StoreCall.Pass, () =>
    {
        if (_runs.TryAdd((taskId, plannedAt), new RunRecord(plannedAt, null, Time.GetUtcNow(), code)) && answer is not null)
        {
            _answers.Add((taskId, code, answer));
        }

        Change(taskId, schedule => schedule with { Next = next, LastAt = plannedAt });
        EndIfOver(taskId);
        return true;
    });

    public async ValueTask MoveAsync(long taskId, Occurrence next, DateTimeOffset after) => await Do(StoreCall.Update, () =>
    {
        foreach (var later in _runs.Where(run => run.Key.TaskId == taskId && run.Key.PlannedAt > after && run.Value.EndedAt is not null).ToArray())
        {
            _runs.Remove(later.Key);
        }

        return Change(taskId, schedule => schedule with { Next = next, LastAt = schedule.LastAt > after ? null : schedule.LastAt });
    });

    public ValueTask<IReadOnlyList<long>> ListGoingAsync() => Do(StoreCall.FindSchedule, () =>
        (IReadOnlyList<long>)[.. _runs.Where(run => run.Value.EndedAt is null).Select(run => run.Key.TaskId)]);

    public ValueTask<IReadOnlyList<ScheduleWithReminder>> ListWithRemindersAsync() => Do(StoreCall.FindSchedule, () =>
    {
        var reminders = ReadReminders();
        return (IReadOnlyList<ScheduleWithReminder>)[.. _schedules.Keys.Union(reminders.Keys)
            .Select(id => new ScheduleWithReminder(id, Find(id), reminders.TryGetValue(id, out var at) ? at : null))];
    });

    ValueTask<IReadOnlyList<ScheduleReport>> IScheduleStore.ListAsync(int limit) => throw new NotSupportedException();

    public ValueTask<int> ForgetAsync(DateTimeOffset runsBefore, DateTimeOffset updatesBefore) => Do(StoreCall.Update, () =>
    {
        var runs = _runs.Where(run => run.Value.EndedAt < runsBefore).Select(run => run.Key).ToArray();
        var updates = _updates.Where(update => update.Value.ReceivedAt < updatesBefore).Select(update => update.Key).ToArray();
        return runs.Count(_runs.Remove) + updates.Count(_updates.Remove);
    });

    private StoredSchedule? Find(long taskId)
    {
        var going = _runs.Where(run => run.Key.TaskId == taskId && run.Value.EndedAt is null).Select(run => (DateTimeOffset?)run.Key.PlannedAt).FirstOrDefault();
        return _schedules.TryGetValue(taskId, out var schedule) ? schedule with { GoingAt = going } : null;
    }

    private bool Change(long taskId, Func<StoredSchedule, StoredSchedule> change)
    {
        if (!_schedules.TryGetValue(taskId, out var schedule))
        {
            return false;
        }

        _schedules[taskId] = change(schedule);
        return true;
    }

    private void EndIfOver(long taskId)
    {
        if (Find(taskId) is { Next: null, GoingAt: null })
        {
            _schedules.Remove(taskId);
            _rows[taskId] = _rows[taskId] with { Task = _rows[taskId].Task with { State = TaskState.Finished, Parameters = null } };
        }
    }
}
