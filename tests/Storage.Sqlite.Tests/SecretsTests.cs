using System.Text;
using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class SecretsTests : IAsyncDisposable
{
    private const string Secret = "pAs5w0rD-of-a-task";

    private readonly TestDatabase _database = TestDatabase.Create();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Parameters_of_finished_tasks_are_in_no_file_after_a_checkpoint()
    {
        await AcceptMany();
        await FinishMany();
        Assert.NotEqual(0, Occurrences());

        Assert.True(await _database.Db.CheckpointAsync());

        Assert.Equal(0, Occurrences());
        Assert.Equal(0, new FileInfo(_database.Options.Path + "-wal").Length);
    }

    [Fact]
    public async Task Parameters_that_had_reached_the_file_are_overwritten_there()
    {
        await AcceptMany();
        Assert.True(await _database.Db.CheckpointAsync());
        Assert.NotEqual(0, Occurrences());

        await FinishMany();
        Assert.True(await _database.Db.CheckpointAsync());

        Assert.Equal(0, Occurrences());
    }

    [Fact]
    public async Task Documents_that_were_replaced_or_removed_are_in_no_file_after_a_checkpoint()
    {
        var (one, other) = (new DocumentKey(DocumentKinds.Policies, "one"), new DocumentKey(DocumentKinds.Policies, "other"));
        var text = string.Concat(Enumerable.Repeat(Secret, 1000));
        await _database.Documents.SaveAsync([new Document(one, text), new Document(other, text)], []);
        Assert.True(await _database.Db.CheckpointAsync());
        Assert.NotEqual(0, Occurrences());

        await _database.Documents.SaveAsync([new Document(one, "replaced"), new Document(other, null)], []);
        Assert.True(await _database.Db.CheckpointAsync());

        Assert.Equal(0, Occurrences());
    }

    [Fact]
    public async Task The_log_is_emptied_by_itself_soon_after_a_write()
    {
        await AcceptMany();
        await FinishMany();
        _database.Time.Advance(_database.Options.CheckpointAfter - TimeSpan.FromMilliseconds(1));
        await _database.Tasks.StartAsync(-1);
        Assert.NotEqual(0, Occurrences());

        _database.Time.Advance(TimeSpan.FromMilliseconds(1));

        // The queue is served in order: when this is stored, the log has been emptied.
        await _database.Tasks.AcceptAsync(TestDatabase.Task(5000), null);
        Assert.Equal(0, Occurrences());

        await _database.Tasks.AcceptAsync(TestDatabase.Task(5001, Secret), null);
        await _database.Tasks.FinishAsync(5001, "TASK_PROCESSED", TestDatabase.Draft());
        Assert.NotEqual(0, Occurrences());
        _database.Time.Advance(_database.Options.CheckpointAfter);
        await _database.Tasks.StartAsync(-1);
        Assert.Equal(0, Occurrences());
    }

    [Fact]
    public async Task A_count_of_what_the_server_has_is_no_reason_to_empty_the_log()
    {
        await _database.Db.Stream.SaveAsync(new StoredStream("s", "pc-7@example/a", 0, 0));
        Assert.True(await _database.Db.CheckpointAsync());

        await _database.Db.Outbox.MarkAcknowledgedAsync("s", 1);
        _database.Time.Advance(_database.Options.CheckpointAfter);
        await _database.Db.Outbox.MarkAcknowledgedAsync("s", 2);

        Assert.NotEqual(0, new FileInfo(_database.Options.Path + "-wal").Length);
    }

    [Fact]
    public async Task A_reader_in_the_way_puts_the_checkpoint_off()
    {
        await AcceptMany();
        using (var other = new SqliteConnection($"Data Source={_database.Options.Path};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction(deferred: true);
            using var command = new SqliteCommand("SELECT count(*) FROM task", other, transaction);
            command.ExecuteScalar();
            await FinishMany();

            Assert.False(await _database.Db.CheckpointAsync());
        }

        _database.Time.Advance(_database.Options.CheckpointAfter);
        await _database.Tasks.StartAsync(-1);
        Assert.Equal(0, Occurrences());
    }

    /// <summary>Of sizes that fit a page, fill one, and need several.</summary>
    private Task<AcceptOutcome[]> AcceptMany() => Task.WhenAll(Enumerable.Range(1, 1500).Select(id =>
    {
        var padding = new string('.', id % 7 == 0 ? 9000 : id * 37 % 900);
        return _database.Tasks.AcceptAsync(TestDatabase.Task(id, $"{padding}{Secret}{padding}{Secret}"), null).AsTask();
    }));

    private Task<bool[]> FinishMany() => Task.WhenAll(Enumerable.Range(1, 1500).OrderBy(id => id * 7919 % 1499).Select(id =>
        _database.Tasks.FinishAsync(id, "TASK_PROCESSED", TestDatabase.Draft($"answer {id}")).AsTask()));

    private int Occurrences() => Directory.GetFiles(Path.GetDirectoryName(_database.Options.Path)!).Sum(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes.AsSpan().Count(Encoding.UTF8.GetBytes(Secret));
    });
}
