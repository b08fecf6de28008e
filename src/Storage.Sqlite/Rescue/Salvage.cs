using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Rescue;

/// <summary>How much of a table could be read.</summary>
internal enum Salvaged
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Some rows, which lie over those of the copy.</summary>
    Part,

    /// <summary>All rows: they replace those of the copy.</summary>
    Whole,
}

/// <summary>Takes rows of a damaged database over into a sound one. A row that does not fit its table is none: the tables check types and states.</summary>
/// <param name="damaged">The damaged database, open for reading.</param>
/// <param name="sound">The sound one, with the same tables.</param>
internal sealed class Salvage(SqliteConnection damaged, SqliteConnection sound)
{
    /// <summary>Takes a table over.</summary>
    /// <param name="table">Its name; one of ours.</param>
    /// <param name="beforePart">What is done to the copy's rows when they are not all replaced.</param>
    public Salvaged Take(string table, string? beforePart)
    {
        var columns = Columns(table);
        var select = $"SELECT {string.Join(", ", columns)} FROM {table}";
        using (var whole = sound.BeginTransaction())
        {
            Execute($"DELETE FROM {table}", whole);
            if (Copy(select, table, columns, whole).IsWhole)
            {
                whole.Commit();
                return Salvaged.Whole;
            }
        }

        using var part = sound.BeginTransaction();
        if (beforePart is not null)
        {
            Execute(beforePart, part);
        }

        // What lies behind the damage can be reached from the other end, where rows have an order of their own.
        var taken = Copy(select, table, columns, part).Rows + Copy(select + " ORDER BY rowid DESC", table, columns, part).Rows;
        part.Commit();
        return taken > 0 ? Salvaged.Part : Salvaged.Nothing;
    }

    private (long Rows, bool IsWhole) Copy(string select, string table, string[] columns, SqliteTransaction transaction)
    {
        using var insert = sound.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = $"INSERT OR REPLACE INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, index) => $"@p{index}"))})";
        var parameters = columns.Select((_, index) => insert.Parameters.Add(new SqliteParameter($"@p{index}", null))).ToArray();
        var rows = 0L;
        var isWhole = true;
        try
        {
            using var query = damaged.CreateCommand();
            query.CommandText = select;
            using var reader = query.ExecuteReader();
            while (reader.Read())
            {
                for (var index = 0; index < columns.Length; index++)
                {
                    parameters[index].Value = reader.GetValue(index);
                }

                if (TryInsert(insert))
                {
                    rows++;
                }
                else
                {
                    isWhole = false;
                }
            }

            return (rows, isWhole);
        }
        catch (SqliteException)
        {
            // The damage, or a table that is not there, or one without row numbers: what was read until then counts.
            return (rows, false);
        }
    }

    private static bool TryInsert(SqliteCommand insert)
    {
        const int Constraint = 19;
        try
        {
            insert.ExecuteNonQuery();
            return true;
        }
        catch (SqliteException unfit) when (unfit.SqliteErrorCode == Constraint)
        {
            return false;
        }
    }

    private string[] Columns(string table)
    {
        using var query = sound.CreateCommand();
        query.CommandText = "SELECT name FROM pragma_table_info($table)";
        query.Parameters.AddWithValue("$table", table);
        using var reader = query.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return [.. names];
    }

    private void Execute(string sql, SqliteTransaction transaction)
    {
        using var command = new SqliteCommand(sql, sound, transaction);
        command.ExecuteNonQuery();
    }
}
