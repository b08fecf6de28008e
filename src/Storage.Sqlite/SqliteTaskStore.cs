using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Journal;
using Ahenk.Storage.Sqlite.Tables;

namespace Ahenk.Storage.Sqlite;

/// <inheritdoc cref="ITaskStore"/>
internal sealed class SqliteTaskStore(JournalWriter journal, Reader reader, StorageOptions options) : ITaskStore
{
    public ValueTask<AcceptOutcome> AcceptAsync(NewTask task, StreamPosition? position) => new(journal.WriteAsync(
        Durability.PowerCut,
        (task, position),
        static (transaction, call) =>
        {
            // A duplicate has been handled as well: its position counts.
            if (call.position is { } handled)
            {
                transaction.Stream.Handled(handled);
            }

            return transaction.Tasks.Insert(call.task) ? AcceptOutcome.Accepted : AcceptOutcome.Duplicate;
        }));

    public ValueTask<bool> StartAsync(long taskId) => new(journal.WriteAsync(
        Durability.PowerCut, taskId, static (transaction, id) => transaction.Tasks.Start(id)));

    public ValueTask<bool> FinishAsync(long taskId, string responseCode, OutboxDraft answer)
    {
        SqliteOutbox.ThrowIfTooLarge(answer, options);
        return new(journal.WriteAsync(
            Durability.PowerCut,
            (taskId, responseCode, answer),
            static (transaction, call) =>
            {
                if (!transaction.Tasks.Finish(call.taskId, transaction.Time.GetUtcNow(), call.responseCode))
                {
                    return false;
                }

                transaction.Outbox.Add(call.answer);
                return true;
            }));
    }

    public ValueTask<bool> ParkAsync(long taskId, string responseCode, OutboxDraft answer)
    {
        SqliteOutbox.ThrowIfTooLarge(answer, options);
        return new(journal.WriteAsync(
            Durability.PowerCut,
            (taskId, responseCode, answer),
            static (transaction, call) =>
            {
                if (!transaction.Tasks.Park(call.taskId, call.responseCode))
                {
                    return false;
                }

                transaction.Outbox.Add(call.answer);
                return true;
            }));
    }

    public ValueTask<StoredTask?> FindAsync(long taskId) => new(reader.Task(taskId));

    public ValueTask<IReadOnlyList<long>> ListUnfinishedAsync() => new(reader.Unfinished());

    public ValueTask<IReadOnlyList<long>> ListParkedAsync(string? plugin) => new(reader.Parked(plugin));

    public ValueTask<IReadOnlyList<StoredTask>> ListAsync(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return new(reader.Tasks(limit));
    }

    public async ValueTask<int> ForgetAsync(DateTimeOffset finishedBefore)
    {
        var forgotten = await journal.WriteAsync(Durability.ProcessEnd, finishedBefore, static (transaction, moment) => transaction.Tasks.Forget(moment));
        await journal.VacuumAsync();
        return forgotten;
    }
}
