using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Tables;

namespace Ahenk.Storage.Sqlite.Rescue;

/// <summary>Makes the copy that a damaged database is replaced by.</summary>
internal static class GoodCopy
{
    /// <summary>Checks the database and copies it. Writers are not held up: in WAL mode this reads what was committed when it began.</summary>
    /// <exception cref="StorageException">The check found something.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">It cannot be read, or the copy not be written.</exception>
    public static void Make(string path)
    {
        var (copy, unfinished) = (DatabaseFiles.GoodCopyOf(path), DatabaseFiles.GoodCopyOf(path) + "-unfinished");
        using var connection = Connections.Open(path);
        using (var check = new Statement(connection, "PRAGMA quick_check(1)"))
        {
            var finding = check.Read() ? check.Text(0) : "the check found nothing to check";
            check.Reset();
            if (finding != "ok")
            {
                throw new StorageException(path, $"It is damaged ({finding}): the agent sets it aside when it starts, and goes on with what can be saved.") { IsDamage = true };
            }
        }

        try
        {
            // SQLite fills an empty file, and would make one with the umask's leave.
            DatabaseFiles.MakeEmpty(unfinished);
            using (var vacuum = new Statement(connection, "VACUUM INTO ?1"))
            {
                vacuum.Bind(1, unfinished).Execute();
            }

            DatabaseFiles.Flush(unfinished);
            File.Move(unfinished, copy, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
