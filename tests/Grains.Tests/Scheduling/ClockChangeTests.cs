using System.Globalization;
using Ahenk.Grains.Scheduling;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>The promises that docs/scheduling.md makes about changed clocks, worked out by hand.</summary>
[Trait("Category", "Unit")]
public sealed class ClockChangeTests
{
    private const string Berlin = "Europe/Berlin";
    private const string Istanbul = "Europe/Istanbul";

    [Theory]
    [InlineData("30 2 * * *", "2026-03-28T02:30+01:00 2026-03-29T03:00+02:00 2026-03-30T02:30+02:00")]
    [InlineData("0,15,30,45 2 29 3 *", "2026-03-29T03:00+02:00 2027-03-29T02:00+02:00 2027-03-29T02:15+02:00")]
    [InlineData("0 2,3 29 3 *", "2026-03-29T03:00+02:00 2027-03-29T02:00+02:00 2027-03-29T03:00+02:00")]
    [InlineData("30 2 29 3 * 2026", "2026-03-29T03:00+02:00")]
    public void A_fixed_time_that_the_clock_skips_comes_once_when_the_clock_is_put_forward(string text, string expected) =>
        AssertNext(expected, text, Berlin, "2026-03-28T00:00+01:00");

    [Theory]
    [InlineData("*/30 2 * * *", "2026-03-30T02:00+02:00 2026-03-30T02:30+02:00")]
    [InlineData("*/30 * * * *", "2026-03-29T01:30+01:00 2026-03-29T03:00+02:00 2026-03-29T03:30+02:00")]
    [InlineData("30 * * * *", "2026-03-29T01:30+01:00 2026-03-29T03:30+02:00")]
    [InlineData("0 */2 * * *", "2026-03-29T04:00+02:00 2026-03-29T06:00+02:00")]
    public void A_schedule_that_follows_the_clock_does_not_come_in_the_hour_that_it_skips(string text, string expected) =>
        AssertNext(expected, text, Berlin, "2026-03-29T01:00+01:00");

    [Theory]
    [InlineData("30 2 * * *", "2026-10-24T02:30+02:00 2026-10-25T02:30+02:00 2026-10-26T02:30+01:00")]
    [InlineData("0,30 1-3 25 10 *", "2026-10-25T01:00+02:00 2026-10-25T01:30+02:00 2026-10-25T02:00+02:00 2026-10-25T02:30+02:00 2026-10-25T03:00+01:00")]
    public void A_fixed_time_that_the_clock_shows_twice_comes_the_first_time(string text, string expected) =>
        AssertNext(expected, text, Berlin, "2026-10-24T00:00+02:00");

    [Theory]
    [InlineData("30 * * * *", "2026-10-25T01:30+02:00 2026-10-25T02:30+02:00 2026-10-25T02:30+01:00 2026-10-25T03:30+01:00")]
    [InlineData("*/30 2 * * *", "2026-10-25T02:00+02:00 2026-10-25T02:30+02:00 2026-10-25T02:00+01:00 2026-10-25T02:30+01:00 2026-10-26T02:00+01:00")]
    [InlineData("0 */2 * * *", "2026-10-25T02:00+02:00 2026-10-25T02:00+01:00 2026-10-25T04:00+01:00")]
    public void A_schedule_that_follows_the_clock_comes_again_in_the_hour_that_it_shows_twice(string text, string expected) =>
        AssertNext(expected, text, Berlin, "2026-10-25T01:00+02:00");

    [Fact]
    public void Every_minute_stays_every_minute()
    {
        Assert.True(CronSchedule.TryParse("* * * * *", out var schedule, out _));
        foreach (var evening in (string[])["2026-03-28T23:00Z", "2026-10-24T23:00Z"])
        {
            var time = Time(evening);
            for (var i = 0; i < 240; i++)
            {
                var next = schedule.Next(time, TimeZoneInfo.FindSystemTimeZoneById(Berlin));
                Assert.Equal(time.AddMinutes(1), next);
                time = next!.Value;
            }
        }
    }

    [Fact]
    public void A_process_that_starts_in_the_second_of_two_equal_hours_does_not_repeat_the_first() =>
        AssertNext("2026-10-26T02:30+01:00", "30 2 * * *", Berlin, "2026-10-25T02:10+01:00");

    /// <summary>The end of summer was put off from 25 October to 8 November, after an election.</summary>
    [Theory]
    [InlineData("2015-10-24T12:00+03:00", "2015-10-25T03:30+03:00 2015-10-26T03:30+03:00")]
    [InlineData("2015-11-07T12:00+03:00", "2015-11-08T03:30+03:00 2015-11-09T03:30+02:00")]
    public void Turkeys_late_autumn_of_2015(string after, string expected) => AssertNext(expected, "30 3 * * *", Istanbul, after);

    /// <summary>In 2016 summer time became the standard time: the clocks were put forward in March and never back.</summary>
    [Theory]
    [InlineData("2016-03-26T12:00+02:00", "2016-03-27T04:00+03:00 2016-03-28T03:30+03:00")]
    [InlineData("2016-10-29T12:00+03:00", "2016-10-30T03:30+03:00 2016-10-31T03:30+03:00")]
    [InlineData("2026-10-24T12:00+03:00", "2026-10-25T03:30+03:00 2026-10-26T03:30+03:00")]
    public void Turkeys_summer_of_2016_that_did_not_end(string after, string expected) => AssertNext(expected, "30 3 * * *", Istanbul, after);

    /// <summary>A new standard time is no daylight saving, and yet an hour came twice.</summary>
    [Fact]
    public void Russias_new_standard_time_of_2014() =>
        AssertNext("2014-10-26T01:30+04:00 2014-10-27T01:30+03:00", "30 1 * * *", "Europe/Moscow", "2014-10-25T12:00+04:00");

    /// <summary>30 December 2011 did not happen; what was fixed for that day came with the first minute of the next.</summary>
    [Theory]
    [InlineData("0 12 * * *", "2011-12-29T12:00-10:00 2011-12-31T00:00+14:00 2011-12-31T12:00+14:00")]
    [InlineData("0 */12 * * *", "2011-12-29T12:00-10:00 2011-12-31T00:00+14:00 2011-12-31T12:00+14:00")]
    [InlineData("0 */12 30 12 * 2010-2012", "2012-12-30T00:00+14:00 2012-12-30T12:00+14:00")]
    public void Samoas_missing_day(string text, string expected) => AssertNext(expected, text, "Pacific/Apia", "2011-12-29T00:00-10:00");

    private static void AssertNext(string expected, string text, string zone, string after)
    {
        Assert.True(CronSchedule.TryParse(text, out var schedule, out var problem), problem);
        DateTimeOffset? time = Time(after);
        foreach (var moment in expected.Split(' ').Select(Time))
        {
            time = schedule.Next(time.Value, TimeZoneInfo.FindSystemTimeZoneById(zone));
            Assert.Equal(moment, time);
            Assert.Equal(moment.Offset, time!.Value.Offset);
        }
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
