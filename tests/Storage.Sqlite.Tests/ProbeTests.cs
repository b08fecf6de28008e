namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class ProbeTests
{
    [Fact]
    public async Task A_probe_writes_without_a_sync_and_after_what_was_handed_over_before()
    {
        await using var test = TestDatabase.Create();
        var accepting = test.Tasks.AcceptAsync(TestDatabase.Task(1), null);
        var synced = test.Db.Journal.SyncedCommits;

        await test.Db.WriteAsync();

        Assert.True(accepting.IsCompleted);
        await test.Db.WriteAsync();
        Assert.InRange(test.Db.Journal.SyncedCommits, synced, synced + 1);
        Assert.True(await test.Tasks.StartAsync(1));
    }
}
