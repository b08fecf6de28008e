using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Scheduling;

/// <summary>One task's schedule as this machine keeps it: by its clock, and later by its part of the splay.</summary>
/// <param name="cron">The schedule.</param>
/// <param name="splay">How much later.</param>
/// <param name="zone">The machine's time zone.</param>
internal sealed class TaskPlan(CronSchedule cron, TimeSpan splay, TimeZoneInfo zone)
{
    /// <summary>
    /// As cron has it: a clock that is put back by less brings nothing again that was run; one that is put back by more was wrong before, and the new
    /// time counts.
    /// </summary>
    private static readonly TimeSpan LargestCorrection = TimeSpan.FromHours(3);

    /// <summary>The first occurrence that is due after a moment; <see langword="null"/>: there is none any more.</summary>
    public Occurrence? After(DateTimeOffset now) => Following(now - splay);

    /// <summary>What comes next according to the clock, and the occurrence or moment from which on that is so.</summary>
    /// <param name="now">What the clock says.</param>
    /// <param name="last">The latest occurrence that was dealt with; it lies ahead when the clock was put back.</param>
    public (Occurrence? Next, DateTimeOffset From) Next(DateTimeOffset now, DateTimeOffset? last)
    {
        var present = now - splay;
        var from = last > present && last - present <= LargestCorrection ? last.Value : present;
        return (Following(from), from);
    }

    /// <summary>The latest occurrence that became due within the grace; <see langword="null"/>: all are older.</summary>
    /// <param name="now">What the clock says.</param>
    /// <param name="first">The first one that may be meant.</param>
    public Occurrence? LatestWithinGrace(DateTimeOffset now, DateTimeOffset first)
    {
        var present = now - splay;
        var oldest = present - ScheduleOptions.Grace;
        Occurrence? latest = null;

        // From just before, for what comes after a moment does not include it.
        var next = Following((first > oldest ? first : oldest) - TimeSpan.FromTicks(1));
        while (next is { } occurrence && occurrence.At <= present)
        {
            latest = occurrence;
            next = Following(occurrence.At);
        }

        return latest;
    }

    /// <summary>An occurrence as this machine keeps it now; its part of the splay may have been another when it was stored.</summary>
    public Occurrence On(DateTimeOffset at) => new(at, at + splay);

    private Occurrence? Following(DateTimeOffset moment) => cron.Next(moment, zone) is { } at ? On(at.ToUniversalTime()) : null;
}
