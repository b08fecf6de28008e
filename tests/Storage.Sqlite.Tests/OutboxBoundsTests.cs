using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Tables;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class OutboxBoundsTests
{
    [Fact]
    public async Task Rows_that_are_not_final_go_first_then_the_oldest()
    {
        await using var database = TestDatabase.Create(maxRows: 3);
        await Add(database, "final 1", "part 1", "final 2", "final 3", "part 2", "final 4", "final 5");

        Assert.Equal(["final 3", "final 4", "final 5"], await database.DueBodiesAsync());
        Assert.Equal(new OutboxFigures(3, 0, 21, 4), await database.Outbox.ReadFiguresAsync());
        Assert.Equal([2, 5, 1, 3], database.Log.Lines.Select(line => DroppedRow(line.Text)));
    }

    [Fact]
    public async Task A_part_does_not_drive_out_a_final_answer()
    {
        await using var database = TestDatabase.Create(maxRows: 2);
        await Add(database, "final 1", "final 2", "part 1");

        Assert.Equal(["final 1", "final 2"], await database.DueBodiesAsync());
    }

    [Fact]
    public async Task Bytes_are_bounded_too()
    {
        await using var database = TestDatabase.Create(maxBytes: 64 << 10);
        await Add(database, [.. Enumerable.Range(0, 5).Select(i => i + new string('ş', 10_000))]);

        Assert.Equal(["2", "3", "4"], (await database.DueBodiesAsync()).Select(body => body[..1]));
        Assert.Equal(new OutboxFigures(3, 0, 60_003, 2), await database.Outbox.ReadFiguresAsync());
    }

    [Fact]
    public async Task A_body_that_alone_is_too_large_is_refused_and_drops_nothing()
    {
        await using var database = TestDatabase.Create(maxBytes: 64 << 10);
        await Add(database, "kept");
        await database.Tasks.AcceptAsync(TestDatabase.Task(1), null);

        var huge = TestDatabase.Draft(new string('x', (64 << 10) + 1));
        await Assert.ThrowsAsync<ArgumentException>(async () => await database.Outbox.AddAsync(huge));
        await Assert.ThrowsAsync<ArgumentException>(async () => await database.Tasks.FinishAsync(1, "TASK_PROCESSED", huge));

        Assert.Equal(["kept"], await database.DueBodiesAsync());
        Assert.Equal(TaskState.Waiting, (await database.Tasks.FindAsync(1))!.State);
    }

    [Fact]
    public async Task Drops_are_counted_across_restarts_and_among_sent_rows()
    {
        await using var database = TestDatabase.Create(maxRows: 2);
        await Add(database, "1", "2");
        await database.Outbox.MarkSentAsync("s", [new SentRow((await database.DueAsync())[0].Id, 1)]);
        await Add(database, "3");
        await database.ReopenAsync();

        Assert.Equal(new OutboxFigures(2, 0, 2, 1), await database.Outbox.ReadFiguresAsync());
        await Add(database, "4");
        Assert.Equal(new OutboxFigures(2, 0, 2, 2), await database.Outbox.ReadFiguresAsync());
    }

    [Fact]
    public async Task A_drop_names_row_and_stanza_but_never_the_body()
    {
        await using var database = TestDatabase.Create(maxRows: 1);
        await Add(database, "a secret");
        var stanzaId = Assert.Single(await database.DueAsync()).StanzaId;
        await Add(database, "b");

        var (id, text) = Assert.Single(database.Log.Lines);
        Assert.Equal(4001, id.Id);
        Assert.Equal($"[OUTBOX] Row 1 (stanza {stanzaId}, final: True) was dropped: {DropReason.Full}", text);
    }

    private static long DroppedRow(string line) => long.Parse(line.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task Add(TestDatabase database, params string[] bodies)
    {
        foreach (var body in bodies)
        {
            await database.Outbox.AddAsync(TestDatabase.Draft(body, isFinal: !body.StartsWith("part", StringComparison.Ordinal)));
        }
    }
}
