using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite;

/// <summary>Copies of a database that no agent has open.</summary>
public static class DatabaseBackup
{
    private static readonly string[] Companions = ["-wal", "-shm"];

    /// <summary>Writes a copy that is consistent in itself, mode 0600, and on the disk when this returns. Also of a database that an older or newer agent wrote.</summary>
    /// <param name="path">The database.</param>
    /// <param name="copy">The copy; must not exist.</param>
    /// <exception cref="StorageException">The database cannot be read, or the copy not be written.</exception>
    public static void Write(string path, string copy)
    {
        try
        {
            // SQLite fills an empty file; one that it made itself would have the umask's mode.
            new FileStream(copy, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }).Dispose();
            using (var connection = Connections.Open(path))
            using (var command = connection.CreateCommand())
            {
                command.CommandText = "VACUUM INTO $copy";
                command.Parameters.AddWithValue("$copy", copy);
                command.ExecuteNonQuery();
            }

            using var written = new FileStream(copy, FileMode.Open, FileAccess.ReadWrite);
            written.Flush(flushToDisk: true);
        }
        catch (SqliteException error)
        {
            throw StorageErrors.From(path, error);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new StorageException(path, $"Its copy {copy} cannot be written: {error.Message}", error);
        }
    }

    /// <summary>The files that a database may consist of, in the order in which they must be removed: the log first, for it would be applied to the next database of that name.</summary>
    public static IReadOnlyList<string> FilesOf(string path) => [.. Companions.Select(companion => path + companion), path];
}
