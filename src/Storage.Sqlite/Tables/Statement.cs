using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>
/// A prepared statement, kept for the life of its connection. It goes to SQLite directly: SqliteCommand looks every parameter up by name and boxes every
/// number each time it runs, and these run several times a task. Parameters count from 1, columns from 0. Not thread-safe.
/// </summary>
internal sealed class Statement : IDisposable
{
    private const int LongText = 64 * 1024;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    public Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, DateTimeOffset value) => Bind(parameter, value.ToUnixTimeMilliseconds());

    public Statement Bind(int parameter, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            return Bind(parameter, time);
        }

        Check(raw.sqlite3_bind_null(_statement, parameter));
        return this;
    }

    public Statement Bind(int parameter, string? value)
    {
        if (value is null)
        {
            Check(raw.sqlite3_bind_null(_statement, parameter));
            return this;
        }

        // With its length, not to its first NUL: texts come from outside. (The extra byte keeps the pointer of an empty text from being null.)
        // A long one is measured first, so that the pool does not keep three times its size.
        var most = value.Length <= LongText ? Encoding.UTF8.GetMaxByteCount(value.Length) : Encoding.UTF8.GetByteCount(value);
        var buffer = ArrayPool<byte>.Shared.Rent(most + 1);
        try
        {
            var length = Encoding.UTF8.GetBytes(value, buffer);
            Check(length == 0
                ? raw.sqlite3_bind_text(_statement, parameter, "")
                : raw.sqlite3_bind_text(_statement, parameter, buffer.AsSpan(0, length)));
        }
        finally
        {
            // Texts may be secrets.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        return this;
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Execute()
    {
        while (Read())
        {
        }

        return raw.sqlite3_changes(_database);
    }

    /// <summary>Goes to the next row. After the last one, or an error, the statement is ready to run again.</summary>
    public bool Read()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        if (result == raw.SQLITE_DONE)
        {
            Reset();
            return false;
        }

        var error = Error(result);
        Reset();
        throw error;
    }

    /// <summary>Ends a run before its last row.</summary>
    public void Reset()
    {
        // Its result repeats the error of the last step, which has been thrown.
        _ = raw.sqlite3_reset(_statement);
        _ = raw.sqlite3_clear_bindings(_statement);
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    public DateTimeOffset Time(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Number(column));

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(_statement, column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public void Dispose() => _statement.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw Error(result);
        }
    }

    private SqliteException Error(int result) =>
        new(raw.sqlite3_errmsg(_database).utf8_to_string(), result & 0xFF, raw.sqlite3_extended_errcode(_database));
}
