using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class OrderStoreTests
{
    [Fact]
    public async Task All_that_lider_ordered_goes_and_what_is_the_machines_stays()
    {
        await using var database = TestDatabase.Create();
        await database.Tasks.AcceptAsync(TestDatabase.Task(1), null);
        await database.Tasks.AcceptAsync(TestDatabase.Task(2), null);
        await database.Tasks.FinishAsync(2, "TASK_PROCESSED", TestDatabase.Draft());
        await database.Db.Schedules.AcceptAsync(
            TestDatabase.Task(3), new StoredSchedule("* * * * *", new Occurrence(TestDatabase.Start, TestDatabase.Start)), null);
        await database.Db.Schedules.RememberAsync(4, null, TestDatabase.Start, null);
        await database.Outbox.AddAsync(TestDatabase.Draft("""{"a":1}"""));
        await database.Stream.SaveAsync(new StoredStream("s", "pc@im.example/Ahenk", 1, 2));
        await database.PluginData.SetAsync("usb", "k", "v");
        await database.Documents.SaveAsync(
            [new Document(new DocumentKey(DocumentKinds.Policies, "ayse"), "p"), new Document(new DocumentKey(DocumentKinds.Session, "ayse"), "s")], []);

        await database.Db.Orders.ForgetAllAsync();

        Assert.Equal((0, 0, 0L), (await database.Outbox.ReadFiguresAsync()) is var figures ? (figures.Pending, figures.Unconfirmed, figures.Bytes) : default);
        await database.ReopenAsync();
        Assert.Empty(await database.Tasks.ListAsync(10));
        Assert.Empty(await database.Db.Schedules.ListWithRemindersAsync());
        Assert.Null(await database.Db.Schedules.FindUpdateAsync(4, DateTimeOffset.MinValue));
        Assert.Null(await database.Stream.LoadAsync());
        Assert.Equal(new OutboxFigures(0, 0, 0, 0), await database.Outbox.ReadFiguresAsync());
        Assert.Empty(await database.Documents.ListAsync(DocumentKinds.Policies));
        Assert.Single(await database.Documents.ListAsync(DocumentKinds.Session));
        Assert.Equal("v", await database.PluginData.GetAsync("usb", "k"));
        Assert.Equal(AcceptOutcome.Accepted, await database.Tasks.AcceptAsync(TestDatabase.Task(1), null));
        await database.Outbox.AddAsync(TestDatabase.Draft());
        Assert.Equal(1, (await database.Outbox.ReadFiguresAsync()).Pending);
    }

    [Fact]
    public async Task A_copy_holds_what_is_still_in_the_log_and_is_the_owners_alone()
    {
        await using var database = TestDatabase.Create();
        await database.Documents.SaveAsync([new Document(new DocumentKey("k", "n"), "text")], []);
        var copy = database.Options.Path + ".copy";

        DatabaseBackup.Write(database.Options.Path, copy);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
        using var connection = new SqliteConnection($"Data Source={copy};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = new SqliteCommand("SELECT text FROM document", connection);
        Assert.Equal("text", command.ExecuteScalar());
        Assert.Throws<StorageException>(() => DatabaseBackup.Write(database.Options.Path, copy));
    }
}
