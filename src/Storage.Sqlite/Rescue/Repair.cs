using System.Globalization;
using Ahenk.Storage.Sqlite.Schema;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Ahenk.Storage.Sqlite.Rescue;

/// <summary>
/// Puts a new database in the place of a damaged one: the last good copy, or an empty one where there is none, and over it whatever can still be read of the
/// damaged file. It may be interrupted anywhere: until the new file is whole, the damaged one stands where it stood.
/// </summary>
internal sealed partial class Repair(string path, string finding, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// Tables whose rows are taken over. Not that of the stream: its numbers mean nothing to the server once rows may be missing. The last column says what
    /// becomes of the copy's rows when they cannot all be replaced: a task that waited then may have run since, and is not run again.
    /// </summary>
    private static readonly (string Table, string? BeforePart)[] Tables =
    [
        ("grain_state", null),
        ("task", "UPDATE task SET state = 1 WHERE state = 0"),
        ("outbox", null),
        ("document", null),
        ("schedule", null),
        ("run", null),
        ("schedule_update", null),
        ("reminder", null),
        ("plugin_data", null),
        ("counter", null),
    ];

    /// <summary>Does it.</summary>
    /// <exception cref="SqliteException">The new file cannot be written.</exception>
    /// <exception cref="IOException">Files cannot be copied or moved.</exception>
    public DatabaseRepair Run()
    {
        var at = time.GetUtcNow();
        var setAside = FreeName(at);
        var isThere = File.Exists(path);
        if (isThere)
        {
            LogDamaged(path, finding, setAside);
        }
        else
        {
            LogMissing(path, finding);
        }

        var (copied, salvaged) = MakeNew();
        var repair = new DatabaseRepair(at, isThere ? setAside : null, isThere ? Tell(copied, salvaged) : TellMissing(copied));
        Remember(repair.Story);
        DatabaseFiles.Flush(DatabaseFiles.UnfinishedOf(path));
        File.Move(DatabaseFiles.UnfinishedOf(path), DatabaseFiles.RepairedOf(path), overwrite: true);
        foreach (var companion in (string[])["-wal", "-shm"])
        {
            if (File.Exists(path + companion))
            {
                File.Move(path + companion, setAside + companion);
            }
        }

        if (isThere)
        {
            File.Move(path, setAside);
        }

        File.Move(DatabaseFiles.RepairedOf(path), path);
        DatabaseFiles.Unmark(path);
        LogRepaired(path, repair.Story);
        return repair;
    }

    private (DateTimeOffset? Copied, Dictionary<string, Salvaged> Salvaged) MakeNew()
    {
        var copied = MakeFromCopy();
        if (copied is null)
        {
            RemoveUnfinished();
            DatabaseFiles.MakeEmpty(DatabaseFiles.UnfinishedOf(path));
        }

        using var sound = Connections.Open(DatabaseFiles.UnfinishedOf(path));
        Migrations.Run(sound, path);
        var salvaged = TakeOver(sound);

        // Of a file that was replaced, the ids of stanzas must not come again: a late receipt would remove another message.
        Execute(sound, "UPDATE property SET value = lower(hex(randomblob(12))) WHERE name = 'database_id'; DELETE FROM stream; PRAGMA wal_checkpoint(TRUNCATE)");
        return (copied, salvaged);
    }

    /// <returns>When the copy was made; <see langword="null"/>: there is none that can be used.</returns>
    private DateTimeOffset? MakeFromCopy()
    {
        var copy = new FileInfo(DatabaseFiles.GoodCopyOf(path));
        if (!copy.Exists)
        {
            return null;
        }

        RemoveUnfinished();
        DatabaseFiles.MakeEmpty(DatabaseFiles.UnfinishedOf(path));
        using (var source = copy.OpenRead())
        using (var target = new FileStream(DatabaseFiles.UnfinishedOf(path), FileMode.Open, FileAccess.Write))
        {
            source.CopyTo(target);
        }

        try
        {
            using var sound = Connections.Open(DatabaseFiles.UnfinishedOf(path));
            Migrations.Run(sound, path);
            using var check = new SqliteCommand("PRAGMA quick_check(1)", sound);
            return check.ExecuteScalar() is "ok" ? copy.LastWriteTimeUtc : null;
        }
        catch (SqliteException damaged)
        {
            LogCopyDamaged(copy.FullName, damaged.Message);
            return null;
        }
    }

    private Dictionary<string, Salvaged> TakeOver(SqliteConnection sound)
    {
        var salvaged = Tables.ToDictionary(table => table.Table, _ => Salvaged.Nothing);
        try
        {
            using var damaged = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            damaged.Open();
            var salvage = new Salvage(damaged, sound);
            foreach (var (table, beforePart) in Tables)
            {
                salvaged[table] = salvage.Take(table, beforePart);
            }
        }
        catch (SqliteException unreadable)
        {
            LogUnreadable(path, unreadable.Message);
            foreach (var (_, beforePart) in Tables.Where(table => table.BeforePart is not null && salvaged[table.Table] == Salvaged.Nothing))
            {
                Execute(sound, beforePart!);
            }
        }

        return salvaged;
    }

    private string Tell(DateTimeOffset? copied, Dictionary<string, Salvaged> salvaged)
    {
        var whole = salvaged.Values.All(how => how == Salvaged.Whole);
        var source = whole ? "All rows of the damaged file could be read and were taken over."
            : copied is { } when ? string.Create(CultureInfo.InvariantCulture, $"The last good copy, of {when:yyyy-MM-dd HH:mm:ss} UTC, was taken up; {Parts(salvaged)}")
            : $"There was no good copy; {Parts(salvaged)}";
        return $"{finding} {source}";
    }

    private string TellMissing(DateTimeOffset? copied) => copied is { } when
        ? string.Create(CultureInfo.InvariantCulture, $"{finding} The last good copy, of {when:yyyy-MM-dd HH:mm:ss} UTC, was taken up. What has changed since then is missing.")
        : $"{finding} There was no good copy that could be used: the new one is empty.";

    private static string Parts(Dictionary<string, Salvaged> salvaged)
    {
        string Names(Salvaged how) => string.Join(", ", salvaged.Where(table => table.Value == how).Select(table => table.Key).DefaultIfEmpty("none"));
        return $"of the damaged file, these tables were read whole: {Names(Salvaged.Whole)}; in part: {Names(Salvaged.Part)}; not at all: {Names(Salvaged.Nothing)}. " +
            "What has changed since then in those that are not whole may be missing.";
    }

    private void Remember(string story)
    {
        using var sound = Connections.Open(DatabaseFiles.UnfinishedOf(path));
        using var command = new SqliteCommand("INSERT OR REPLACE INTO property (name, value) VALUES ('repair', $story)", sound);
        command.Parameters.AddWithValue("$story", story);
        command.ExecuteNonQuery();
    }

    private void RemoveUnfinished()
    {
        foreach (var companion in (string[])["", "-wal", "-shm"])
        {
            File.Delete(DatabaseFiles.UnfinishedOf(path) + companion);
        }
    }

    private string FreeName(DateTimeOffset at)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{path}.corrupt-{at:yyyyMMdd-HHmmss}");
        var free = name;
        for (var number = 2; File.Exists(free); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}.{number}");
        }

        return free;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    [LoggerMessage(3970, LogLevel.Critical, "[STORAGE] The database {Path} cannot be used: {Finding} It is set aside as {SetAside}, and a new one is made of what can be saved")]
    private partial void LogDamaged(string path, string finding, string setAside);

    [LoggerMessage(3971, LogLevel.Critical, "[STORAGE] The database {Path} has been replaced. {Story}")]
    private partial void LogRepaired(string path, string story);

    [LoggerMessage(3972, LogLevel.Error, "[STORAGE] The last good copy {Path} is damaged too: {Reason}")]
    private partial void LogCopyDamaged(string path, string reason);

    [LoggerMessage(3973, LogLevel.Error, "[STORAGE] Nothing of {Path} can be read: {Reason}")]
    private partial void LogUnreadable(string path, string reason);

    [LoggerMessage(3978, LogLevel.Critical, "[STORAGE] The database {Path} cannot be used: {Finding} A new one is made of what can be saved")]
    private partial void LogMissing(string path, string finding);
}
