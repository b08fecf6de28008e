using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Ahenk.Silo.Offline.Import;

/// <summary>
/// A copy of the Python Ahenk's database, opened so that nothing in it is changed or can act: no views, triggers, virtual tables or functions that reach out of it,
/// values of bounded size, and bounded work.
/// </summary>
internal sealed class OldDatabase : IDisposable
{
    /// <summary>The most rows of a table that are read.</summary>
    public const int MostRows = 10_000;

    private const int LongestValue = 4 << 20;
    private const int StepsPerLook = 100_000;
    private const int MostLooks = 20_000;

    private readonly SqliteConnection _connection;
    private readonly OldRecovery? _recovery;

    private OldDatabase(SqliteConnection connection, OldRecovery? recovery)
    {
        _connection = connection;
        _recovery = recovery;
    }

    /// <summary>Opens it and checks it as a whole.</summary>
    /// <param name="path">The database.</param>
    /// <param name="isWhole">Whether there is no journal and no log beside it. Otherwise another copy is made of them, put in order, and opened.</param>
    /// <exception cref="ImportException">It is not a database, or a damaged one.</exception>
    /// <exception cref="IOException">There is no room for the other copy.</exception>
    public static OldDatabase Open(string path, bool isWhole)
    {
        var recovery = isWhole ? null : OldRecovery.Run(path);
        try
        {
            // As a URI for immutable: nothing is locked, and no journal beside it is looked at.
            var parts = Path.GetFullPath(recovery?.Database ?? path).Split('/').Select(Uri.EscapeDataString);
            var database = new OldDatabase(Connect($"file://{string.Join('/', parts)}?immutable=1", SqliteOpenMode.ReadOnly), recovery);
            try
            {
                database.Check();
                return database;
            }
            catch
            {
                database.Dispose();
                throw;
            }
        }
        catch (SqliteException failure)
        {
            recovery?.Dispose();
            throw new ImportException($"It cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Connects to a database of which nothing is trusted.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    internal static SqliteConnection Connect(string source, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false }.ToString());
        try
        {
            connection.Open();
            var looks = 0;
            raw.sqlite3_limit(connection.Handle!, raw.SQLITE_LIMIT_LENGTH, LongestValue);
            raw.sqlite3_progress_handler(connection.Handle!, StepsPerLook, _ => ++looks > MostLooks ? 1 : 0, null);
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The rows of a table in the order in which they were made.</summary>
    /// <param name="table">The table.</param>
    /// <param name="problem">Is told of rows that cannot be read, and of a table that cannot.</param>
    /// <returns><see langword="null"/>: there is no such table.</returns>
    public IReadOnlyList<OldRow>? Rows(OldTable table, Action<string> problem)
    {
        try
        {
            if (!IsTable(table))
            {
                return null;
            }

            var rows = new List<OldRow>();
            var ids = Ids(table);
            if (ids.Count > MostRows)
            {
                problem($"The table {table.Name} has more than {MostRows} rows: the newest ones are read.");
                ids.RemoveRange(0, ids.Count - MostRows);
            }

            foreach (var id in ids)
            {
                try
                {
                    rows.Add(Read(table, id));
                }
                catch (SqliteException failure)
                {
                    problem($"Row {id} of the table {table.Name} cannot be read: {failure.Message}");
                }
            }

            return rows;
        }
        catch (SqliteException failure)
        {
            problem($"The table {table.Name} cannot be read: {failure.Message}");
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        _recovery?.Dispose();
    }

    private void Check()
    {
        Run("PRAGMA query_only = ON");
        using var command = _connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() is not "ok")
        {
            throw new ImportException("It is damaged.");
        }
    }

    private bool IsTable(OldTable table)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $name COLLATE NOCASE AND sql NOT LIKE 'create virtual%'";
        command.Parameters.AddWithValue("$name", table.Name);
        return command.ExecuteScalar() is 1L;
    }

    private List<long> Ids(OldTable table)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = table.Ids;
        command.Parameters.AddWithValue("$most", MostRows + 1);
        using var reader = command.ExecuteReader();
        var ids = new List<long>();
        while (reader.Read())
        {
            ids.Add(reader.GetInt64(0));
        }

        ids.Reverse();
        return ids;
    }

    private OldRow Read(OldTable table, long id)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = table.Row;
        command.Parameters.AddWithValue("$id", id);
        using var reader = command.ExecuteReader();
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        if (reader.Read())
        {
            for (var column = 0; column < reader.FieldCount; column++)
            {
                values[reader.GetName(column)] = reader.GetValue(column);
            }
        }

        return new OldRow(id, values);
    }

    private void Run(string pragma)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = pragma;
        command.ExecuteNonQuery();
    }
}
