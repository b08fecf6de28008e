using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class OutboxTests : IAsyncDisposable
{
    private readonly TestDatabase _database = TestDatabase.Create();

    private IOutbox Outbox => _database.Outbox;

    private static DateTimeOffset Start => TestDatabase.Start;

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Rows_are_read_in_the_order_of_storing_once_they_are_due()
    {
        await Outbox.AddAsync(new OutboxDraft("later", Start.AddMilliseconds(501)));
        await Outbox.AddAsync(new OutboxDraft("b", Start.AddMilliseconds(500)));
        await Outbox.AddAsync(new OutboxDraft("c", Start));

        Assert.Equal(["c"], await _database.DueBodiesAsync());
        Assert.Equal(["b", "c"], (await Outbox.ReadDueAsync(Start.AddMilliseconds(500), 10)).Select(row => row.Body));
        Assert.Equal(["later", "b"], (await Outbox.ReadDueAsync(Start.AddSeconds(1), 2)).Select(row => row.Body));
        Assert.Equal(Start, await Outbox.NextDueAsync());
    }

    [Fact]
    public async Task Nothing_is_due_in_an_empty_outbox()
    {
        Assert.Empty(await _database.DueAsync());
        Assert.Null(await Outbox.NextDueAsync());
        Assert.Equal(new OutboxFigures(0, 0, 0, 0), await Outbox.ReadFiguresAsync());
    }

    [Fact]
    public async Task A_row_keeps_its_stanza_id_and_no_other_row_ever_gets_it()
    {
        await Outbox.AddAsync(TestDatabase.Draft("a"));
        var first = Assert.Single(await _database.DueAsync());
        await Outbox.MarkSentAsync("s", [new SentRow(first.Id, 1)]);
        await _database.ReopenAsync();
        await Outbox.RequeueUnconfirmedAsync(null, 10);
        Assert.Equal(first.StanzaId, Assert.Single(await _database.DueAsync()).StanzaId);

        await Outbox.ConfirmAsync(first.StanzaId);
        await _database.ReopenAsync();
        await Outbox.AddAsync(TestDatabase.Draft("b"));
        var second = Assert.Single(await _database.DueAsync());

        Assert.True(second.Id > first.Id);
        await Outbox.ConfirmAsync(first.StanzaId);
        Assert.Equal(["b"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task Databases_do_not_share_stanza_ids()
    {
        await using var other = TestDatabase.Create();
        await Outbox.AddAsync(TestDatabase.Draft("a"));
        await other.Outbox.AddAsync(TestDatabase.Draft("b"));
        var foreign = Assert.Single(await other.DueAsync()).StanzaId;

        Assert.Matches("^ahenk-[0-9a-f]{24}-1$", foreign);
        await Outbox.ConfirmAsync(foreign);

        Assert.Equal(["a"], await _database.DueBodiesAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("ahenk-1")]
    [InlineData("{prefix}")]
    [InlineData("{prefix}0")]
    [InlineData("{prefix}01")]
    [InlineData("{prefix}+1")]
    [InlineData("{prefix} 1")]
    [InlineData("{prefix}1 ")]
    [InlineData("{prefix}-1")]
    [InlineData("{prefix}99999999999999999999")]
    [InlineData("{prefix}2")]
    public async Task A_receipt_for_something_else_removes_nothing(string stanzaId)
    {
        await Outbox.AddAsync(TestDatabase.Draft("a"));
        var own = Assert.Single(await _database.DueAsync()).StanzaId;

        var made = stanzaId.Replace("{prefix}", own[..^1], StringComparison.Ordinal);
        await Outbox.ConfirmAsync(made);
        await Outbox.ReturnAsync(made, Start.AddDays(1));

        Assert.Equal(["a"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task A_sent_row_is_not_pending_and_a_confirmed_one_is_gone()
    {
        await Outbox.AddAsync(TestDatabase.Draft("ab"));
        await Outbox.AddAsync(TestDatabase.Draft("ğ"));
        var rows = await _database.DueAsync();
        Assert.Equal(new OutboxFigures(2, 0, 4, 0), await Outbox.ReadFiguresAsync());

        await Outbox.MarkSentAsync("s", [new SentRow(rows[0].Id, 1), new SentRow(12345, 2)]);

        Assert.Equal(["ğ"], await _database.DueBodiesAsync());
        Assert.Equal(new OutboxFigures(1, 1, 4, 0), await Outbox.ReadFiguresAsync());
        await Outbox.ConfirmAsync(rows[0].StanzaId);
        await Outbox.ConfirmAsync(rows[0].StanzaId);
        Assert.Equal(new OutboxFigures(1, 0, 2, 0), await Outbox.ReadFiguresAsync());
    }

    [Fact]
    public async Task A_receipt_removes_a_row_that_is_pending_again()
    {
        await Outbox.AddAsync(TestDatabase.Draft());
        var row = Assert.Single(await _database.DueAsync());
        await Outbox.MarkSentAsync("s", [new SentRow(row.Id, 1)]);
        await Outbox.RequeueUnconfirmedAsync(null, 10);

        await Outbox.ConfirmAsync(row.StanzaId);

        Assert.Equal(new OutboxFigures(0, 0, 0, 0), await Outbox.ReadFiguresAsync());
    }

    [Fact]
    public async Task A_returned_row_is_pending_again_later()
    {
        await Outbox.AddAsync(TestDatabase.Draft("sent"));
        await Outbox.AddAsync(TestDatabase.Draft("pending"));
        var rows = await _database.DueAsync();
        await Outbox.MarkSentAsync(null, [new SentRow(rows[0].Id, 0)]);

        await Outbox.ReturnAsync(rows[0].StanzaId, Start.AddMinutes(1));
        await Outbox.ReturnAsync(rows[1].StanzaId, Start.AddMinutes(2));

        Assert.Empty(await _database.DueAsync());
        Assert.Equal(Start.AddMinutes(1), await Outbox.NextDueAsync());
        Assert.Equal(new OutboxFigures(2, 0, 11, 0), await Outbox.ReadFiguresAsync());
        _database.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(["sent", "pending"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task A_new_session_makes_everything_unconfirmed_pending_but_what_the_resumed_stream_carries()
    {
        foreach (var body in (string[])["resumed", "other", "none", "pending"])
        {
            await Outbox.AddAsync(TestDatabase.Draft(body));
        }

        var rows = await _database.DueAsync();
        await Outbox.MarkSentAsync("s", [new SentRow(rows[0].Id, 1)]);
        await Outbox.MarkSentAsync("t", [new SentRow(rows[1].Id, 1)]);
        await Outbox.MarkSentAsync(null, [new SentRow(rows[2].Id, 0)]);

        Assert.Equal(2, await Outbox.RequeueUnconfirmedAsync("s", 10));
        Assert.Equal(["other", "none", "pending"], await _database.DueBodiesAsync());
        Assert.Equal(1, await Outbox.RequeueUnconfirmedAsync(null, 10));
        Assert.Equal(["resumed", "other", "none", "pending"], await _database.DueBodiesAsync());
        Assert.Equal(new OutboxFigures(4, 0, 23, 0), await Outbox.ReadFiguresAsync());
    }

    [Fact]
    public async Task What_the_server_acknowledged_is_still_sent_again_on_a_new_stream()
    {
        await _database.Stream.SaveAsync(new StoredStream("s", "pc@lider/1", 0, 0));
        await Outbox.AddAsync(TestDatabase.Draft());
        await Outbox.MarkSentAsync("s", [new SentRow((await _database.DueAsync())[0].Id, 1)]);
        await Outbox.MarkAcknowledgedAsync("s", 1);

        Assert.Equal(1, await Outbox.RequeueUnconfirmedAsync(null, 10));
    }

    [Fact]
    public async Task A_row_that_was_sent_too_often_is_removed_counted_and_logged()
    {
        await Outbox.AddAsync(TestDatabase.Draft("secret body"));
        var row = Assert.Single(await _database.DueAsync());
        await Outbox.MarkSentAsync("a", [new SentRow(row.Id, 1)]);
        await Outbox.MarkSentAsync("a", [new SentRow(row.Id, 4)]);
        Assert.Equal(1, await Outbox.RequeueUnconfirmedAsync(null, 2));
        await Outbox.MarkSentAsync("b", [new SentRow(row.Id, 1)]);

        Assert.Equal(0, await Outbox.RequeueUnconfirmedAsync(null, 2));

        Assert.Equal(new OutboxFigures(0, 0, 0, 1), await Outbox.ReadFiguresAsync());
        var (id, text) = Assert.Single(_database.Log.Lines);
        Assert.Equal(4001, id.Id);
        Assert.Contains(row.StanzaId, text, StringComparison.Ordinal);
        Assert.Contains("TooManyAttempts", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret body", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_resumption_rows_above_what_the_server_has_are_pending_again()
    {
        const long Base = 5_000_000_000;
        await _database.Stream.SaveAsync(new StoredStream("s", "pc@lider/1", 0, 0));
        for (var i = 0; i < 4; i++)
        {
            await Outbox.AddAsync(TestDatabase.Draft($"{i}"));
        }

        var rows = await _database.DueAsync();
        await Outbox.MarkSentAsync("s", [.. rows.Take(3).Select((row, i) => new SentRow(row.Id, Base + i))]);
        await Outbox.MarkSentAsync("t", [new SentRow(rows[3].Id, Base + 9)]);

        await Outbox.MarkAcknowledgedAsync("s", Base);

        Assert.Equal(2, await Outbox.RequeueUnacknowledgedAsync("s"));

        Assert.Equal(["1", "2"], await _database.DueBodiesAsync());
        Assert.Equal(new OutboxFigures(2, 2, 4, 0), await Outbox.ReadFiguresAsync());
    }

    [Fact]
    public async Task What_a_stream_has_acknowledged_is_not_sent_on_it_again_even_if_the_server_forgot()
    {
        await _database.Stream.SaveAsync(new StoredStream("s", "pc@lider/1", 0, 0));
        await Outbox.AddAsync(TestDatabase.Draft("1"));
        await Outbox.AddAsync(TestDatabase.Draft("2"));
        var rows = await _database.DueAsync();
        await Outbox.MarkSentAsync("s", [new SentRow(rows[0].Id, 1), new SentRow(rows[1].Id, 2)]);
        await Outbox.MarkAcknowledgedAsync("s", 1);
        await _database.ReopenAsync();

        Assert.Equal(1, await Outbox.RequeueUnacknowledgedAsync("s"));
        Assert.Equal(["2"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task Figures_are_right_after_a_restart()
    {
        await Outbox.AddAsync(TestDatabase.Draft("1"));
        await Outbox.AddAsync(TestDatabase.Draft("22"));
        await Outbox.MarkSentAsync("s", [new SentRow((await _database.DueAsync())[0].Id, 1)]);

        await _database.ReopenAsync();

        Assert.Equal(new OutboxFigures(1, 1, 3, 0), await Outbox.ReadFiguresAsync());
    }

    [Fact]
    public async Task A_change_before_the_wait_is_not_missed_and_ten_changes_are_one()
    {
        for (var i = 0; i < 10; i++)
        {
            await Outbox.AddAsync(TestDatabase.Draft());
        }

        await Outbox.WaitForChangeAsync(TestContext.Current.CancellationToken);
        var second = Outbox.WaitForChangeAsync(TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);

        var row = (await _database.DueAsync())[0];
        await Outbox.MarkSentAsync("s", [new SentRow(row.Id, 1)]);
        await Outbox.ConfirmAsync(row.StanzaId);
        Assert.False(second.IsCompleted);
        await Outbox.AddAsync(TestDatabase.Draft());
        await second.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Whatever_makes_a_row_pending_wakes_the_pump()
    {
        await _database.Tasks.AcceptAsync(TestDatabase.Task(1), null);
        await WokenBy(async () => await _database.Tasks.FinishAsync(1, "TASK_PROCESSED", TestDatabase.Draft()));
        var row = Assert.Single(await _database.DueAsync());
        await Outbox.MarkSentAsync("s", [new SentRow(row.Id, 1)]);
        await WokenBy(async () => await Outbox.RequeueUnacknowledgedAsync("s"));
        await Outbox.MarkSentAsync("s", [new SentRow(row.Id, 1)]);
        await WokenBy(async () => await Outbox.RequeueUnconfirmedAsync(null, 10));
        await WokenBy(async () => await Outbox.ReturnAsync(row.StanzaId, Start));
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_loses_no_change()
    {
        using var stop = new CancellationTokenSource();
        var wait = Outbox.WaitForChangeAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);

        await WokenBy(async () => await Outbox.AddAsync(TestDatabase.Draft()));
    }

    private async Task WokenBy(Func<Task> change)
    {
        var wait = Outbox.WaitForChangeAsync(TestContext.Current.CancellationToken);
        Assert.False(wait.IsCompleted);
        await change();
        await wait.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
