using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class OutboxViewTests
{
    [Fact]
    public async Task Messages_are_listed_with_what_is_known_of_them()
    {
        await using var database = TestDatabase.Create();
        await database.Outbox.AddAsync(TestDatabase.Draft("""{"type":"TASK_STATUS","taskId":41,"responseCode":"TASK_PROCESSED"}"""));
        await database.Outbox.AddAsync(TestDatabase.Draft("no JSON at all", isFinal: false));
        await database.Outbox.MarkSentAsync("s", [new SentRow(1, 1)]);

        Assert.Equal(
            [
                new OutboxEntry(1, "TASK_STATUS", 41, true, TestDatabase.Start, 66, 1, true),
                new OutboxEntry(2, null, null, false, TestDatabase.Start, 14, 0, false),
            ],
            await database.Db.OutboxView.ListAsync(10));
        Assert.Single(await database.Db.OutboxView.ListAsync(1));
    }

    [Fact]
    public async Task One_message_is_found_by_its_number_and_the_newest_by_its_task()
    {
        await using var database = TestDatabase.Create();
        foreach (var body in (string[])["""{"taskId":41,"n":1}""", """{"taskId":41,"n":2}""", """{"taskId":42}""", "broken"])
        {
            await database.Outbox.AddAsync(TestDatabase.Draft(body));
        }

        Assert.Equal("""{"taskId":41,"n":1}""", (await database.Db.OutboxView.FindAsync(1))!.Body);
        Assert.Equal("""{"taskId":41,"n":2}""", (await database.Db.OutboxView.FindOfTaskAsync(41))!.Body);
        Assert.Null(await database.Db.OutboxView.FindAsync(99));
        Assert.Null(await database.Db.OutboxView.FindOfTaskAsync(43));
    }
}
