using System.Globalization;
using System.Reflection;
using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Schema;

/// <summary>
/// Brings a database to the newest version of the schema: one embedded script a version, one transaction a script. Scripts that were
/// released never change; a change is a new script.
/// </summary>
internal static class Migrations
{
    /// <summary>The version this program knows (PRAGMA user_version).</summary>
    public const int Newest = 1;

    /// <summary>Marks a file as ours (PRAGMA application_id): "AHNK".</summary>
    private const long ApplicationId = 0x41484E4B;

    /// <summary>Migrates; a database that is not ours or is newer is refused untouched.</summary>
    /// <exception cref="StorageException">It is refused.</exception>
    public static void Run(SqliteConnection connection, string path)
    {
        var version = Number(connection, "PRAGMA user_version");
        if (Number(connection, "PRAGMA application_id") != ApplicationId)
        {
            if (version != 0 || Number(connection, "SELECT count(*) FROM sqlite_master") != 0)
            {
                throw new StorageException(path, "It belongs to another program: name another file in the configuration.");
            }

            // Has to be said before the first page is written: a file cannot take it up later without being rewritten.
            Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
        }
        else if (version > Newest)
        {
            throw new StorageException(
                path,
                $"It was written by a newer agent (schema {version}, this agent knows up to {Newest}): install that agent again or move the file away.");
        }

        if (Text(connection, "PRAGMA journal_mode = WAL") != "wal")
        {
            throw new StorageException(path, "Its file system does not support write-ahead logging: put the file on a local disk.");
        }

        while (version < Newest)
        {
            version++;
            using var transaction = connection.BeginTransaction();
            Execute(connection, Script(version), transaction);
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"), transaction);
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}"), transaction);
            transaction.Commit();
        }
    }

    private static string Script(long version)
    {
        var name = version.ToString("0000", CultureInfo.InvariantCulture) + ".sql";
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The script {name} is missing from the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = new SqliteCommand(sql, connection, transaction);
        command.ExecuteNonQuery();
    }

    private static string? Text(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
