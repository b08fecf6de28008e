using System.Diagnostics;
using System.Threading.Channels;
using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Rescue;
using Ahenk.Storage.Sqlite.Tables;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Ahenk.Storage.Sqlite.Journal;

/// <summary>
/// The one writer of tasks, outbox and stream. What is waiting when it is free goes into one transaction, in the order of the calls (group
/// commit): a lone write is committed at once, a burst shares its fsyncs. The transaction is synced to the disk when one of its writes asks for it.
/// </summary>
internal sealed partial class JournalWriter : IAsyncDisposable
{
    private const int QueueLength = 4096;
    private const int MostWritesACommit = 512;

    private readonly Channel<IJournalEntry> _queue = Channel.CreateBounded<IJournalEntry>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true });

    private readonly string _path;
    private readonly SemaphoreSlim _gate;
    private readonly Action<OutboxCounts, bool> _committed;
    private readonly DamageSignal _damage;
    private readonly string _stanzaPrefix;
    private readonly ILogger _logger;
    private readonly SqliteConnection _connection;
    private readonly sqlite3 _handle;
    private readonly JournalTransaction _transaction;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly ITimer _checkpointTimer;
    private readonly TimeSpan _checkpointAfter;
    private readonly Task _loop;
    private Durability _setTo = Durability.PowerCut;
    private IJournalEntry? _chore;
    private volatile bool _checkpointIsDue;
    private long _commits;
    private long _syncedCommits;

    /// <param name="options">Path and bounds.</param>
    /// <param name="gate">Held while a transaction is open.</param>
    /// <param name="stanzaPrefix">What the ids of stanzas begin with, for log lines.</param>
    /// <param name="committed">Told after each commit how full the outbox is and whether a row became pending.</param>
    /// <param name="damage">Told when the file is damaged.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public JournalWriter(
        StorageOptions options,
        SemaphoreSlim gate,
        string stanzaPrefix,
        Action<OutboxCounts, bool> committed,
        DamageSignal damage,
        TimeProvider time,
        ILogger logger)
    {
        _path = options.Path;
        _gate = gate;
        _committed = committed;
        _damage = damage;
        _stanzaPrefix = stanzaPrefix;
        _logger = logger;
        _checkpointAfter = options.CheckpointAfter;
        _connection = Connections.Open(options.Path);
        _handle = _connection.Handle!;
        _transaction = new(_connection, options, time);
        _begin = new(_connection, "BEGIN IMMEDIATE");
        _commit = new(_connection, "COMMIT");
        _rollback = new(_connection, "ROLLBACK");
        _committed(_transaction.Outbox.Counts, false);

        _checkpointTimer = time.CreateTimer(
            static journal => ((JournalWriter)journal!).OnCheckpointDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>How many transactions were committed.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>How many of them were synced to the disk.</summary>
    public long SyncedCommits => Interlocked.Read(ref _syncedCommits);

    /// <summary>Queues a write.</summary>
    /// <returns>Completes after the commit.</returns>
    /// <exception cref="StorageException">It could not be stored (in the task).</exception>
    /// <exception cref="ObjectDisposedException">The journal is closed (in the task).</exception>
    public Task<TResult> WriteAsync<TArguments, TResult>(
        Durability durability, TArguments arguments, Func<JournalTransaction, TArguments, TResult> apply)
    {
        var write = new JournalWrite<TArguments, TResult>(durability, arguments, apply);
        return EnqueueAsync(write, write.Task);
    }

    /// <summary>Empties the write-ahead log into the file and cuts it to nothing.</summary>
    /// <returns>Whether that was possible; <see langword="false"/>: a reader was in the way.</returns>
    public Task<bool> CheckpointAsync()
    {
        var request = new CheckpointRequest();
        return EnqueueAsync(request, request.Task);
    }

    /// <summary>Gives free pages back to the file system, but for some that the next writes will take.</summary>
    /// <returns>How many.</returns>
    public Task<long> VacuumAsync()
    {
        var request = new VacuumRequest();
        return EnqueueAsync(request, request.Task);
    }

    /// <summary>Commits what is queued, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        await _checkpointTimer.DisposeAsync();
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        _transaction.Dispose();
        await _connection.DisposeAsync();
    }

    private Task<TResult> EnqueueAsync<TResult>(IJournalEntry entry, Task<TResult> completion) =>
        _queue.Writer.TryWrite(entry) ? completion : WaitForRoomAsync(entry, completion);

    private async Task<TResult> WaitForRoomAsync<TResult>(IJournalEntry entry, Task<TResult> completion)
    {
        try
        {
            await _queue.Writer.WriteAsync(entry);
        }
        catch (ChannelClosedException error)
        {
            throw error.InnerException is { } cause
                ? new StorageException(_path, "Its writer has ended: restart the agent.", cause)
                : new ObjectDisposedException(nameof(JournalWriter), $"The database '{_path}' is closed.");
        }

        return await completion;
    }

    private async Task RunAsync()
    {
        var batch = new List<IJournalWrite>(MostWritesACommit);
        try
        {
            await RunAsync(batch);
        }
        catch (Exception error)
        {
            // Nobody may wait for ever for a writer that is gone.
            LogEnded(error);
            _queue.Writer.TryComplete(error);
            batch.ForEach(write => write.Fail(error));
            _chore?.Fail(error);
            while (_queue.Reader.TryRead(out var entry))
            {
                entry.Fail(error);
            }
        }
    }

    private async Task RunAsync(List<IJournalWrite> batch)
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            _chore = null;
            await _gate.WaitAsync();
            try
            {
                // Drained once the gate is held, so that what came while waiting for it goes along.
                while (batch.Count < MostWritesACommit && _chore is null && _queue.Reader.TryRead(out var entry))
                {
                    if (entry is IJournalWrite write)
                    {
                        batch.Add(write);
                    }
                    else
                    {
                        _chore = entry;
                    }
                }

                Store(batch);
                switch (_chore)
                {
                    case CheckpointRequest checkpoint:
                        Checkpoint(checkpoint);
                        break;
                    case ProbeRequest probe:
                        Probe(probe);
                        break;
                    case VacuumRequest vacuum:
                        Vacuum(vacuum);
                        break;
                }
            }
            finally
            {
                _gate.Release();
            }

            batch.Clear();
        }
    }

    private void Store(List<IJournalWrite> batch)
    {
        if (batch.Count == 0 || TryStore(batch))
        {
            return;
        }

        // One of them failed and took the transaction with it. Each gets its own, in the same order, so that only the culprit fails.
        var alone = new List<IJournalWrite>(1);
        foreach (var write in batch)
        {
            alone.Clear();
            alone.Add(write);
            TryStore(alone);
        }
    }

    /// <returns><see langword="false"/>: a write failed among others and nobody has been told yet.</returns>
    private bool TryStore(List<IJournalWrite> batch)
    {
        var durability = DurabilityOf(batch);
        try
        {
            Set(durability);
            _begin.Execute();
            _transaction.Begun();
        }
        catch (SqliteException error)
        {
            FailAll(batch, error);
            return true;
        }

        try
        {
            foreach (var write in batch)
            {
                write.Apply(_transaction);
            }
        }
        catch (Exception error)
        {
            Rollback();
            if (batch.Count > 1)
            {
                return false;
            }

            FailAll(batch, error);
            return true;
        }

        try
        {
            var begun = Stopwatch.GetTimestamp();
            _commit.Execute();
            AgentMetrics.Committed(durability == Durability.PowerCut, Stopwatch.GetElapsedTime(begun));
        }
        catch (SqliteException error)
        {
            Rollback();
            FailAll(batch, error);
            return true;
        }

        Committed(batch, durability);
        return true;
    }

    private static Durability DurabilityOf(List<IJournalWrite> batch)
    {
        var most = Durability.Count;
        foreach (var write in batch)
        {
            most = write.Durability > most ? write.Durability : most;
        }

        return most;
    }

    /// <summary>In WAL mode NORMAL leaves out the sync of a commit and nothing else; it may be changed between transactions only.</summary>
    private void Set(Durability durability)
    {
        durability = durability == Durability.PowerCut ? Durability.PowerCut : Durability.ProcessEnd;
        if (durability == _setTo)
        {
            return;
        }

        // Takes effect when it is compiled, so it cannot be a prepared statement.
        using var pragma = new Statement(_connection, durability == Durability.PowerCut ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        pragma.Execute();
        _setTo = durability;
    }

    private void Committed(List<IJournalWrite> batch, Durability durability)
    {
        Interlocked.Increment(ref _commits);
        if (durability == Durability.PowerCut)
        {
            Interlocked.Increment(ref _syncedCommits);
        }

        var outbox = _transaction.Outbox;
        foreach (var drop in outbox.Drops)
        {
            LogDropped(drop.Id, _stanzaPrefix, drop.IsFinal, drop.Reason);
        }

        outbox.Drops.Clear();
        _committed(outbox.Counts, outbox.Woke);
        outbox.Woke = false;
        foreach (var write in batch)
        {
            write.Succeed();
        }

        if (durability != Durability.Count)
        {
            ScheduleCheckpoint();
        }
    }

    private void Rollback()
    {
        _transaction.RolledBack();

        // A full disk or a failed write has rolled back by itself.
        if (raw.sqlite3_get_autocommit(_handle) == 0)
        {
            _rollback.Execute();
        }
    }

    private void FailAll(List<IJournalWrite> batch, Exception error)
    {
        var exception = error is SqliteException sqlite ? _damage.Tell(StorageErrors.From(_path, sqlite)) : error;
        LogFailed(exception, batch.Count);
        foreach (var write in batch)
        {
            write.Fail(exception);
        }
    }
}
