namespace Ahenk.Grains.Scheduling;

/// <summary>When a zone's clocks show a time.</summary>
/// <param name="First">The moment, in UTC; for a time that they skip: the moment at which they are put forward.</param>
/// <param name="Second">When they show it again, in UTC.</param>
/// <param name="IsSkipped">Whether they never show it.</param>
internal readonly record struct ClockReading(DateTime First, DateTime? Second, bool IsSkipped);

/// <summary>
/// Translates between moments and what a zone's clocks show. Only the way from the moment to the clock is asked of <see cref="TimeZoneInfo"/>: the other
/// way it does not know of changes that are not daylight saving, such as a country's new standard time.
/// </summary>
internal static class ZoneClock
{
    // No zone's clocks are changed twice within two days, and none is a day away from UTC.
    private static readonly TimeSpan Reach = TimeSpan.FromDays(1);

    /// <summary>What the clocks show at a moment.</summary>
    public static DateTime Read(DateTime utc, TimeZoneInfo zone) => utc + zone.GetUtcOffset(utc);

    /// <summary>When the clocks show a time.</summary>
    /// <param name="wall">The time; its kind is UTC, like that of every time here.</param>
    /// <param name="zone">The zone.</param>
    public static ClockReading Find(DateTime wall, TimeZoneInfo zone)
    {
        var early = wall - zone.GetUtcOffset(wall - Reach);
        var late = wall - zone.GetUtcOffset(wall + Reach);
        return (Read(early, zone) == wall, Read(late, zone) == wall) switch
        {
            (true, true) when early < late => new(early, late, false),
            (true, _) => new(early, null, false),
            (false, true) => new(late, null, false),
            _ => new(Change(late, early, wall, zone), null, true),
        };
    }

    /// <summary>The moment within the two at which the clocks jump over the time.</summary>
    private static DateTime Change(DateTime before, DateTime at, DateTime wall, TimeZoneInfo zone)
    {
        while ((at - before).Ticks > 1)
        {
            var middle = before + ((at - before) / 2);
            if (Read(middle, zone) > wall)
            {
                at = middle;
            }
            else
            {
                before = middle;
            }
        }

        return at;
    }
}
