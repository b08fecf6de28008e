using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Journal;
using Ahenk.TestSupport;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class DiskFullTests
{
    [Fact]
    public async Task A_full_disk_fails_clearly_leaves_nothing_half_done_and_is_overcome()
    {
        await using var disk = await SmallDisk.CreateAsync();
        Assert.SkipWhen(disk is null, "A file system that fills up can only be mounted by root.");
        await using var database = TestDatabase.In(disk.Directory);
        var ballast = Path.Combine(disk.Directory, "ballast");
        await FailAndRecoverAsync(
            database,
            fill: () =>
            {
                SmallDisk.FillUp(ballast);
                return Task.CompletedTask;
            },
            free: () =>
            {
                File.Delete(ballast);
                return Task.CompletedTask;
            });
    }

    [Fact]
    public async Task A_database_that_may_not_grow_fails_clearly_and_is_overcome()
    {
        await using var database = TestDatabase.Create();
        await FailAndRecoverAsync(database, fill: () => LimitAsync(database, 1), free: () => LimitAsync(database, 1 << 20));
    }

    private static async Task FailAndRecoverAsync(TestDatabase database, Func<Task> fill, Func<Task> free)
    {
        await database.Tasks.AcceptAsync(TestDatabase.Task(1, "kept"), null);
        await database.Tasks.AcceptAsync(TestDatabase.Task(2), null);
        var document = new DocumentKey(DocumentKinds.Session, "ayse");
        await database.Documents.SaveAsync([new Document(document, "kept")], []);
        await fill();

        var big = new string('x', 200_000);
        var results = await Task.WhenAll(Enumerable.Range(10, 5).Select(async id =>
            await Record.ExceptionAsync(async () => await database.Tasks.AcceptAsync(TestDatabase.Task(id, big), null))));
        var finish = await Assert.ThrowsAsync<StorageException>(
            async () => await database.Tasks.FinishAsync(1, "TASK_PROCESSED", TestDatabase.Draft(big)));
        var save = await Assert.ThrowsAsync<StorageException>(async () =>
            await database.Documents.SaveAsync([new Document(document, "small"), new Document(document with { Name = "big" }, big)], [TestDatabase.Draft("half done")]));

        foreach (var error in results.Append(finish).Append(save))
        {
            Assert.Contains("The disk is full: free space", Assert.IsType<StorageException>(error).Message, StringComparison.Ordinal);
            Assert.Equal(database.Options.Path, ((StorageException)error).Path);
        }

        Assert.Equal([1, 2], await database.Tasks.ListUnfinishedAsync());
        Assert.Equal("kept", (await database.Tasks.FindAsync(1))!.Parameters);
        Assert.Equal([new Document(document, "kept")], await database.Documents.ListAsync(DocumentKinds.Session));
        Assert.Empty(await database.DueAsync());
        Assert.Equal(new OutboxFigures(0, 0, 0, 0), await database.Outbox.ReadFiguresAsync());

        await free();

        Assert.Equal(AcceptOutcome.Accepted, await database.Tasks.AcceptAsync(TestDatabase.Task(10, big), null));
        Assert.True(await database.Tasks.FinishAsync(1, "TASK_PROCESSED", TestDatabase.Draft("answer")));
        await database.Documents.SaveAsync([new Document(document, big)], [TestDatabase.Draft("message")]);
        Assert.Equal(["answer", "message"], await database.DueBodiesAsync());
        Assert.Equal(new OutboxFigures(2, 0, 13, 0), await database.Outbox.ReadFiguresAsync());
        Assert.Empty(database.Db.CheckIntegrity());
        await database.ReopenAsync();
        Assert.Equal([2, 10], await database.Tasks.ListUnfinishedAsync());
        Assert.Equal(big, await database.Documents.FindAsync(document));
    }

    private static Task<bool> LimitAsync(TestDatabase database, int pages) => database.Db.Journal.WriteAsync(
        Durability.PowerCut,
        pages,
        static (transaction, limit) =>
        {
            using var command = new SqliteCommand($"PRAGMA max_page_count = {limit}", transaction.Connection);
            command.ExecuteNonQuery();
            return true;
        });
}
