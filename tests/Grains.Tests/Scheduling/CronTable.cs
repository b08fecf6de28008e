using System.Globalization;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>A schedule and from when it is followed.</summary>
/// <param name="Expression">The schedule.</param>
/// <param name="Zone">The clocks.</param>
/// <param name="After">The beginning.</param>
/// <param name="NotForCroniter">Why croniter cannot be asked; <see langword="null"/>: it is, besides the walker.</param>
internal sealed record CronRow(string Expression, string Zone, DateTimeOffset After, string? NotForCroniter);

/// <summary>The schedules whose next times are compared with other implementations.</summary>
internal static class CronTable
{
    private const string Clocks = "It has rules of its own where clocks are changed.";
    private const string Year = "Its sixth field are seconds.";
    private const string Stars = "It takes */2 for a restriction and 1-31 for none; cron looks at the first character.";
    private const string Backwards = "It refuses ranges that run backwards.";
    private const string NoSuchDay = "It gives up where one of the two days never comes.";
    private const string Sunday = "Its week ends with Saturday here; crontab(5)'s field goes to 7.";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CronRow> Rows { get; } =
    [
        // Lider's presets, and what its "once" sends (LP 6).
        Utc("0 0 1 1 *"),
        Utc("0 0 1 * *"),
        Utc("0 0 * * 0"),
        Utc("0 0 * * *"),
        Utc("0 * * * *"),
        Utc("41 11 5 3 *"),
        Utc("59 23 31 12 *"),
        Utc("* * * * *"),
        Utc("@hourly"),
        Utc("@daily"),
        Utc("@weekly"),
        Utc("@monthly"),
        Utc("@yearly"),

        // Numbers, ranges, lists, steps.
        Utc("40 8 * * *"),
        Utc("41 8 * * *"),
        Utc("05 09 01 02 *"),
        Utc("*/5 * * * *"),
        Utc("*/7 * * * *"),
        Utc("*/59 * * * *"),
        Utc("5/15 * * * *"),
        Utc("0-10 * * * *"),
        Utc("50-59/3 * * * *"),
        Utc("1,15 * * * *"),
        Utc("1,15,30-33,40-59/6 * * * *"),
        Utc("*/20,7 * * * *"),
        Utc("7,*/20 * * * *"),
        Utc("0 */6 * * *"),
        Utc("0 9-17 * * *"),
        Utc("*/15 9-17/4 * * *"),
        Utc("30 8,12,18 * * *"),
        Utc("0 0 */10 * *"),
        Utc("0 0 10-20/5 * *"),
        Utc("0 0 1 */3 *"),
        Utc("0 0 1 2-12/5 *"),
        Utc("0 0 1 1,4,7,10 *"),
        Utc("  0\t 0   1 \t * *  "),

        // Names.
        Utc("0 0 1 jan *"),
        Utc("0 0 15 JAN,Jun-Aug *"),
        Utc("0 12 * feb mon"),
        Utc("0 9 * * mon-fri"),
        Utc("0 9 * * Mon,WED,fri"),
        Utc("0 9 * * 1-5"),
        Utc("0 9 * * sat,sun"),

        // Sunday, twice.
        Utc("0 0 * * 7"),
        Utc("0 0 * * sun"),
        Utc("0 0 * * 5-7"),
        Utc("0 0 * * fri-sun"),
        Utc("0 0 * * 0-7"),
        Utc("0 0 * * */2"),
        Utc("0 0 * * */7"),
        Utc("0 0 * * 1-7/3"),
        Utc("0 0 * * 3/2", Sunday),

        // Ends of months and leap days.
        Utc("0 0 31 * *"),
        Utc("0 0 30 * *"),
        Utc("0 0 29 * *"),
        Utc("0 0 29 2 *", "2000-01-01T00:00Z"),
        Utc("0 0 29 2 *", "1896-03-01T00:00Z"),
        Utc("59 23 28-31 2 *"),
        Utc("0 0 31 4,5 *"),

        // Both days: either of them; one of them beginning with *: both.
        Utc("0 0 13 * 5"),
        Utc("0 0 1,15 * mon"),
        Utc("30 4 1,15 * 5"),
        Utc("0 0 31 2 1", NoSuchDay),
        Utc("0 0 29 2 1"),
        Utc("0 0 */2 * 1", Stars),
        Utc("0 0 1-7 * */2", Stars),
        Utc("0 0 1-31 * 1", Stars),
        Utc("0 0 13 * 0-6", Stars),
        Utc("0 0 1,*/2 * 1", Stars),

        // Backwards.
        Utc("50-10/5 * * * *", Backwards),
        Utc("0 22-4/2 * * *", Backwards),
        Utc("0 0 25-5 * *", Backwards),
        Utc("0 0 1 nov-feb *", Backwards),
        Utc("0 0 * * sat-mon", Backwards),
        Utc("0 0 * * 7-3/2", Backwards),
        Utc("0 0 * * 4-1/2", Backwards),

        // The year.
        Utc("0 0 1 * * *", Year),
        Utc("0 0 1 * * 2027-2029", Year),
        Utc("0 0 * 12 * 2026,2028,2030-2031", Year),
        Utc("0 0 29 2 * 2028-2099", Year),
        Utc("41 11 5 3 * 2027", Year),
        Utc("30 23 31 12 * 2026,2099", Year),

        // Clocks that are changed.
        Zoned("30 2 * * *", "Europe/Berlin", "2026-03-20T12:00Z"),
        Zoned("0,30 2 * * *", "Europe/Berlin", "2026-03-27T12:00Z"),
        Zoned("*/30 2 * * *", "Europe/Berlin", "2026-03-27T12:00Z"),
        Zoned("30 * * * *", "Europe/Berlin", "2026-03-28T20:00Z"),
        Zoned("*/5 * * * *", "Europe/Berlin", "2026-03-29T00:30Z"),
        Zoned("0 2,3 * * *", "Europe/Berlin", "2026-03-27T12:00Z"),
        Zoned("59 1 * * *", "Europe/Berlin", "2026-03-27T12:00Z"),
        Zoned("30 2 29 3 *", "Europe/Berlin", "2020-01-01T00:00Z"),
        Zoned("30 2 * * *", "Europe/Berlin", "2026-10-20T12:00Z"),
        Zoned("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45Z"),
        Zoned("0,15,30,45 1-3 * * *", "Europe/Berlin", "2026-10-24T20:00Z"),
        Zoned("30 * * * *", "Europe/Berlin", "2026-10-24T20:00Z"),
        Zoned("*/15 2 * * *", "Europe/Berlin", "2026-10-23T20:00Z"),
        Zoned("0 */2 * * *", "Europe/Berlin", "2026-10-24T20:00Z"),
        Zoned("* * * * *", "Europe/Berlin", "2026-10-25T00:55Z"),
        Zoned("0 0 * * *", "Europe/Berlin", "2026-10-20T00:00Z"),
        Zoned("30 3 * * *", "Europe/Istanbul", "2015-03-20T00:00Z"),
        Zoned("30 3 * * *", "Europe/Istanbul", "2015-10-20T00:00Z"),
        Zoned("30 3 * * *", "Europe/Istanbul", "2015-11-01T00:00Z"),
        Zoned("30 * * * *", "Europe/Istanbul", "2015-11-07T20:00Z"),
        Zoned("30 3 * * *", "Europe/Istanbul", "2016-03-20T00:00Z"),
        Zoned("*/20 3 * * *", "Europe/Istanbul", "2016-03-24T00:00Z"),
        Zoned("30 3 * * *", "Europe/Istanbul", "2016-10-20T00:00Z"),
        Zoned("0 9 * * 1-5", "Europe/Istanbul", "2016-10-20T00:00Z"),
        Zoned("0 9 1 * *", "Europe/Istanbul", "2026-03-05T00:00Z"),
        Zoned("15 1 * * *", "Europe/Moscow", "2014-10-20T00:00Z"),
        Zoned("*/45 * * * *", "Australia/Lord_Howe", "2026-04-04T13:00Z"),
        Zoned("45 1 * * *", "Australia/Lord_Howe", "2026-04-01T00:00Z"),
        Zoned("15 2 * * *", "Australia/Lord_Howe", "2026-10-01T00:00Z"),
        Zoned("0 12 * * *", "Pacific/Apia", "2011-12-27T00:00Z"),
        Zoned("0 */6 * * *", "Pacific/Apia", "2011-12-29T00:00Z"),
        Zoned("0 0 1 1 *", "Africa/Casablanca", "2020-01-01T00:00Z"),
        Zoned("30 2 * * *", "Africa/Casablanca", "2026-02-10T00:00Z"),
    ];

    private static CronRow Utc(string expression, string? after = null) => after is null || after.EndsWith('Z')
        ? new(expression, "UTC", Time(after ?? "2026-03-05T08:40:00Z"), null)
        : new(expression, "UTC", Time("2026-03-05T08:40:00Z"), after);

    private static CronRow Zoned(string expression, string zone, string after) => new(expression, zone, Time(after), Clocks);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
