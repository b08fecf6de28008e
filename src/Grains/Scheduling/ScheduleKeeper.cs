using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Scheduling;

/// <summary>
/// Keeps schedules, reminders and the clock together. Each task sets its own reminder; this one finds the tasks whose reminder was lost or stands wrong, at
/// the start, every hour, and after a change of the clock or the time zone, and wakes those and no others.
/// </summary>
public sealed partial class ScheduleKeeper(
    IScheduleStore store,
    SchedulePlanner planner,
    IGrainFactory grains,
    TaskOptions options,
    TimeProvider time,
    ILogger<ScheduleKeeper> logger)
{
    /// <summary>How often the clock is looked at.</summary>
    internal static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    /// <summary>More than a clock drifts within a step while it is slewed.</summary>
    private static readonly TimeSpan SmallestJump = TimeSpan.FromSeconds(1);

    /// <summary>Orleans keeps timers for what is due within 10 minutes, looked up every 5: after a jump they stand wrong.</summary>
    private static readonly TimeSpan KeptByOrleans = TimeSpan.FromMinutes(15);

    /// <summary>How far a reminder may be off: its time is written a moment after it was computed.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private const int MostAtOnce = 64;

    private DateTimeOffset _wall;
    private long _ticks;
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ReadClock();
        using var timer = new PeriodicTimer(Step, time);
        await Guarded(() => TakeUpInterrupted(cancellationToken));
        var sweptAt = time.GetTimestamp();
        await Guarded(() => SweepAsync(TimeSpan.Zero, cancellationToken));
        await Guarded(Forget);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (ClockWasChanged())
            {
                await Guarded(() => SweepAsync(KeptByOrleans, cancellationToken));
            }
            else if (time.GetElapsedTime(sweptAt) >= SweepEvery)
            {
                sweptAt = time.GetTimestamp();
                await Guarded(() => SweepAsync(TimeSpan.Zero, cancellationToken));
                await Guarded(Forget);
            }
        }
    }

    /// <summary>Wakes the tasks whose reminder is missing or wrong, whose time has passed or moved, and whatever has a reminder and no schedule.</summary>
    /// <param name="renewWithin">Those that are due within this time are woken in any case.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task SweepAsync(TimeSpan renewWithin, CancellationToken cancellationToken)
    {
        var machine = await planner.ReadMachineAsync();
        var now = time.GetUtcNow();
        var all = await store.ListWithRemindersAsync();
        var astray = all.Where(row => IsAstray(row, machine, now, renewWithin)).Select(row => row.TaskId).ToArray();
        if (astray.Length == 0)
        {
            return;
        }

        LogSwept(astray.Length, all.Count);
        await EachAsync(astray, static task => task.Wake(), cancellationToken);
    }

    private async Task TakeUpInterrupted(CancellationToken cancellationToken) =>
        await EachAsync(await store.ListGoingAsync(), static task => task.Release(), cancellationToken);

    private bool IsAstray(ScheduleWithReminder row, string machine, DateTimeOffset now, TimeSpan renewWithin)
    {
        if (row.Schedule is not { Next: { } next } schedule)
        {
            return row.ReminderAt is not null;
        }

        if (next.DueAt <= now + renewWithin || row.ReminderAt is not { } reminder || (reminder - next.DueAt).Duration() > Tolerance)
        {
            return true;
        }

        return planner.Make(row.TaskId, schedule.Cron, machine).Next(now, schedule.LastAt).Next is { } wanted && wanted != next;
    }

    private Task EachAsync(IReadOnlyList<long> tasks, Func<ITaskGrain, Task> call, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        tasks,
        new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken },
        async (id, _) =>
        {
            try
            {
                await call(grains.GetGrain<ITaskGrain>(id));
            }
            catch (Exception failure)
            {
                // One task must not keep the others from their time; the next sweep finds it again.
                LogNotWoken(failure, id);
            }
        });

    private async Task Forget()
    {
        var now = time.GetUtcNow();
        var forgotten = await store.ForgetAsync(now - options.Keep, now - TaskGrain.UpdatesAreKept);
        if (forgotten > 0)
        {
            LogForgotten(forgotten);
        }
    }

    private async Task Guarded(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (StorageException failure)
        {
            LogFailed(failure);
        }
    }

    private void ReadClock()
    {
        _wall = time.GetUtcNow();
        _ticks = time.GetTimestamp();
        _zone = time.LocalTimeZone;
    }

    private bool ClockWasChanged()
    {
        var (wall, ticks, zone) = (_wall, _ticks, _zone);
        ReadClock();

        // The ticks stand still while the machine is suspended, as timers do, and nobody sets them.
        var jump = _wall - wall - time.GetElapsedTime(ticks, _ticks);
        var isJump = jump.Duration() >= SmallestJump;
        if (isJump)
        {
            LogJump(jump.TotalSeconds);
        }

        var isOtherZone = _zone.Id != zone.Id || !_zone.HasSameRules(zone);
        if (isOtherZone)
        {
            LogZone(zone.Id, _zone.Id);
        }

        return isJump || isOtherZone;
    }

    [LoggerMessage(1541, LogLevel.Information, "[SCHEDULER] {Count} of {All} scheduled tasks are due, or their reminder is missing or wrong: looked at")]
    private partial void LogSwept(int count, int all);

    [LoggerMessage(1542, LogLevel.Error, "[SCHEDULER] Task {TaskId} could not be looked at; next attempt within the hour")]
    private partial void LogNotWoken(Exception failure, long taskId);

    [LoggerMessage(1543, LogLevel.Error, "[SCHEDULER] The schedules could not be read; next attempt within the hour")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(1544, LogLevel.Warning, "[SCHEDULER] The clock was set, or the machine slept: {Seconds:0} s. What is due next is computed anew")]
    private partial void LogJump(double seconds);

    [LoggerMessage(1545, LogLevel.Warning, "[SCHEDULER] The time zone was changed from {Old} to {New}: what is due next is computed anew")]
    private partial void LogZone(string old, string @new);

    [LoggerMessage(1546, LogLevel.Information, "[SCHEDULER] {Count} old records of runs and updates are forgotten")]
    private partial void LogForgotten(int count);
}
