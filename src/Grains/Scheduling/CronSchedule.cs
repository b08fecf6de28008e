using System.Diagnostics.CodeAnalysis;
using Cronos;

namespace Ahenk.Grains.Scheduling;

/// <summary>
/// When a scheduled task runs: crontab(5)'s five fields, as Lider sends them, and a year that may follow (LP 6). Two are equal when their texts are.
/// </summary>
/// <remarks>
/// Cronos reads the fields and searches the calendar. What it does otherwise than cron is done here: the rule for the two day fields, the year, and what
/// happens when the clocks are changed.
/// </remarks>
public sealed class CronSchedule : IEquatable<CronSchedule>
{
    private const int MaxLength = 1000;
    private const int Minute = 0;
    private const int Hour = 1;
    private const int DayOfMonth = 2;
    private const int Month = 3;
    private const int DayOfWeek = 4;

    private static readonly DateTime BeforeAll = new(CronYears.First - 1, 12, 31, 23, 59, 0, DateTimeKind.Utc);

    private static readonly Dictionary<string, string> Macros = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
    };

    private readonly CronExpression _calendar;
    private readonly CronExpression? _otherCalendar;
    private readonly CronYears _years;
    private readonly bool _followsTheClock;

    private CronSchedule(string[] fields, CronYears years)
    {
        Text = string.Join(' ', fields).ToLowerInvariant();
        _years = years;
        _followsTheClock = BeginsWithStar(fields[Minute]) || BeginsWithStar(fields[Hour]);
        var parts = fields.Zip(CronField.All, static (text, field) => field.ForCronos(text)).ToArray();
        if (BeginsWithStar(fields[DayOfMonth]) || BeginsWithStar(fields[DayOfWeek]))
        {
            _calendar = CronExpression.Parse(string.Join(' ', parts));
        }
        else
        {
            // Either day will do in cron; Cronos wants both.
            _calendar = CronExpression.Parse($"{parts[Minute]} {parts[Hour]} {parts[DayOfMonth]} {parts[Month]} *");
            _otherCalendar = CronExpression.Parse($"{parts[Minute]} {parts[Hour]} * {parts[Month]} {parts[DayOfWeek]}");
        }
    }

    /// <summary>The schedule in lower case, its fields parted by one space; a macro such as @daily is written out.</summary>
    public string Text { get; }

    /// <summary>Reads a schedule that may lie in the past: one that was taken on earlier.</summary>
    /// <param name="text">What Lider sent.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="problem">Why there is none, in a sentence for the administrator: which field is wrong, and what is allowed there.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? problem)
    {
        schedule = null;
        if (!TrySplit(text, out var fields, out problem))
        {
            return false;
        }

        for (var i = 0; i < CronField.All.Count; i++)
        {
            if (!CronField.All[i].Accepts(fields[i]))
            {
                problem = CronField.All[i].Explain(fields[i]);
                return false;
            }
        }

        if (!CronYears.TryParse(fields.Length > CronField.All.Count ? fields[^1] : "*", out var years))
        {
            problem = CronYears.Explain(fields[^1]);
            return false;
        }

        var parsed = new CronSchedule(fields, years);
        if (parsed.NextReading(BeforeAll) is null)
        {
            problem = $"The schedule '{Quoted.Short(parsed.Text)}' never comes: there is no such day.";
            return false;
        }

        schedule = parsed;
        return true;
    }

    /// <summary>Reads a schedule that has to have a future.</summary>
    /// <param name="text">What Lider sent.</param>
    /// <param name="after">The present.</param>
    /// <param name="zone">Whose clocks the fields speak of.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="problem">Why there is none, in a sentence for the administrator.</param>
    public static bool TryParse(
        string? text, DateTimeOffset after, TimeZoneInfo zone, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? problem)
    {
        if (!TryParse(text, out schedule, out problem))
        {
            return false;
        }

        if (schedule.Next(after, zone) is null)
        {
            problem = $"The schedule '{Quoted.Short(schedule.Text)}' does not come any more: its last year or day has passed.";
            schedule = null;
            return false;
        }

        return true;
    }

    /// <summary>The first moment after <paramref name="after"/> at which it is due; <see langword="null"/>: there is none any more.</summary>
    /// <remarks>
    /// <para>A schedule whose minute and hour are both fixed (neither begins with <c>*</c>) runs once for each of its times. One that the clocks skip is due
    /// at the moment they are put forward, together with all others of that gap; one that they show twice is due the first time.</para>
    /// <para>A schedule whose minute or hour begins with <c>*</c> follows the clock: it is due whenever the clock shows one of its times, so not in a gap, and
    /// twice where the hour comes twice.</para>
    /// </remarks>
    /// <param name="after">From where to look; itself not included.</param>
    /// <param name="zone">Whose clocks the fields speak of.</param>
    /// <returns>A whole minute (a clock change at another moment excepted), with the zone's offset at that moment.</returns>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var utc = after.UtcDateTime;
        var next = _followsTheClock ? NextByTheClock(utc, zone) : NextAppointment(utc, zone);
        return next is { } moment ? TimeZoneInfo.ConvertTime(new DateTimeOffset(moment), zone) : null;
    }

    /// <inheritdoc/>
    public bool Equals(CronSchedule? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CronSchedule);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Vixie cron's rule: <c>*</c> and <c>*/2</c> restrict nothing, <c>1-31</c> does.</summary>
    private static bool BeginsWithStar(string field) => field[0] == '*';

    private static bool TrySplit(string? text, [NotNullWhen(true)] out string[]? fields, [NotNullWhen(false)] out string? problem)
    {
        fields = null;
        if (text?.Length > MaxLength)
        {
            problem = $"The schedule is longer than {MaxLength} characters.";
            return false;
        }

        var trimmed = (text ?? "").Trim();
        if (trimmed.StartsWith('@') && !Macros.ContainsKey(trimmed))
        {
            problem = $"The schedule '{Quoted.Short(trimmed)}' is not known: allowed are {string.Join(", ", Macros.Keys)} and the fields of a crontab.";
            return false;
        }

        fields = Macros.GetValueOrDefault(trimmed, trimmed).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var right = fields.Length == CronField.All.Count || fields.Length == CronField.All.Count + 1;
        problem = right
            ? null
            : $"The schedule '{Quoted.Short(trimmed)}' has {fields.Length} of the five fields: minute, hour, day of month, month, day of week. " +
              "A year may follow.";
        return right;
    }

    private DateTime? NextAppointment(DateTime after, TimeZoneInfo zone)
    {
        for (var wall = NextReading(ZoneClock.Read(after, zone)); wall is { } time; wall = NextReading(time))
        {
            // Not so in an hour that has come before, and right after a gap.
            if (ZoneClock.Find(time, zone).First is var moment && moment > after)
            {
                return moment;
            }
        }

        return null;
    }

    private DateTime? NextByTheClock(DateTime after, TimeZoneInfo zone)
    {
        var wall = ZoneClock.Read(after, zone);
        var next = FirstShown(wall, DateTime.MaxValue, after, zone);
        if (ZoneClock.Find(wall, zone) is { Second: { } again } here && again > after &&
            FirstShown(wall - (again - here.First), wall, after, zone) is { } repeated && !(next < repeated))
        {
            // The clock will be put back, and a time that it has shown comes again before the ones that it has not.
            return repeated;
        }

        return next;
    }

    private DateTime? FirstShown(DateTime beyond, DateTime last, DateTime after, TimeZoneInfo zone)
    {
        for (var wall = NextReading(beyond); wall is { } time && time <= last; wall = NextReading(time))
        {
            var shown = ZoneClock.Find(time, zone);
            if (!shown.IsSkipped && shown.First > after)
            {
                return shown.First;
            }

            if (shown.Second > after)
            {
                return shown.Second;
            }
        }

        return null;
    }

    private DateTime? NextReading(DateTime wall)
    {
        var inclusive = false;
        while (true)
        {
            var found = _calendar.GetNextOccurrence(wall, inclusive);
            if (_otherCalendar?.GetNextOccurrence(wall, inclusive) is { } other && (found is null || other < found))
            {
                found = other;
            }

            if (found is not { } time || _years.Contains(time.Year))
            {
                return found;
            }

            if (_years.After(time.Year) is not { } year)
            {
                return null;
            }

            wall = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc);
            inclusive = true;
        }
    }
}
