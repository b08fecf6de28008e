using System.Globalization;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tests;

/// <summary>What Orleans expects of a table of reminders.</summary>
[Trait("Category", "Integration")]
public sealed class ReminderTableTests : IAsyncLifetime
{
    private const int Seed = 20260305;

    private readonly TestDatabase _database = TestDatabase.Create();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IReminderTable Table => _database.Db.Reminders;

    private long Rows => _database.Number("SELECT count(*) FROM reminder");

    public async ValueTask InitializeAsync() => await Table.StartAsync(Token);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_reminder_is_read_as_it_was_written()
    {
        var entry = Entry("ğ/ü ı", "çalış");
        entry.StartAt = entry.StartAt.AddTicks(1234567);
        entry.Period = TimeSpan.FromDays(400) + TimeSpan.FromTicks(1);

        var etag = await Table.UpsertRow(entry, Token);

        AssertSame(entry, etag, await Table.ReadRow(entry.GrainId, entry.ReminderName, Token));
        AssertSame(entry, etag, Assert.Single((await Table.ReadRows(entry.GrainId, Token)).Reminders));
        AssertSame(entry, etag, Assert.Single((await Table.ReadRows(0, 0, Token)).Reminders));
    }

    [Fact]
    public async Task A_reminder_that_is_not_there_is_null()
    {
        await Table.UpsertRow(Entry("a", "run"), Token);

        Assert.Null(await Table.ReadRow(Grain("a"), "Run", Token));
        Assert.Null(await Table.ReadRow(Grain("A"), "run", Token));
        Assert.Empty((await Table.ReadRows(Grain("b"), Token)).Reminders);
    }

    [Fact]
    public async Task A_grain_has_reminders_of_several_names_and_gets_its_own_only()
    {
        await Table.UpsertRow(Entry("a", "run"), Token);
        await Table.UpsertRow(Entry("a", "retry"), Token);
        await Table.UpsertRow(Entry("b", "run"), Token);

        Assert.Equal(["retry", "run"], (await Table.ReadRows(Grain("a"), Token)).Reminders.Select(static row => row.ReminderName).Order());
    }

    [Fact]
    public async Task Setting_a_reminder_again_replaces_it_under_a_new_etag()
    {
        var entry = Entry("a", "run");
        var first = await Table.UpsertRow(entry, Token);
        entry.StartAt = entry.StartAt.AddHours(1);
        entry.Period = TimeSpan.FromMinutes(7);

        var second = await Table.UpsertRow(entry, Token);

        Assert.NotEqual(first, second);
        AssertSame(entry, second, await Table.ReadRow(entry.GrainId, entry.ReminderName, Token));
        Assert.Equal(1, Rows);
    }

    [Fact]
    public async Task A_reminder_is_removed_under_its_etag_only()
    {
        var entry = Entry("a", "run");
        var stale = await Table.UpsertRow(entry, Token);
        var current = await Table.UpsertRow(entry, Token);

        Assert.False(await Table.RemoveRow(entry.GrainId, entry.ReminderName, stale!, Token));
        Assert.False(await Table.RemoveRow(entry.GrainId, "Run", current!, Token));
        Assert.False(await Table.RemoveRow(Grain("b"), entry.ReminderName, current!, Token));
        Assert.False(await Table.RemoveRow(entry.GrainId, entry.ReminderName, "W/\"x\"", Token));
        Assert.Equal(1, Rows);

        Assert.True(await Table.RemoveRow(entry.GrainId, entry.ReminderName, current!, Token));
        Assert.False(await Table.RemoveRow(entry.GrainId, entry.ReminderName, current!, Token));
        Assert.Equal(0, Rows);
    }

    [Fact]
    public async Task The_etag_of_a_reminder_that_is_gone_does_not_fit_its_successor()
    {
        var entry = Entry("a", "run");
        var gone = await Table.UpsertRow(entry, Token);
        await Table.RemoveRow(entry.GrainId, entry.ReminderName, gone!, Token);
        await Table.UpsertRow(entry, Token);

        Assert.False(await Table.RemoveRow(entry.GrainId, entry.ReminderName, gone!, Token));
        Assert.Equal(1, Rows);
    }

    [Fact]
    public async Task Any_range_of_the_ring_is_what_a_filter_finds()
    {
        var random = new Random(Seed);
        var entries = Enumerable.Range(0, 2000).Select(static i => Entry(i.ToString(CultureInfo.InvariantCulture), $"r{i % 3}")).ToList();
        await Task.WhenAll(entries.Select(entry => Table.UpsertRow(entry, Token)));
        var hashes = entries.Select(static entry => entry.GrainId.GetUniformHashCode()).ToArray();

        uint Point() => random.Next(5) switch
        {
            0 => hashes[random.Next(hashes.Length)],
            1 => hashes[random.Next(hashes.Length)] - 1,
            _ => (uint)random.NextInt64(1L << 32),
        };

        var whole = Point();
        List<(uint Begin, uint End)> ranges =
        [
            (0, 0), (whole, whole), (uint.MaxValue, uint.MaxValue), (0, uint.MaxValue), (uint.MaxValue, 0),
            (int.MaxValue, 0x80000000), (0x80000000, int.MaxValue),
            .. Enumerable.Range(0, 300).Select(_ => (Point(), Point())),
        ];
        Assert.InRange(ranges.Count(static range => range.Begin >= range.End), 100, 200);
        foreach (var (begin, end) in ranges)
        {
            var expected = entries.Where(
                entry => entry.GrainId.GetUniformHashCode() is var hash && (begin < end ? hash > begin && hash <= end : hash > begin || hash <= end));

            Assert.Equal(
                expected.Select(static entry => entry.ToString()).Order(StringComparer.Ordinal),
                (await Table.ReadRows(begin, end, Token)).Reminders.Select(static entry => entry.ToString()).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Clearing_leaves_nothing()
    {
        await Table.UpsertRow(Entry("a", "run"), Token);
        await Table.UpsertRow(Entry("b", "run"), Token);

        await Table.TestOnlyClearTable(Token);

        Assert.Empty((await Table.ReadRows(0, 0, Token)).Reminders);
    }

    [Fact]
    public async Task Reminders_are_there_after_a_restart()
    {
        var entry = Entry("a", "run");
        var etag = await Table.UpsertRow(entry, Token);

        await _database.ReopenAsync();

        AssertSame(entry, etag, await Table.ReadRow(entry.GrainId, entry.ReminderName, Token));
        Assert.True(await Table.RemoveRow(entry.GrainId, entry.ReminderName, etag!, Token));
    }

    [Fact]
    public async Task Setting_and_removing_are_synced_and_share_their_syncs_with_what_else_is_waiting()
    {
        const int Count = 500;
        var before = _database.Db.Journal.SyncedCommits;
        var etag = await Table.UpsertRow(Entry("a", "run"), Token);
        await Table.RemoveRow(Grain("a"), "run", etag!, Token);
        Assert.Equal(before + 2, _database.Db.Journal.SyncedCommits);

        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => Task.WhenAll(
            Table.UpsertRow(Entry(i.ToString(CultureInfo.InvariantCulture), "run"), Token), _database.Tasks.AcceptAsync(TestDatabase.Task(i), null).AsTask())));

        Assert.Equal(Count, Rows);
        Assert.InRange(_database.Db.Journal.SyncedCommits - before, 3, Count);
    }

    [Fact]
    public async Task A_closed_database_says_so()
    {
        await _database.Db.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Table.UpsertRow(Entry("a", "run"), Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Table.ReadRows(0, 0, Token));
    }

    [Fact]
    public async Task A_write_that_cannot_be_stored_fails_alone()
    {
        var nameless = Entry("a", null!);

        var writes = new[] { Table.UpsertRow(Entry("b", "run"), Token), Table.UpsertRow(nameless, Token), Table.UpsertRow(Entry("c", "run"), Token) };

        await Assert.ThrowsAsync<StorageException>(() => writes[1]);
        Assert.NotNull(await writes[0]);
        Assert.NotNull(await writes[2]);
        Assert.Equal(2, Rows);
    }

    private static GrainId Grain(string key) => GrainId.Create("task", key);

    private static ReminderEntry Entry(string key, string name) => new()
    {
        GrainId = Grain(key),
        ReminderName = name,
        StartAt = TestDatabase.Start.UtcDateTime,
        Period = TimeSpan.FromHours(1),
    };

    private static void AssertSame(ReminderEntry expected, string? etag, ReminderEntry? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(
            (expected.GrainId, expected.ReminderName, expected.StartAt, expected.Period, etag),
            (actual.GrainId, actual.ReminderName, actual.StartAt, actual.Period, actual.ETag));
        Assert.Equal(DateTimeKind.Utc, actual.StartAt.Kind);
    }
}
