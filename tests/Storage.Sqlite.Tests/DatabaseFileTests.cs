using System.Runtime.InteropServices;
using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed partial class DatabaseFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = TestDatabase.NewPath();

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public async Task Only_the_owner_may_read_and_write_the_files_whatever_the_umask()
    {
        var before = SetUmask(0);
        try
        {
            await using var database = Open();
            await database.Tasks.AcceptAsync(TestDatabase.Task(1), null);

            Assert.Equal(
                [(_path, OwnerOnly), (_path + "-shm", OwnerOnly), (_path + "-wal", OwnerOnly)],
                Directory.GetFiles(Path.GetDirectoryName(_path)!).Order().Select(file => (file, File.GetUnixFileMode(file))));
        }
        finally
        {
            _ = SetUmask(before);
        }
    }

    [Fact]
    public async Task A_file_that_others_could_read_is_closed_to_them()
    {
        await Open().DisposeAsync();
        File.SetUnixFileMode(_path, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        await Open().DisposeAsync();

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_path));
    }

    [Fact]
    public async Task Closing_leaves_one_file_with_everything_in_it()
    {
        var database = Open();
        await database.Tasks.AcceptAsync(TestDatabase.Task(1), null);
        await using (await database.GrainDataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            Assert.True(File.Exists(_path + "-wal"));
        }

        await database.DisposeAsync();
        await database.DisposeAsync();

        Assert.Equal([_path], Directory.GetFiles(Path.GetDirectoryName(_path)!));
        Assert.Equal(1, Number("SELECT count(*) FROM task"));
    }

    [Fact]
    public async Task A_new_file_has_a_write_ahead_log_and_can_be_shrunk_step_by_step()
    {
        await Open().DisposeAsync();

        Assert.Equal(2, Number("PRAGMA auto_vacuum"));
        Assert.Equal(1, Number("PRAGMA user_version"));
        Assert.Equal(1, Number("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"));
    }

    [Fact]
    public async Task A_sound_database_has_no_findings()
    {
        await using var database = Open();

        Assert.Empty(database.CheckIntegrity());
    }

    [Fact]
    public void A_missing_directory_is_named()
    {
        var path = Path.Combine(Path.GetDirectoryName(_path)!, "nowhere", "ahenk.db");

        var error = Assert.Throws<StorageException>(() => Open(path));

        Assert.Equal(path, error.Path);
        Assert.Contains($"'{Path.GetDirectoryName(path)}' does not exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_agent_is_refused_untouched()
    {
        await Open().DisposeAsync();
        Execute("PRAGMA user_version = 2");
        var before = await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken);

        var error = Assert.Throws<StorageException>(() => Open());

        Assert.Contains("newer agent (schema 2, this agent knows up to 1)", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("CREATE TABLE registration (id INTEGER)")]
    [InlineData("PRAGMA user_version = 1")]
    public async Task Another_programs_database_is_refused_untouched(string sql)
    {
        await File.WriteAllBytesAsync(_path, [], TestContext.Current.CancellationToken);
        Execute(sql);
        var before = await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken);

        var error = Assert.Throws<StorageException>(() => Open());

        Assert.Contains("belongs to another program", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        await File.WriteAllTextAsync(_path, new string('x', 5000), TestContext.Current.CancellationToken);

        Assert.Contains("not an SQLite database", Assert.Throws<StorageException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_database_is_refused()
    {
        await using (var database = Open())
        {
            foreach (var id in Enumerable.Range(1, 500))
            {
                await database.Tasks.AcceptAsync(TestDatabase.Task(id, new string('x', 100)), null);
            }
        }

        var bytes = await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken);
        bytes.AsSpan(bytes.Length / 2 / 4096 * 4096, 4096).Fill(0xAB);
        await File.WriteAllBytesAsync(_path, bytes, TestContext.Current.CancellationToken);

        Assert.Contains("It is damaged", Assert.Throws<StorageException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_died_before_the_schema_stood_is_no_obstacle()
    {
        await File.WriteAllBytesAsync(_path, [], TestContext.Current.CancellationToken);
        Execute("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");

        await using var database = Open();

        Assert.Equal(AcceptOutcome.Accepted, await database.Tasks.AcceptAsync(TestDatabase.Task(1), null));
    }

    [Theory]
    [InlineData(0, 64L << 10, 1)]
    [InlineData(1, (64L << 10) - 1, 1)]
    [InlineData(1, 64L << 10, 0)]
    public void Settings_out_of_range_are_refused(int rows, long bytes, int seconds) => Assert.Throws<ArgumentOutOfRangeException>(() => AhenkDatabase.Open(
        new StorageOptions { Path = _path, OutboxMaxRows = rows, OutboxMaxBytes = bytes, CheckpointAfter = TimeSpan.FromSeconds(seconds) },
        TimeProvider.System,
        NullLogger<AhenkDatabase>.Instance));

    [Fact]
    public async Task The_schema_is_the_one_that_is_checked_in()
    {
        await Open().DisposeAsync();
        using var connection = new SqliteConnection($"Data Source={_path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name";
        using var reader = command.ExecuteReader();
        var statements = new List<string>();
        while (reader.Read())
        {
            statements.Add(reader.GetString(0) + ";\n");
        }

        var expected = Path.Combine(AppContext.BaseDirectory, "Contract", "schema.sql");
        var actual = string.Join('\n', statements);
        if (!File.Exists(expected) || actual != await File.ReadAllTextAsync(expected, TestContext.Current.CancellationToken))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(expected)!);
            await File.WriteAllTextAsync(expected + ".new", actual, TestContext.Current.CancellationToken);
            Assert.Fail($"The schema changed. If that is meant (and a new migration makes it), copy {expected}.new over Contract/schema.sql.");
        }
    }

    [Fact]
    public async Task The_container_hands_out_one_database_and_closes_it()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddAhenkStorage(new StorageOptions { Path = _path });
        AhenkDatabase database;
        await using (var provider = services.BuildServiceProvider())
        {
            Assert.False(File.Exists(_path));
            database = provider.GetRequiredService<AhenkDatabase>();
            Assert.Same(database.Tasks, provider.GetRequiredService<ITaskStore>());
            Assert.Same(database.Outbox, provider.GetRequiredService<IOutbox>());
            Assert.Same(database.Stream, provider.GetRequiredService<IStreamStore>());
        }

        Assert.Throws<ObjectDisposedException>(() => database.CheckIntegrity());
    }

    private AhenkDatabase Open(string? path = null) => AhenkDatabase.Open(
        new StorageOptions { Path = path ?? _path }, TimeProvider.System, NullLogger<AhenkDatabase>.Instance);

    private long Number(string sql) => (long)Run(sql)!;

    private void Execute(string sql) => Run(sql);

    private object? Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetUmask(uint mask);
}
