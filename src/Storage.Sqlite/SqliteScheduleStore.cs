using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Journal;
using Ahenk.Storage.Sqlite.Tables;

namespace Ahenk.Storage.Sqlite;

/// <inheritdoc cref="IScheduleStore"/>
internal sealed class SqliteScheduleStore(JournalWriter journal, Reader reader, StorageOptions options) : IScheduleStore
{
    public ValueTask<AcceptOutcome> AcceptAsync(NewTask task, StoredSchedule? schedule, StreamPosition? position) => Write(
        (task, schedule, position),
        static (transaction, call) =>
        {
            Handled(transaction, call.position);
            if (!transaction.Tasks.Insert(call.task, TaskState.Scheduled))
            {
                return AcceptOutcome.Duplicate;
            }

            transaction.Schedules.ForgetUpdate(call.task.TaskId);
            if (call.schedule is { } schedule)
            {
                transaction.Schedules.Insert(call.task.TaskId, schedule);
            }
            else
            {
                transaction.Tasks.EndSchedule(call.task.TaskId, transaction.Time.GetUtcNow());
            }

            return AcceptOutcome.Accepted;
        });

    public ValueTask<StoredSchedule?> FindAsync(long taskId) => new(reader.Schedule(taskId));

    public ValueTask<bool> ReplaceAsync(long taskId, string cron, Occurrence next, StreamPosition? position) => Write(
        (taskId, cron, next, position),
        static (transaction, call) =>
        {
            Handled(transaction, call.position);
            return transaction.Schedules.Replace(call.taskId, call.cron, call.next);
        });

    public ValueTask<bool> CancelAsync(long taskId, StreamPosition? position) => Write(
        (taskId, position),
        static (transaction, call) =>
        {
            Handled(transaction, call.position);
            var found = transaction.Schedules.Cancel(call.taskId);
            EndIfOver(transaction, call.taskId);
            return found;
        });

    public ValueTask RememberAsync(long taskId, string? cron, DateTimeOffset receivedAt, StreamPosition? position) => Do(
        (taskId, cron, receivedAt, position),
        static (transaction, call) =>
        {
            Handled(transaction, call.position);
            transaction.Schedules.Remember(call.taskId, call.cron, call.receivedAt);
        });

    public ValueTask<EarlyUpdate?> FindUpdateAsync(long taskId, DateTimeOffset receivedAfter) => new(reader.ScheduleUpdate(taskId, receivedAfter));

    public ValueTask<bool> StartRunAsync(long taskId, DateTimeOffset plannedAt, Occurrence? next, DateTimeOffset? skippedAt) => Write(
        (taskId, plannedAt, next, skippedAt),
        static (transaction, call) =>
        {
            var now = transaction.Time.GetUtcNow();
            var isNew = transaction.Runs.Start(call.taskId, call.plannedAt, now);
            if (call.skippedAt is { } skipped)
            {
                transaction.Runs.Pass(call.taskId, skipped, now, RunCodes.Skipped);
            }

            transaction.Schedules.Advance(call.taskId, call.next, call.skippedAt ?? call.plannedAt);
            EndIfOver(transaction, call.taskId);
            return isNew;
        });

    public ValueTask<bool> FinishRunAsync(long taskId, DateTimeOffset plannedAt, string responseCode, OutboxDraft answer)
    {
        SqliteOutbox.ThrowIfTooLarge(answer, options);
        return Write(
            (taskId, plannedAt, responseCode, answer),
            static (transaction, call) =>
            {
                if (!transaction.Runs.End(call.taskId, call.plannedAt, transaction.Time.GetUtcNow(), call.responseCode))
                {
                    return false;
                }

                transaction.Tasks.NoteCode(call.taskId, call.responseCode);
                transaction.Outbox.Add(call.answer);
                EndIfOver(transaction, call.taskId);
                return true;
            });
    }

    public ValueTask PassAsync(long taskId, DateTimeOffset plannedAt, string code, Occurrence? next, OutboxDraft? answer)
    {
        if (answer is not null)
        {
            SqliteOutbox.ThrowIfTooLarge(answer, options);
        }

        return Do(
            (taskId, plannedAt, code, next, answer),
            static (transaction, call) =>
            {
                if (transaction.Runs.Pass(call.taskId, call.plannedAt, transaction.Time.GetUtcNow(), call.code) && call.answer is { } answer)
                {
                    transaction.Tasks.NoteCode(call.taskId, call.code);
                    transaction.Outbox.Add(answer);
                }

                transaction.Schedules.Advance(call.taskId, call.next, call.plannedAt);
                EndIfOver(transaction, call.taskId);
            });
    }

    public ValueTask MoveAsync(long taskId, Occurrence next, DateTimeOffset after) => Do(
        (taskId, next, after),
        static (transaction, call) =>
        {
            transaction.Schedules.Move(call.taskId, call.next, call.after);
            transaction.Runs.ForgetLater(call.taskId, call.after);
        });

    public ValueTask<IReadOnlyList<long>> ListGoingAsync() => new(reader.Going());

    public ValueTask<IReadOnlyList<ScheduleWithReminder>> ListWithRemindersAsync() => new(reader.SchedulesAndReminders());

    public ValueTask<IReadOnlyList<ScheduleReport>> ListAsync(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return new(reader.Schedules(limit));
    }

    public async ValueTask<int> ForgetAsync(DateTimeOffset runsBefore, DateTimeOffset updatesBefore)
    {
        var forgotten = await journal.WriteAsync(
            Durability.ProcessEnd,
            (runsBefore, updatesBefore),
            static (transaction, call) => transaction.Runs.Forget(call.runsBefore) + transaction.Schedules.ForgetUpdates(call.updatesBefore));
        await journal.VacuumAsync();
        return forgotten;
    }

    private static void Handled(JournalTransaction transaction, StreamPosition? position)
    {
        if (position is { } handled)
        {
            transaction.Stream.Handled(handled);
        }
    }

    /// <summary>A schedule without a future and without a run that is going on is over: its task's parameters may be secrets and are forgotten.</summary>
    private static void EndIfOver(JournalTransaction transaction, long taskId)
    {
        if (transaction.Schedules.DeleteOver(taskId))
        {
            transaction.Tasks.EndSchedule(taskId, transaction.Time.GetUtcNow());
        }
    }

    private ValueTask<TResult> Write<TArguments, TResult>(TArguments arguments, Func<JournalTransaction, TArguments, TResult> apply) =>
        new(journal.WriteAsync(Durability.PowerCut, arguments, apply));

    private ValueTask Do<TArguments>(TArguments arguments, Action<JournalTransaction, TArguments> apply) => new(journal.WriteAsync(
        Durability.PowerCut,
        (arguments, apply),
        static (transaction, call) =>
        {
            call.apply(transaction, call.arguments);
            return true;
        }));
}
