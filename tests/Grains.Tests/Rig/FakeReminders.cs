using Microsoft.Extensions.Time.Testing;
using Orleans.Timers;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>Orleans' reminders as far as they were measured: set for a moment, they ring then and every period after it.</summary>
public sealed class FakeReminders(FakeTimeProvider clock) : IReminderRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, (DateTimeOffset StartAt, DateTimeOffset NextAt, TimeSpan Period)> _reminders = [];

    /// <summary>How often one was set.</summary>
    public int Sets { get; private set; }

    /// <summary>Setting one takes so long.</summary>
    public TimeSpan Takes { get; set; }

    /// <summary>Setting one fails.</summary>
    public bool Fails { get; set; }

    /// <summary>When the reminder of a task rings first; <see langword="null"/>: there is none.</summary>
    public DateTimeOffset? this[long taskId]
    {
        get
        {
            lock (_gate)
            {
                return _reminders.TryGetValue(taskId, out var reminder) ? reminder.StartAt : null;
            }
        }
    }

    /// <summary>All, as storage would find them.</summary>
    public IReadOnlyDictionary<long, DateTimeOffset> All
    {
        get
        {
            lock (_gate)
            {
                return _reminders.ToDictionary(row => row.Key, row => row.Value.StartAt);
            }
        }
    }

    /// <summary>A reminder gets lost, or stands elsewhere.</summary>
    public void Put(long taskId, DateTimeOffset? at)
    {
        lock (_gate)
        {
            _reminders.Remove(taskId);
            if (at is { } start)
            {
                _reminders[taskId] = (start, start, TimeSpan.FromMinutes(1));
            }
        }
    }

    /// <summary>The next ring up to a moment, which counts as rung.</summary>
    public (long TaskId, DateTimeOffset At)? TakeNext(DateTimeOffset until)
    {
        lock (_gate)
        {
            var due = _reminders.Where(row => row.Value.NextAt <= until).OrderBy(row => row.Value.NextAt).Take(1).ToArray();
            if (due.Length == 0)
            {
                return null;
            }

            var (id, reminder) = due[0];
            _reminders[id] = reminder with { NextAt = reminder.NextAt + reminder.Period };
            return (id, reminder.NextAt);
        }
    }

    public Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal(("run", "task"), (reminderName, callingGrainId.Type.ToString()));
        Assert.True(period >= TimeSpan.FromMinutes(1), "Orleans refuses shorter periods.");
        Assert.True(dueTime >= TimeSpan.Zero, "Orleans refuses the past.");
        if (Fails)
        {
            throw new ReminderException("The reminder could not be stored.");
        }

        var start = clock.GetUtcNow() + dueTime;
        if (Takes > TimeSpan.Zero)
        {
            clock.Advance(Takes);
        }

        lock (_gate)
        {
            // A due time that has passed meanwhile counts as missed.
            _reminders[callingGrainId.GetIntegerKey()] = (start, start > clock.GetUtcNow() ? start : start + period, period);
            Sets++;
        }

        return Task.FromResult<IGrainReminder>(new Reminder(reminderName));
    }

    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        Put(callingGrainId.GetIntegerKey(), null);
        return Task.CompletedTask;
    }

    public Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName) =>
        Task.FromResult<IGrainReminder?>(this[callingGrainId.GetIntegerKey()] is null ? null : new Reminder(reminderName));

    public Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) => throw new NotSupportedException();

    private sealed record Reminder(string ReminderName) : IGrainReminder;
}
