using System.Globalization;
using Ahenk.Grains.Scheduling;

namespace Ahenk.Grains.Tests.Scheduling;

[Trait("Category", "Unit")]
public sealed class CronScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 8, 40, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("  0\t 9   *  * MON-Fri ", "0 9 * * mon-fri")]
    [InlineData(" @Daily ", "0 0 * * *")]
    [InlineData("0 0 1 1 * 2027", "0 0 1 1 * 2027")]
    [InlineData("0 0 * * *\n", "0 0 * * *")]
    public void The_text_is_tidied(string text, string expected)
    {
        Assert.Equal(expected, Parse(text).ToString());
        Assert.Equal(Parse(expected), Parse(text));
        Assert.Equal(Parse(expected).GetHashCode(), Parse(text).GetHashCode());
    }

    [Fact]
    public void Schedules_of_different_texts_are_not_equal() => Assert.NotEqual(Parse("0 0 * * 0"), Parse("0 0 * * 7"));

    [Theory]
    [InlineData("60 * * * *", "The minute '60' is not understood: allowed are *, 0 to 59,")]
    [InlineData("* 24 * * *", "The hour '24' is not understood: allowed are *, 0 to 23,")]
    [InlineData("* * 0 * *", "The day of month '0' is not understood: allowed are *, 1 to 31,")]
    [InlineData("* * 32 * *", "The day of month '32' is")]
    [InlineData("* * * 13 *", "The month '13' is not understood: allowed are *, 1 to 12, or jan to dec,")]
    [InlineData("* * * * 8", "The day of week '8' is not understood: allowed are *, 0 to 7 (0 and 7 are Sunday), or sun to sat,")]
    [InlineData("* * * january *", "The month 'january' is")]
    [InlineData("* * * mon *", "The month 'mon' is")]
    [InlineData("* * * * jan", "The day of week 'jan' is")]
    [InlineData("0 0 * * ſat", "The day of week '?at' is")]
    [InlineData("jan * * * *", "The minute 'jan' is")]
    [InlineData("*/0 * * * *", "The minute '*/0' is")]
    [InlineData("*/60 * * * *", "The minute '*/60' is")]
    [InlineData("1-5/0 * * * *", "The minute '1-5/0' is")]
    [InlineData("/5 * * * *", "The minute '/5' is")]
    [InlineData("*/ * * * *", "The minute '*/' is")]
    [InlineData("1- * * * *", "The minute '1-' is")]
    [InlineData("-1 * * * *", "The minute '-1' is")]
    [InlineData("1,,2 * * * *", "The minute '1,,2' is")]
    [InlineData("1, * * * *", "The minute '1,' is")]
    [InlineData(",1 * * * *", "The minute ',1' is")]
    [InlineData("1-2-3 * * * *", "The minute '1-2-3' is")]
    [InlineData("** * * * *", "The minute '**' is")]
    [InlineData("*-5 * * * *", "The minute '*-5' is")]
    [InlineData("5* * * * *", "The minute '5*' is")]
    [InlineData("+5 * * * *", "The minute '+5' is")]
    [InlineData("0x1 * * * *", "The minute '0x1' is")]
    [InlineData("005 * * * *", "The minute '005' is")]
    [InlineData("99999999999999999999 * * * *", "The minute '99999999999999999999' is")]
    [InlineData("٣ * * * *", "The minute '?' is")]
    [InlineData("0 0 ? * 1", "The day of month '?' is")]
    [InlineData("0 0 L * *", "The day of month 'L' is")]
    [InlineData("0 0 LW * *", "The day of month 'LW' is")]
    [InlineData("0 0 L-3 * *", "The day of month 'L-3' is")]
    [InlineData("0 0 15W * *", "The day of month '15W' is")]
    [InlineData("0 0 * * 5L", "The day of week '5L' is")]
    [InlineData("0 0 * * friL", "The day of week 'friL' is")]
    [InlineData("0 0 * * 5#2", "The day of week '5#2' is")]
    [InlineData("0 0 * * fri#2", "The day of week 'fri#2' is")]
    [InlineData("0 0 1 1 * 27", "The year '27' is not understood: allowed are *, 1970 to 2099,")]
    [InlineData("0 0 1 1 * 1969", "The year '1969' is")]
    [InlineData("0 0 1 1 * 2100", "The year '2100' is")]
    [InlineData("0 0 1 1 * 2030-2028", "The year '2030-2028' is")]
    [InlineData("0 0 1 1 * */2", "The year '*/2' is")]
    [InlineData("0 0 1 1 * 2027,", "The year '2027,' is")]
    [InlineData("0 0 1 1 * x", "The year 'x' is")]
    public void A_wrong_field_is_named_with_what_is_allowed_in_it(string text, string expected) => Assert.StartsWith(expected, Problem(text), StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "has 0 of the five fields: minute, hour, day of month, month, day of week.")]
    [InlineData("", "has 0 of the five fields")]
    [InlineData(" \t\n", "has 0 of the five fields")]
    [InlineData("* * * *", "'* * * *' has 4 of the five fields")]
    [InlineData("0 0 0 1 1 ? 2027", "has 7 of the five fields")]
    [InlineData("@reboot", "'@reboot' is not known: allowed are @hourly,")]
    [InlineData("@every_second", "'@every_second' is not known")]
    [InlineData("@daily x", "'@daily x' is not known")]
    [InlineData("@", "'@' is not known")]
    [InlineData("@Every_Second", "'@Every_Second' is not known")]
    public void A_wrong_form_is_explained(string? text, string expected) => Assert.Contains(expected, Problem(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("0 0 31 2 *")]
    [InlineData("0 0 30 feb *")]
    [InlineData("0 0 31 2,4,6,9,11 *")]
    [InlineData("0 0 31 2 */2")]
    [InlineData("0 0 29 2 * 2027")]
    [InlineData("0 0 29 2 * 2025-2027,2029")]
    public void A_schedule_that_never_comes_is_refused(string text) =>
        Assert.Equal($"The schedule '{text}' never comes: there is no such day.", Problem(text));

    [Theory]
    [InlineData("0 0 * * * 2025")]
    [InlineData("40 8 5 3 * 2026")]
    [InlineData("0 0 29 2 * 1970-2027")]
    public void A_schedule_that_has_passed_is_refused_when_new_and_understood_when_stored(string text)
    {
        Assert.False(CronSchedule.TryParse(text, Now, TimeZoneInfo.Utc, out var schedule, out var problem));
        Assert.Null(schedule);
        Assert.Equal($"The schedule '{text}' does not come any more: its last year or day has passed.", problem);

        Assert.Null(Parse(text).Next(Now, TimeZoneInfo.Utc));
    }

    [Fact]
    public void The_last_minute_of_a_year_counts_by_the_zones_clock()
    {
        var istanbul = TimeZoneInfo.FindSystemTimeZoneById("Europe/Istanbul");
        var newYearInIstanbul = new DateTimeOffset(2026, 12, 31, 21, 0, 0, TimeSpan.Zero);

        Assert.True(CronSchedule.TryParse("* * * * * 2026", newYearInIstanbul, TimeZoneInfo.Utc, out _, out _));
        Assert.False(CronSchedule.TryParse("* * * * * 2026", newYearInIstanbul, istanbul, out _, out _));
        Assert.Equal(newYearInIstanbul, Parse("* * * * * 2027").Next(newYearInIstanbul.AddHours(-5), istanbul));
    }

    [Fact]
    public void A_hostile_text_is_neither_quoted_at_length_nor_as_it_is()
    {
        var long1000 = new string('9', 990) + " * * * *";

        Assert.InRange(Problem(long1000).Length, 1, 300);
        Assert.Equal("The schedule is longer than 1000 characters.", Problem(new string('*', 1 << 20)));
        Assert.DoesNotContain(Problem("\u001b[31m\u202e\n * * * * *"), static character => character is < ' ' or > '~');
    }

    [Fact]
    public void A_list_of_every_minute_is_read()
    {
        var everyMinute = string.Join(',', Enumerable.Range(0, 60));

        Assert.Equal(Now.AddMinutes(1), Parse($"{everyMinute} * * * *").Next(Now, TimeZoneInfo.Utc));
    }

    [Theory]
    [InlineData("2026-03-05T08:39:59.9999999Z", "2026-03-05T08:40:00Z")]
    [InlineData("2026-03-05T08:40:00Z", "2026-03-06T08:40:00Z")]
    [InlineData("2026-03-05T08:40:00.0000001Z", "2026-03-06T08:40:00Z")]
    [InlineData("2026-03-05T10:39:00+02:00", "2026-03-05T08:40:00Z")]
    public void The_next_time_is_after_the_moment_given_and_never_at_it(string after, string expected) =>
        Assert.Equal(Time(expected), Parse("40 8 * * *").Next(Time(after), TimeZoneInfo.Utc));

    private static CronSchedule Parse(string text)
    {
        Assert.True(CronSchedule.TryParse(text, out var schedule, out var problem), problem);
        return schedule;
    }

    private static string Problem(string? text)
    {
        Assert.False(CronSchedule.TryParse(text, out var schedule, out var problem));
        Assert.Null(schedule);
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
        return problem;
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
