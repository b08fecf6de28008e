using System.Globalization;
using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Rescue;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tests;

/// <summary>A damaged file is set aside, and everything that can be saved is saved.</summary>
[Trait("Category", "Integration")]
public sealed class RepairTests : IDisposable
{
    private const int PageBytes = 4096;

    private readonly RecordingLogger _log = new();
    private readonly string _path = TestDatabase.NewPath();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Folder => Path.GetDirectoryName(_path)!;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    [Fact]
    public async Task A_sound_file_is_opened_as_it_is()
    {
        await using (var first = Open())
        {
            await first.Tasks.AcceptAsync(TestDatabase.Task(1), null);
        }

        await using var database = Open();

        Assert.Null(database.Repair);
        Assert.Equal([1], await database.Tasks.ListUnfinishedAsync());
        Assert.Empty(DatabaseFiles.SetAsideOf(_path));
    }

    [Fact]
    public async Task Without_a_copy_all_tables_that_can_be_read_are_saved()
    {
        await FillAsync();
        await Damage("task");

        await using var database = Open();

        Assert.Equal("me", (await database.Documents.FindAsync(new DocumentKey(DocumentKinds.Session, "me")))!);
        Assert.Equal(["answer"], await BodiesAsync(database));
        Assert.Contains("There was no good copy", database.Repair!.Story, StringComparison.Ordinal);
        Assert.Contains("document", database.Repair.Story, StringComparison.Ordinal);
        Assert.Empty(database.CheckIntegrity());
        Assert.True(File.Exists(database.Repair.SetAside));
        Assert.Contains(_log.Lines, line => line.Id.Id == 3971);
    }

    [Fact]
    public async Task What_the_copy_has_of_a_damaged_table_is_taken_up_and_waiting_tasks_are_not_run_again()
    {
        await FillAsync();
        await using (var sound = Open())
        {
            await sound.BackUpAsync(Cancelled);
            await sound.Documents.SaveAsync([new Document(new DocumentKey(DocumentKinds.Session, "me"), "newer")], []);
        }

        await Damage("task");

        await using var database = Open();

        Assert.Contains("The last good copy", database.Repair!.Story, StringComparison.Ordinal);
        Assert.Equal("newer", await database.Documents.FindAsync(new DocumentKey(DocumentKinds.Session, "me")));
        var task = (await database.Tasks.FindAsync(400))!;
        Assert.Equal((TaskState.Running, new string('p', 100)), (task.State, task.Parameters));
        Assert.Equal(500, (await database.Tasks.ListUnfinishedAsync()).Count);
    }

    [Theory]
    [InlineData("a file of noise")]
    [InlineData("an empty file")]
    [InlineData("a mark")]
    [InlineData("no file")]
    [InlineData("no file but its log")]
    public async Task The_copy_comes_back_for(string damage)
    {
        await FillAsync();
        await using (var sound = Open())
        {
            await sound.BackUpAsync(Cancelled);
        }

        switch (damage)
        {
            case "a mark":
                DatabaseFiles.MarkDamage(_path);
                break;
            case "no file":
                File.Delete(_path);
                break;
            case "no file but its log":
                File.Move(_path, _path + "-wal");
                break;
            default:
                await File.WriteAllTextAsync(_path, damage == "an empty file" ? "" : new string('x', 20_000), Cancelled);
                break;
        }

        await using (var database = Open())
        {
            Assert.NotNull(database.Repair);
            Assert.Equal("me", await database.Documents.FindAsync(new DocumentKey(DocumentKinds.Session, "me")));
            Assert.Equal(damage.StartsWith("no file", StringComparison.Ordinal), database.Repair.SetAside is null);

            // As the agent does soon after its start.
            await database.BackUpAsync(Cancelled);
        }

        await using var next = Open();
        Assert.Null(next.Repair);
        Assert.Equal("me", await next.Documents.FindAsync(new DocumentKey(DocumentKinds.Session, "me")));
        Assert.Equal(damage == "no file" ? 0 : 1, DatabaseFiles.SetAsideOf(_path).Count);
    }

    [Fact]
    public async Task A_database_that_is_missing_along_with_its_copy_is_made_anew()
    {
        await FillAsync();
        await File.WriteAllTextAsync(DatabaseFiles.GoodCopyOf(_path), new string('x', 20_000), Cancelled);
        File.Delete(_path);
        Assert.Throws<StorageException>(() => AhenkDatabase.Open(new StorageOptions { Path = _path }, TimeProvider.System, _log));
        Assert.False(File.Exists(_path));

        await using var database = Open();

        Assert.Contains("the new one is empty", database.Repair!.Story, StringComparison.Ordinal);
        Assert.Empty(await BodiesAsync(database));
    }

    [Fact]
    public async Task A_copy_that_is_damaged_too_leaves_what_the_file_has()
    {
        await FillAsync();
        await File.WriteAllTextAsync(DatabaseFiles.GoodCopyOf(_path), new string('x', 20_000), Cancelled);
        await Damage("task");

        await using var database = Open();

        Assert.Equal(["answer"], await BodiesAsync(database));
        Assert.Contains(_log.Lines, line => line.Id.Id == 3972);
    }

    [Fact]
    public async Task A_start_that_died_before_the_new_file_stood_in_its_place_is_finished()
    {
        await FillAsync();
        File.Move(_path, DatabaseFiles.RepairedOf(_path));

        await using var database = Open();

        Assert.Equal(["answer"], await BodiesAsync(database));
        Assert.False(File.Exists(DatabaseFiles.RepairedOf(_path)));
    }

    [Fact]
    public async Task A_copy_is_its_owners_alone_whole_and_leaves_nothing_beside_it()
    {
        await FillAsync();
        await using var database = Open();

        await database.BackUpAsync(Cancelled);
        await database.BackUpAsync(Cancelled);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(DatabaseFiles.GoodCopyOf(_path)));
        Assert.Equal(
            ["ahenk.db", "ahenk.db-shm", "ahenk.db-wal", "ahenk.db.good"],
            Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        using var look = DatabaseLook.Open(DatabaseFiles.GoodCopyOf(_path));
        Assert.Empty(look.Check());
        Assert.Equal(1, look.ReadOutbox().Rows);
    }

    [Fact]
    public async Task Damage_that_is_met_while_running_is_told_once_marked_and_never_copied()
    {
        await FillAsync();
        await using (var sound = Open())
        {
            await sound.BackUpAsync(Cancelled);
        }

        var before = File.GetLastWriteTimeUtc(DatabaseFiles.GoodCopyOf(_path));
        await using (var database = Open())
        {
            var told = new List<StorageException>();
            database.Damaged += told.Add;
            await Damage("task");

            var failure = await Assert.ThrowsAsync<StorageException>(() => database.BackUpAsync(Cancelled));
            await Assert.ThrowsAsync<StorageException>(() => database.BackUpAsync(Cancelled));

            Assert.True(failure.IsDamage);
            Assert.Single(told);
            database.Damaged += told.Add;
            Assert.Equal(2, told.Count);
        }

        Assert.Equal(before, File.GetLastWriteTimeUtc(DatabaseFiles.GoodCopyOf(_path)));
        await using var next = Open();
        Assert.NotNull(next.Repair);
    }

    [Fact]
    public async Task A_look_writes_nothing_and_works_beside_the_agent()
    {
        await FillAsync();
        await using var database = Open();
        await database.Tasks.AcceptAsync(TestDatabase.Task(1000), null);

        using var look = DatabaseLook.Open(_path);

        Assert.Empty(look.Check());
        Assert.Null(look.ReadRepair());
        Assert.Null(look.ReadBoundJid());
        Assert.Null(look.ReadGrainState("o'nobody"));
        Assert.Equal((1L, TestDatabase.Start), look.ReadOutbox());
    }

    [Fact]
    public async Task A_message_that_was_put_off_before_the_clock_was_set_back_is_due()
    {
        await using var database = TestDatabase.Create();
        await database.Outbox.AddAsync(new OutboxDraft("a year ahead", TestDatabase.Start + TimeSpan.FromDays(365)));
        await database.Outbox.AddAsync(new OutboxDraft("an hour ahead", TestDatabase.Start + TimeSpan.FromHours(1)));

        Assert.Equal(["a year ahead"], await database.DueBodiesAsync());
    }

    private static async Task<string[]> BodiesAsync(AhenkDatabase database) =>
        [.. (await database.Outbox.ReadDueAsync(TestDatabase.Start, 10)).Select(row => row.Body)];

    private AhenkDatabase Open() => AhenkDatabase.OpenOrRepair(new StorageOptions { Path = _path }, TimeProvider.System, _log);

    private async Task FillAsync()
    {
        await using var database = Open();
        await Task.WhenAll(Enumerable.Range(1, 500).Select(async id => await database.Tasks.AcceptAsync(TestDatabase.Task(id, new string('p', 100)), null)));
        await database.Outbox.AddAsync(TestDatabase.Draft("answer"));
        await database.Documents.SaveAsync([new Document(new DocumentKey(DocumentKinds.Session, "me"), "me")], []);
    }

    /// <summary>Destroys the root page of a table, in the file itself.</summary>
    private async Task Damage(string table)
    {
        long page;
        using (var connection = new SqliteConnection($"Data Source={_path};Pooling=False"))
        {
            connection.Open();
            using var checkpoint = new SqliteCommand("PRAGMA wal_checkpoint(TRUNCATE)", connection);
            await checkpoint.ExecuteNonQueryAsync(Cancelled);
            using var query = new SqliteCommand("SELECT rootpage FROM sqlite_master WHERE name = $table", connection);
            query.Parameters.AddWithValue("$table", table);
            page = Convert.ToInt64(await query.ExecuteScalarAsync(Cancelled), CultureInfo.InvariantCulture);
        }

        await using var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = (page - 1) * PageBytes;
        await file.WriteAsync(Enumerable.Repeat((byte)0xAB, PageBytes).ToArray(), Cancelled);
    }
}
