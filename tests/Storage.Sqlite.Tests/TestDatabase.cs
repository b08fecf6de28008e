using System.Collections.Concurrent;
using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Storage.Sqlite.Tests;

/// <summary>A real database file in a directory of its own.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static long _arrivals;

    private readonly bool _ownsDirectory;

    private TestDatabase(StorageOptions options, bool ownsDirectory)
    {
        Options = options;
        _ownsDirectory = ownsDirectory;
        Db = AhenkDatabase.Open(options, Time, Log);
    }

    public static DateTimeOffset Start { get; } = new(2026, 3, 5, 8, 40, 0, TimeSpan.Zero);

    public StorageOptions Options { get; }

    public FakeTimeProvider Time { get; } = new(Start);

    public RecordingLogger Log { get; } = new();

    public AhenkDatabase Db { get; private set; }

    public ITaskStore Tasks => Db.Tasks;

    public IOutbox Outbox => Db.Outbox;

    public IStreamStore Stream => Db.Stream;

    public IPluginData PluginData => Db.PluginData;

    public IDocumentStore Documents => Db.Documents;

    public static string NewPath() => Path.Combine(Directory.CreateTempSubdirectory("ahenk-storage-").FullName, "ahenk.db");

    public static TestDatabase Create(int maxRows = 10_000, long maxBytes = 64L << 20) =>
        new(new StorageOptions { Path = NewPath(), OutboxMaxRows = maxRows, OutboxMaxBytes = maxBytes }, ownsDirectory: true);

    public static TestDatabase In(string directory) =>
        new(new StorageOptions { Path = Path.Combine(directory, "ahenk.db") }, ownsDirectory: false);

    public static NewTask Task(long id, string parameters = "{}") =>
        new(id, "script", "EXECUTE_SCRIPT", parameters, Start, Interlocked.Increment(ref _arrivals));

    public static OutboxDraft Draft(string body = "{}", bool isFinal = true) => new(body, Start, isFinal);

    public async Task ReopenAsync()
    {
        await Db.DisposeAsync();
        Db = AhenkDatabase.Open(Options, Time, Log);
    }

    /// <summary>Reads with a connection of its own, as another program would.</summary>
    public long Number(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Options.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>The due rows, all of them.</summary>
    public async Task<IReadOnlyList<OutboxRow>> DueAsync() => await Outbox.ReadDueAsync(Time.GetUtcNow(), int.MaxValue);

    public async Task<string[]> DueBodiesAsync() => [.. (await DueAsync()).Select(row => row.Body)];

    public async ValueTask DisposeAsync()
    {
        await Db.DisposeAsync();
        if (_ownsDirectory)
        {
            Directory.Delete(Path.GetDirectoryName(Options.Path)!, recursive: true);
        }
    }
}

/// <summary>Keeps what was logged.</summary>
public sealed class RecordingLogger : ILogger<AhenkDatabase>
{
    private readonly ConcurrentQueue<(EventId Id, string Text)> _lines = new();

    public IReadOnlyList<(EventId Id, string Text)> Lines => [.. _lines];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId, formatter(state, exception)));
}
