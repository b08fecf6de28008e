using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite;

/// <summary>How connections to the database are made and set.</summary>
internal static class Connections
{
    /// <summary>Only matters for other processes, for instance a person with the sqlite3 tool: within this one the gate keeps writers apart.</summary>
    public const int BusyTimeoutMilliseconds = 5000;

    /// <summary>secure_delete: the parameters of a finished task may be secrets and must not linger in free space.</summary>
    private const string Settings = "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA secure_delete = ON";

    /// <summary>The connection string.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="pooled">Whether closed connections are kept for the next one.</param>
    public static string StringFor(string path, bool pooled) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = pooled,
        DefaultTimeout = 5,
    }.ToString();

    /// <summary>Opens a connection that lives as long as the database.</summary>
    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(StringFor(path, pooled: false));
        try
        {
            connection.Open();
            Configure(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Applies what SQLite keeps per connection.</summary>
    public static void Configure(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Settings;
        command.ExecuteNonQuery();
    }
}
