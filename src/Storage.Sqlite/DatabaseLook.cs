using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Tables;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite;

/// <summary>
/// Looks into the database file with a connection of its own that writes nothing: beside an agent that runs, or where none does. For diagnosis; the agent itself uses
/// <see cref="AhenkDatabase"/>.
/// </summary>
public sealed class DatabaseLook : IDisposable
{
    private readonly string _path;
    private readonly SqliteConnection _connection;

    private DatabaseLook(string path, SqliteConnection connection)
    {
        _path = path;
        _connection = connection;
    }

    /// <summary>Opens the file.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static DatabaseLook Open(string path)
    {
        try
        {
            return new DatabaseLook(path, OpenReadOnly(path));
        }
        catch (SqliteException failure)
        {
            throw StorageErrors.From(path, failure);
        }
    }

    /// <summary>What SQLite's quick check finds wrong, at most 5 findings; empty: nothing.</summary>
    /// <exception cref="StorageException">It cannot be read at all.</exception>
    public IReadOnlyList<string> Check() => All("PRAGMA quick_check(5)", static row => row.Text(0)) is var lines && lines is ["ok"] ? [] : lines;

    /// <summary>What a repair has left to tell; <see langword="null"/>: there was none.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public string? ReadRepair() => All("SELECT value FROM property WHERE name = 'repair'", static row => row.Text(0)) is [var story] ? story : null;

    /// <summary>The state of a grain of which there is one, as JSON; <see langword="null"/>: none is stored.</summary>
    /// <param name="name">The name of the state.</param>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public string? ReadGrainState(string name) => All(
        $"SELECT payload FROM grain_state WHERE grain_type = '{name.Replace("'", "''", StringComparison.Ordinal)}' AND payload IS NOT NULL", static row => row.Text(0)) is [var state, ..]
        ? state
        : null;

    /// <summary>The full JID of the last session; <see langword="null"/>: none is stored.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public string? ReadBoundJid() => All("SELECT bound_jid FROM stream", static row => row.Text(0)) is [var jid] ? jid : null;

    /// <summary>How many messages wait, and since when the one that has waited longest could have been sent.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public (long Rows, DateTimeOffset? Oldest) ReadOutbox() =>
        All("SELECT count(*), min(not_before) FROM outbox", static row => (row.Number(0), row.TimeOrNull(1)))[0];

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static SqliteConnection OpenReadOnly(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            connection.Open();
            Touch(connection);
            return connection;
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is 8 or 10 or 14)
        {
            // Where nothing can be written, SQLite cannot share the write-ahead log: the file alone is read, and nobody can change it meanwhile.
            connection.Dispose();
            connection = new SqliteConnection($"Data Source=file:{Uri.EscapeDataString(Path.GetFullPath(path)).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1;Mode=ReadOnly;Pooling=False");
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Touch(SqliteConnection connection)
    {
        using var command = new SqliteCommand("SELECT count(*) FROM sqlite_master", connection);
        command.ExecuteScalar();
    }

    private List<T> All<T>(string sql, Func<Statement, T> read)
    {
        try
        {
            using var statement = new Statement(_connection, sql);
            var rows = new List<T>();
            while (statement.Read())
            {
                rows.Add(read(statement));
            }

            return rows;
        }
        catch (SqliteException failure)
        {
            throw StorageErrors.From(_path, failure);
        }
    }
}
