using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Journal;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class GroupCommitTests : IAsyncDisposable
{
    private readonly TestDatabase _database = TestDatabase.Create();

    private JournalWriter Journal => _database.Db.Journal;

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_burst_shares_its_commits_and_keeps_its_order()
    {
        const int Burst = 2000;

        var before = Journal.Commits;
        Task<AcceptOutcome[]> all;

        // Whoever holds the gate holds up the journal, so that the burst is all there when it begins.
        await using (await _database.Db.GrainDataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            all = Task.WhenAll(Enumerable.Range(0, Burst).Select(i => _database.Tasks.AcceptAsync(TestDatabase.Task(Burst - i), null).AsTask()));
            Assert.Equal(before, Journal.Commits);
        }

        Assert.All(await all, outcome => Assert.Equal(AcceptOutcome.Accepted, outcome));
        Assert.InRange(Journal.Commits - before, 1, 5);
        Assert.Equal(Enumerable.Range(0, Burst).Select(i => (long)(Burst - i)), await _database.Tasks.ListUnfinishedAsync());
    }

    [Fact]
    public async Task More_writes_than_the_queue_holds_wait_and_keep_their_order()
    {
        const int Burst = 10_000;
        Task<AcceptOutcome[]> all;
        await using (await _database.Db.GrainDataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            all = Task.WhenAll(Enumerable.Range(1, Burst).Select(i => _database.Tasks.AcceptAsync(TestDatabase.Task(i), null).AsTask()).ToList());
        }

        await all;
        Assert.Equal(Enumerable.Range(1, Burst).Select(i => (long)i), await _database.Tasks.ListUnfinishedAsync());
    }

    [Fact]
    public async Task A_lone_write_is_one_commit()
    {
        var before = Journal.Commits;

        await _database.Tasks.AcceptAsync(TestDatabase.Task(1), null);

        Assert.Equal(1, Journal.Commits - before);
    }

    [Fact]
    public async Task Only_what_must_survive_a_power_cut_is_synced()
    {
        await _database.Tasks.AcceptAsync(TestDatabase.Task(1), null);
        await _database.Tasks.StartAsync(1);
        await _database.Tasks.FinishAsync(1, "TASK_PROCESSED", TestDatabase.Draft());
        await _database.Outbox.AddAsync(TestDatabase.Draft());
        Assert.Equal((4, 4), (Journal.Commits, Journal.SyncedCommits));

        var row = (await _database.DueAsync())[0];
        await _database.Stream.SaveAsync(new StoredStream("s", "pc@lider/1", 0, 0));
        await _database.Outbox.MarkSentAsync("s", [new SentRow(row.Id, 1)]);
        await _database.Outbox.MarkAcknowledgedAsync("s", 1);
        await _database.Outbox.ConfirmAsync(row.StanzaId);
        await _database.Outbox.RequeueUnconfirmedAsync(null, 10);
        await _database.Tasks.ForgetAsync(TestDatabase.Start);
        await _database.Stream.ClearAsync();
        Assert.Equal(1, await Synchronous());
        Assert.Equal((12, 4), (Journal.Commits, Journal.SyncedCommits));

        await _database.Tasks.AcceptAsync(TestDatabase.Task(2), null);
        Assert.Equal(5, Journal.SyncedCommits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_that_fails_takes_nobody_with_it(bool inSql)
    {
        var before = Journal.Commits;
        Task<bool> culprit;
        Task all;
        await using (await _database.Db.GrainDataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            var first = _database.Tasks.AcceptAsync(TestDatabase.Task(1), null).AsTask();
            var add = _database.Outbox.AddAsync(TestDatabase.Draft("kept")).AsTask();
            culprit = Journal.WriteAsync(Durability.PowerCut, inSql, static (transaction, sql) =>
            {
                transaction.Outbox.Add(TestDatabase.Draft("half done"));
                transaction.Tasks.Insert(TestDatabase.Task(3));
                return sql ? transaction.Tasks.Insert(TestDatabase.Task(4) with { Plugin = null! }) : throw new InvalidOperationException("a bug");
            });
            var last = _database.Tasks.AcceptAsync(TestDatabase.Task(2), null).AsTask();
            all = Task.WhenAll(first, add, last);
        }

        var error = await Assert.ThrowsAnyAsync<Exception>(() => culprit);
        await all;

        Assert.IsType(inSql ? typeof(StorageException) : typeof(InvalidOperationException), error);
        Assert.Equal([1, 2], await _database.Tasks.ListUnfinishedAsync());
        Assert.Equal(["kept"], await _database.DueBodiesAsync());
        Assert.Equal(new OutboxFigures(1, 0, 4, 0), await _database.Outbox.ReadFiguresAsync());
        Assert.Equal(3, Journal.Commits - before);
        await _database.ReopenAsync();
        Assert.Equal(new OutboxFigures(1, 0, 4, 0), await _database.Outbox.ReadFiguresAsync());
    }

    [Fact]
    public async Task A_drop_in_a_transaction_that_failed_is_neither_counted_nor_logged()
    {
        await using var database = TestDatabase.Create(maxRows: 1);
        await database.Outbox.AddAsync(TestDatabase.Draft("kept"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => database.Db.Journal.WriteAsync<int, bool>(
            Durability.PowerCut,
            0,
            static (transaction, _) =>
            {
                transaction.Outbox.Add(TestDatabase.Draft("half done"));
                throw new InvalidOperationException("a bug");
            }));

        Assert.Equal(["kept"], await database.DueBodiesAsync());
        Assert.Equal(new OutboxFigures(1, 0, 4, 0), await database.Outbox.ReadFiguresAsync());
        Assert.DoesNotContain(database.Log.Lines, line => line.Id == 4001);
    }

    /// <summary>What the writing connection is set to: 1 NORMAL, 2 FULL.</summary>
    private Task<long> Synchronous() => Journal.WriteAsync(Durability.ProcessEnd, 0, static (transaction, _) =>
    {
        using var command = new SqliteCommand("PRAGMA synchronous", transaction.Connection);
        return (long)command.ExecuteScalar()!;
    });
}
