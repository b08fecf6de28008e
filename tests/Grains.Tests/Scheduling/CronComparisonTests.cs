using Ahenk.Grains.Scheduling;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>The next times of schedules, against implementations that share nothing with ours.</summary>
[Trait("Category", "Unit")]
public sealed class CronComparisonTests
{
    private const int Times = 20;
    private const int Seed = 20260305;

    /// <summary>Where something happened to the clocks: half an hour, a whole day, a new standard time, an end of summer that was put off.</summary>
    private static readonly (string Zone, DateTimeOffset From, DateTimeOffset To)[] Periods =
    [
        ("UTC", Day(2024, 1, 1), Day(2030, 1, 1)),
        ("Europe/Berlin", Day(2026, 3, 27), Day(2026, 3, 30)),
        ("Europe/Berlin", Day(2026, 10, 23), Day(2026, 10, 26)),
        ("Europe/Istanbul", Day(2015, 3, 27), Day(2015, 3, 30)),
        ("Europe/Istanbul", Day(2015, 10, 24), Day(2015, 11, 9)),
        ("Europe/Istanbul", Day(2016, 3, 25), Day(2016, 11, 1)),
        ("Europe/Moscow", Day(2014, 10, 24), Day(2014, 10, 27)),
        ("Australia/Lord_Howe", Day(2026, 4, 3), Day(2026, 4, 5)),
        ("Australia/Lord_Howe", Day(2026, 10, 2), Day(2026, 10, 4)),
        ("Pacific/Apia", Day(2011, 12, 28), Day(2012, 1, 1)),
        ("Africa/Casablanca", Day(2026, 2, 13), Day(2026, 2, 16)),
    ];

    public static TheoryData<int> RowNumbers => [.. Enumerable.Range(0, CronTable.Rows.Count)];

    [Fact]
    public async Task Croniter_finds_the_same_times()
    {
        var rows = CronTable.Rows.Where(static row => row.NotForCroniter is null).ToList();
        Assert.True(rows.Count >= 50, $"Only {rows.Count} rows are left for croniter.");

        var expected = await Croniter.NextAsync([.. rows.Select(static row => (row.Expression, row.After))], Times, TestContext.Current.CancellationToken);

        Assert.All(rows.Zip(expected), static pair => Assert.Equal(pair.Second, Next(pair.First)));
    }

    [Theory]
    [MemberData(nameof(RowNumbers))]
    public void Somebody_who_watches_the_clock_finds_the_same_times(int number)
    {
        var row = CronTable.Rows[number];
        Assert.True(CronSchedule.TryParse(row.Expression, out var schedule, out var problem), problem);
        var end = new DateTimeOffset(2105, 1, 1, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal(new MinuteWalker(schedule.Text).Due(row.After, end, Zone(row)).Take(Times), Next(row));
    }

    [Fact]
    public void Random_schedules_have_the_same_times_for_somebody_who_watches_the_clock()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 1500; i++)
        {
            var (zoneName, from, to) = Periods[i % Periods.Length];
            var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneName);
            var after = from + ((to - from) * random.NextDouble());
            var until = after.AddDays(60);
            var text = RandomCron.Expression(random, after.Year);
            if (!CronSchedule.TryParse(text, out var schedule, out var problem))
            {
                Assert.EndsWith("never comes: there is no such day.", problem, StringComparison.Ordinal);
                Assert.Empty(new MinuteWalker(text).Due(after, until, zone).Take(1));
                continue;
            }

            var due = new List<DateTimeOffset>();
            for (var next = schedule.Next(after, zone); next <= until && due.Count < 150; next = schedule.Next(next.Value, zone))
            {
                due.Add(next.Value);
            }

            var expected = new MinuteWalker(text).Due(after, until, zone).Take(150).ToList();
            Assert.True(expected.SequenceEqual(due), $"'{text}' in {zoneName} after {after:O}: expected {Show(expected)}, but found {Show(due)}.");
            Assert.All(due, moment => Assert.Equal(zone.GetUtcOffset(moment), moment.Offset));
        }
    }

    [Fact]
    public void From_any_second_of_a_changed_hour_the_next_time_is_the_first_that_follows()
    {
        var random = new Random(Seed);
        foreach (var (zoneName, from, to) in Periods[1..])
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneName);
            foreach (var text in (string[])["30 2 * * *", "*/20 * * * *", "0,45 1-3 * * *", "15 */3 * * *"])
            {
                Assert.True(CronSchedule.TryParse(text, out var schedule, out _));
                var due = new MinuteWalker(text).Due(from, to.AddDays(2), zone).ToList();
                for (var i = 0; i < 100; i++)
                {
                    var after = from + ((to - from) * random.NextDouble());

                    Assert.Equal(due.First(moment => moment > after), schedule.Next(after, zone));
                }
            }
        }
    }

    private static List<DateTimeOffset> Next(CronRow row)
    {
        Assert.True(CronSchedule.TryParse(row.Expression, out var schedule, out var problem), problem);
        var found = new List<DateTimeOffset>();
        for (var next = schedule.Next(row.After, Zone(row)); next is not null && found.Count < Times; next = schedule.Next(next.Value, Zone(row)))
        {
            found.Add(next.Value);
        }

        return found;
    }

    private static TimeZoneInfo Zone(CronRow row) => TimeZoneInfo.FindSystemTimeZoneById(row.Zone);

    private static string Show(IEnumerable<DateTimeOffset> moments) => string.Join(", ", moments.Take(10).Select(static moment => $"{moment:u}"));

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
