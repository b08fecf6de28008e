using System.Data.Common;
using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.GrainState;
using Ahenk.Storage.Sqlite.Journal;
using Ahenk.Storage.Sqlite.Reminders;
using Ahenk.Storage.Sqlite.Rescue;
using Ahenk.Storage.Sqlite.Schema;
using Ahenk.Storage.Sqlite.Tables;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Ahenk.Storage.Sqlite;

/// <summary>
/// The agent's one database file: tasks, schedules, documents, outbox and stream behind their ports, Orleans' reminders, and connections for Orleans' grain
/// state. One process opens it once. The file and its companions (-wal, -shm) can be read and written by their owner only.
/// </summary>
public sealed class AhenkDatabase : IDatabaseProbe, IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly DamageSignal _damage = new();
    private readonly Reader _reader;
    private readonly GatedSqliteDataSource _grainDataSource;
    private int _disposed;

    private AhenkDatabase(StorageOptions options, TimeProvider time, ILogger logger)
    {
        Path = options.Path;
        _reader = new Reader(options.Path, _damage);
        var prefix = StanzaIds.PrefixFor(
            _reader.Property("database_id") ?? throw new StorageException(options.Path, "It has lost its id: move the file away."));
        var signal = new OutboxSignal();
        Journal = new JournalWriter(options, _gate, prefix, signal.Publish, _damage, time, logger);
        _grainDataSource = new GatedSqliteDataSource(options.Path, _gate);
        Tasks = new SqliteTaskStore(Journal, _reader, options);
        Schedules = new SqliteScheduleStore(Journal, _reader, options);
        Outbox = new SqliteOutbox(Journal, _reader, options, signal, prefix);
        OutboxView = new SqliteOutboxView(_reader);
        Stream = new SqliteStreamStore(Journal, _reader);
        PluginData = new SqlitePluginData(Journal, _reader);
        Documents = new SqliteDocumentStore(Journal, _reader, options);
        Reminders = new SqliteReminderTable(Journal, _reader);
        Orders = new SqliteOrderStore(Journal);
    }

    /// <summary>
    /// The file was found damaged while it was in use: nothing more can be promised until it is opened anew by <see cref="OpenOrRepair"/>. Told once, to those who
    /// come late as well; handlers must be quick and must not throw.
    /// </summary>
    public event Action<StorageException> Damaged
    {
        add => _damage.Add(value);
        remove => _damage.Remove(value);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What was repaired when it was opened; <see langword="null"/>: nothing.</summary>
    public DatabaseRepair? Repair { get; private init; }

    /// <summary>The inbox.</summary>
    public ITaskStore Tasks { get; }

    /// <summary>Scheduled tasks.</summary>
    public IScheduleStore Schedules { get; }

    /// <summary>The outbox.</summary>
    public IOutbox Outbox { get; }

    /// <summary>The outbox, to be looked at.</summary>
    public IOutboxView OutboxView { get; }

    /// <summary>The resumable stream.</summary>
    public IStreamStore Stream { get; }

    /// <summary>What plugins remember.</summary>
    public IPluginData PluginData { get; }

    /// <summary>State of grains that is stored along with the messages that tell of it.</summary>
    public IDocumentStore Documents { get; }

    /// <summary>Orleans' reminders: its reminder service takes the table from the container.</summary>
    public IReminderTable Reminders { get; }

    /// <summary>All that Lider has ordered.</summary>
    public IOrderStore Orders { get; }

    /// <summary>
    /// For <c>AdoNetGrainStorageOptions.DataSource</c>, with the invariant <c>System.Data.SQLite</c>. Its connections are opened asynchronously only, and
    /// whoever holds one holds up all other writes until it is closed.
    /// </summary>
    public DbDataSource GrainDataSource => _grainDataSource;

    internal JournalWriter Journal { get; }

    /// <summary>Opens the database; creates it where there is none, migrates it where it is older.</summary>
    /// <exception cref="StorageException">
    /// The directory is missing, the file cannot be read or written, is damaged, belongs to another program or to a newer agent; it is not there, but its good copy is.
    /// </exception>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public static AhenkDatabase Open(StorageOptions options, TimeProvider time, ILogger<AhenkDatabase> logger)
    {
        options.Validate();
        try
        {
            if (DatabaseFiles.FindDamage(options.Path) is { } known)
            {
                throw new StorageException(options.Path, known) { IsDamage = true };
            }

            Prepare(options.Path);
            return new AhenkDatabase(options, time, logger);
        }
        catch (SqliteException error)
        {
            throw StorageErrors.From(options.Path, error);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or (IOException and not StorageException))
        {
            throw new StorageException(options.Path, $"Its file cannot be made or protected: {error.Message}", error);
        }
    }

    /// <summary>
    /// As <see cref="Open"/>, but a damaged file is set aside as <c>NAME.corrupt-YYYYMMDD-HHMMSS</c> and a new one is made of what can be read of it and of the
    /// last good copy.
    /// </summary>
    /// <exception cref="StorageException">As there; a damaged file that can be neither read nor set aside among it.</exception>
    public static AhenkDatabase OpenOrRepair(StorageOptions options, TimeProvider time, ILogger<AhenkDatabase> logger)
    {
        options.Validate();
        var path = options.Path;
        try
        {
            DatabaseFiles.FinishRepair(path);
            return Open(options, time, logger);
        }
        catch (StorageException failure) when (failure.IsDamage)
        {
            var repair = RepairDamage(path, failure.Reason, time, logger);
            return new AhenkDatabase(options, time, logger) { Repair = repair };
        }
        catch (Exception error) when (error is UnauthorizedAccessException or (IOException and not StorageException))
        {
            throw new StorageException(path, $"Its files cannot be read or moved: {error.Message}", error);
        }
    }

    /// <summary>
    /// Checks the file and writes a whole copy of it beside it, as <c>NAME.good</c>, in place of the one before. The copy is what <see cref="OpenOrRepair"/> falls
    /// back on. A file that is found damaged is not copied, and <see cref="Damaged"/> is told.
    /// </summary>
    /// <exception cref="StorageException">It could not be copied; the copy before stands.</exception>
    public Task BackUpAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                GoodCopy.Make(Path);
            }
            catch (SqliteException error)
            {
                throw _damage.Tell(StorageErrors.From(Path, error));
            }
            catch (StorageException error)
            {
                throw _damage.Tell(error);
            }
            catch (Exception error) when (error is UnauthorizedAccessException or IOException)
            {
                throw new StorageException(Path, $"It cannot be copied: {error.Message}", error);
            }
        },
        cancellationToken);

    /// <summary>Runs SQLite's quick check; reads the whole file.</summary>
    /// <returns>What is wrong, at most 20 findings; empty: nothing.</returns>
    /// <exception cref="StorageException">It cannot be read at all.</exception>
    public IReadOnlyList<string> CheckIntegrity() => _reader.QuickCheck();

    /// <summary>
    /// Empties the write-ahead log into the file and cuts it to nothing; happens by itself <see cref="StorageOptions.CheckpointAfter"/> a write.
    /// </summary>
    /// <returns>Whether that was possible; <see langword="false"/>: another process was reading.</returns>
    /// <exception cref="StorageException">Writing failed; nothing is lost, the log is still there.</exception>
    public Task<bool> CheckpointAsync() => Journal.CheckpointAsync();

    /// <inheritdoc/>
    public Task WriteAsync() => Journal.ProbeAsync();

    /// <summary>Stores what is queued and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _grainDataSource.DisposeAsync();
        _reader.Dispose();

        // The last to close, and as a writer: SQLite then empties and removes the write-ahead log.
        await Journal.DisposeAsync();
    }

    private static void Prepare(string path)
    {
        var directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(directory))
        {
            throw new StorageException(path, $"The directory '{directory}' does not exist: create it, owned by the agent's user.");
        }

        if (!File.Exists(path))
        {
            // SQLite would make it with the umask's leave. It gives the companions the mode of the file.
            new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
        }

        foreach (var file in (ReadOnlySpan<string>)[path, path + "-wal", path + "-shm"])
        {
            if (File.Exists(file))
            {
                File.SetUnixFileMode(file, OwnerOnly);
            }
        }

        using var connection = Connections.Open(path);
        Migrations.Run(connection, path);
        using var check = new Statement(connection, "PRAGMA quick_check(1)");
        var finding = check.Read() ? check.Text(0) : "the check found nothing to check";
        if (finding != "ok")
        {
            throw new StorageException(path, $"It is damaged ({finding}): the agent sets it aside when it starts, and goes on with what can be saved.") { IsDamage = true };
        }
    }

    private static DatabaseRepair RepairDamage(string path, string finding, TimeProvider time, ILogger<AhenkDatabase> logger)
    {
        try
        {
            var repair = new Repair(path, finding, time, logger).Run();
            Prepare(path);
            return repair;
        }
        catch (SqliteException error)
        {
            throw StorageErrors.From(path, error);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or (IOException and not StorageException))
        {
            throw new StorageException(path, $"It is damaged, and cannot be set aside: {error.Message}", error);
        }
    }
}
