using System.Globalization;
using Ahenk.Storage.Sqlite.Journal;
using Ahenk.Storage.Sqlite.Tables;

namespace Ahenk.Storage.Sqlite.Reminders;

/// <summary>
/// Orleans' reminders in the agent's database. A reminder that was set or removed survives a power cut: it is committed by the journal, together with what
/// else is waiting there.
/// </summary>
internal sealed class SqliteReminderTable(JournalWriter journal, Reader reader) : IReminderTable
{
    /// <summary>The table is there once the database is open.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Task.FromResult(new ReminderTableData(reader.Reminders(grainId)));

    /// <summary>
    /// The hashes are the points of a ring, and a range begins after <paramref name="begin"/> and goes up to <paramref name="end"/>. One that does not begin below its
    /// end goes over the ring's seam; one that begins at its end is the whole ring.
    /// </summary>
    public Task<ReminderTableData> ReadRows(uint begin, uint end) =>
        Task.FromResult(new ReminderTableData(begin < end ? reader.RemindersWithin(begin, end) : reader.RemindersOverSeam(begin, end)));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => Task.FromResult(reader.Reminder(grainId, reminderName));

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var etag = await journal.WriteAsync(Durability.PowerCut, entry, static (transaction, row) => transaction.Reminders.Upsert(row));
        return etag.ToString(CultureInfo.InvariantCulture);
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) =>
        long.TryParse(eTag, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var etag)
            ? journal.WriteAsync(
                Durability.PowerCut,
                (grainId, reminderName, etag),
                static (transaction, row) => transaction.Reminders.Delete(row.grainId, row.reminderName, row.etag))
            : Task.FromResult(false);

    public Task TestOnlyClearTable() => journal.WriteAsync(
        Durability.PowerCut,
        0,
        static (transaction, _) =>
        {
            transaction.Reminders.Clear();
            return true;
        });
}
