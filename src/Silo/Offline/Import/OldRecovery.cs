using Microsoft.Data.Sqlite;

namespace Ahenk.Silo.Offline.Import;

/// <summary>
/// A copy of the Python Ahenk's database after SQLite has put it in order, where its agent was killed while it was writing: what its journal says is taken back, for the
/// file holds half a change; what its write-ahead log says is taken in.
/// </summary>
internal sealed class OldRecovery : IDisposable
{
    private static readonly byte[] SuperJournal = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

    private readonly ImportFolder _folder = ImportFolder.Temporary();

    private OldRecovery()
    {
    }

    /// <summary>The database, which is one file now.</summary>
    public string Database => _folder.Database;

    /// <summary>Copies database, journal and log to a place of their own, and has SQLite put them in order there.</summary>
    /// <param name="database">The database; it and what is beside it are left as they are.</param>
    /// <exception cref="ImportException">They are damaged.</exception>
    /// <exception cref="IOException">There is no room for another copy.</exception>
    public static OldRecovery Run(string database)
    {
        var recovery = new OldRecovery();
        try
        {
            foreach (var part in (string[])["", "-journal", "-wal"])
            {
                if (File.Exists(database + part))
                {
                    File.Copy(database + part, recovery.Database + part);
                }
            }

            RequireOneDatabase(recovery.Database + "-journal");
            recovery.PutInOrder();
            return recovery;
        }
        catch
        {
            recovery.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>A journal can end with the name of another file, which SQLite would remove. The Python Ahenk has one database and writes no such name.</summary>
    private static void RequireOneDatabase(string journal)
    {
        if (!File.Exists(journal))
        {
            return;
        }

        using var file = File.OpenHandle(journal);
        var end = new byte[SuperJournal.Length];
        if (RandomAccess.GetLength(file) >= end.Length && RandomAccess.Read(file, end, RandomAccess.GetLength(file) - end.Length) == end.Length && end.AsSpan().SequenceEqual(SuperJournal))
        {
            throw new ImportException("Its journal is of several databases, which no Python Ahenk has.");
        }
    }

    private void PutInOrder()
    {
        const int IoFailure = 10;
        const int Full = 13;
        try
        {
            using var connection = OldDatabase.Connect(Database, SqliteOpenMode.ReadWrite);
            using var command = connection.CreateCommand();

            // The first look at the file has SQLite take the journal back; to leave the write-ahead log is to empty it into the file.
            command.CommandText = "SELECT count(*) FROM sqlite_master; PRAGMA journal_mode = DELETE";
            command.ExecuteNonQuery();
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is IoFailure or Full)
        {
            throw new IOException($"The copy {Database} cannot be put in order: {failure.Message} Make room there.", failure);
        }
        catch (SqliteException failure)
        {
            throw new ImportException($"It cannot be read: {failure.Message}", failure);
        }
    }
}
