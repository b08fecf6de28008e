using Ahenk.Grains.Interfaces;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite;

/// <summary>Says in words what SQLite says in numbers.</summary>
internal static class StorageErrors
{
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    internal static StorageException From(string path, SqliteException error) =>
        new(path, $"{Explain(error.SqliteErrorCode)} (SQLite error {error.SqliteExtendedErrorCode}: {error.Message})", error)
        {
            IsDamage = error.SqliteErrorCode is Corrupt or NotADatabase,
        };

    private static string Explain(int code) => code switch
    {
        Busy => "Another process has it locked: end that process.",
        ReadOnly => "It is read-only: check the mode of the file and of its directory, and the mount.",
        InputOutput => "Reading or writing failed: check the disk.",
        Corrupt => "It is damaged: the agent sets it aside when it starts, and goes on with what can be saved.",
        Full => "The disk is full: free space on its file system.",
        CannotOpen => "It cannot be opened: check that its directory exists and may be written by the agent.",
        NotADatabase => "It is not an SQLite database: the agent sets it aside when it starts, and goes on with what can be saved.",
        _ => "SQLite refused the statement.",
    };
}
