namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>
/// What crontab(5) says, in the dullest way there is: it goes through time minute by minute and looks at the clock, as cron itself does. It shares no code
/// with what it checks, and neither searches the calendar nor converts a clock's time into a moment. Knows correct schedules only.
/// </summary>
internal sealed class MinuteWalker
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly HashSet<int> _minutes;
    private readonly HashSet<int> _hours;
    private readonly HashSet<int> _daysOfMonth;
    private readonly HashSet<int> _months;
    private readonly HashSet<int> _daysOfWeek;
    private readonly HashSet<int>? _years;
    private readonly bool _eitherDay;
    private readonly bool _followsTheClock;

    public MinuteWalker(string text)
    {
        var fields = text.ToLowerInvariant().Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        _minutes = Values(fields[0], 0, 59, []);
        _hours = Values(fields[1], 0, 23, []);
        _daysOfMonth = Values(fields[2], 1, 31, []);
        _months = Values(fields[3], 1, 12, Months);
        _daysOfWeek = [.. Values(fields[4], 0, 7, Days).Select(static day => day % 7)];
        _years = fields.Length == 6 && fields[5] != "*" ? Values(fields[5], 1970, 2099, []) : null;
        _eitherDay = fields[2][0] != '*' && fields[4][0] != '*';
        _followsTheClock = fields[0][0] == '*' || fields[1][0] == '*';
    }

    /// <summary>When it is due after one moment and not after another.</summary>
    public IEnumerable<DateTimeOffset> Due(DateTimeOffset after, DateTimeOffset until, TimeZoneInfo zone)
    {
        // From far enough before to have seen the clocks put back.
        var time = new DateTimeOffset(after.UtcDateTime.Date, TimeSpan.Zero).AddDays(-3);
        var furthest = Clock(time, zone);
        for (time = time.AddMinutes(1); time <= until; time = time.AddMinutes(1))
        {
            if (time.TimeOfDay == TimeSpan.Zero && !Enumerable.Range(-1, 3).Any(days => IsDay(time.Date.AddDays(days))))
            {
                time = time.AddDays(1).AddMinutes(-1);
                furthest = Max(furthest, Clock(time, zone));
                continue;
            }

            var now = Clock(time, zone);
            var due = _followsTheClock && IsTime(now);
            while (furthest < now)
            {
                furthest = furthest.AddMinutes(1);
                due |= !_followsTheClock && IsTime(furthest);
            }

            if (due && time > after)
            {
                yield return time;
            }
        }
    }

    private static DateTime Clock(DateTimeOffset time, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(time, zone).DateTime;

    private static DateTime Max(DateTime one, DateTime other) => one > other ? one : other;

    private bool IsTime(DateTime clock) => _minutes.Contains(clock.Minute) && _hours.Contains(clock.Hour) && IsDay(clock);

    private bool IsDay(DateTime date)
    {
        var (ofMonth, ofWeek) = (_daysOfMonth.Contains(date.Day), _daysOfWeek.Contains((int)date.DayOfWeek));
        return (_years?.Contains(date.Year) ?? true) && _months.Contains(date.Month) && (_eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek);
    }

    private static HashSet<int> Values(string field, int least, int most, string[] names)
    {
        int Number(string text) => Array.IndexOf(names, text) is var index and >= 0 ? index + least : int.Parse(text, null);

        var values = new HashSet<int>();
        foreach (var element in field.Split(','))
        {
            var step = element.Split('/');
            var ends = step[0].Split('-');
            var from = ends[0] == "*" ? least : Number(ends[0]);
            var to = ends.Length == 2 ? Number(ends[1]) : ends[0] == "*" || step.Length == 2 ? most : from;

            // Backwards: over the end of the field to its beginning. The week's beginning is its end.
            var size = most == 7 ? 7 : most - least + 1;
            for (var value = from; value <= (to < from ? to + size : to); value += step.Length == 2 ? int.Parse(step[1], null) : 1)
            {
                values.Add(value > most ? value - size : value);
            }
        }

        return values;
    }
}
