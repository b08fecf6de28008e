namespace Ahenk.Storage.Sqlite;

/// <summary>Settings of the database.</summary>
public sealed record StorageOptions
{
    /// <summary>The database file. Its directory must exist.</summary>
    public required string Path { get; init; }

    /// <summary>Most rows the outbox holds. Default: 10,000; at least 1.</summary>
    public int OutboxMaxRows { get; init; } = 10_000;

    /// <summary>Most bytes the bodies in the outbox have, as UTF-8. Default: 64 MiB; at least 64 KiB, so that any stanza fits (LP 1.10).</summary>
    public long OutboxMaxBytes { get; init; } = 64L << 20;

    /// <summary>
    /// How long what was written may stay in the write-ahead log before the log is emptied into the file. It bounds how long the parameters of a finished
    /// task can still be found in the log. Default: 30 s; at least 1 s.
    /// </summary>
    public TimeSpan CheckpointAfter { get; init; } = TimeSpan.FromSeconds(30);

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Path);
        ArgumentOutOfRangeException.ThrowIfLessThan(OutboxMaxRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(OutboxMaxBytes, 64L << 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointAfter, TimeSpan.FromSeconds(1));
    }
}
