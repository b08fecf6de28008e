namespace Ahenk.Storage.Sqlite.Rescue;

/// <summary>The files that stand beside the database.</summary>
public static class DatabaseFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The last good copy.</summary>
    public static string GoodCopyOf(string path) => path + ".good";

    /// <summary>Damaged files that were set aside, the newest last.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static IReadOnlyList<string> SetAsideOf(string path)
    {
        var (folder, name) = (Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path));
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, name + ".corrupt-*").Where(file => !IsBesideOne(file)).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Everything that a repair would make a database of again, or has begun to make; to be removed before a database that shall be forgotten.</summary>
    public static IReadOnlyList<string> SparesOf(string path) => [RepairedOf(path), GoodCopyOf(path), UnfinishedOf(path), MarkOf(path)];

    /// <summary>A new file that is whole and not in its place yet.</summary>
    internal static string RepairedOf(string path) => path + ".repaired";

    /// <summary>A new file that is being made.</summary>
    internal static string UnfinishedOf(string path) => path + ".unfinished";

    /// <summary>Takes up what a start that died in a repair has left.</summary>
    internal static void FinishRepair(string path)
    {
        if (!File.Exists(path) && File.Exists(RepairedOf(path)))
        {
            File.Move(RepairedOf(path), path);
        }
    }

    /// <summary>Damage that needs no look into the file; <see langword="null"/>: none.</summary>
    internal static string? FindDamage(string path) =>
        File.Exists(MarkOf(path)) ? "It was found damaged while the agent ran."
        : !File.Exists(GoodCopyOf(path)) ? null
        : new FileInfo(path) switch
        {
            { Exists: false } => "It is missing, and was not when its last good copy was made.",
            { Length: 0 } => "It is empty, and was not when its last good copy was made.",
            _ => null,
        };

    /// <summary>Has the next start take the file for damaged.</summary>
    internal static void MarkDamage(string path)
    {
        try
        {
            MakeEmpty(MarkOf(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Then the next start has its own check alone, which finds most of what can be wrong.
        }
    }

    /// <summary>The damage has been dealt with.</summary>
    internal static void Unmark(string path) => File.Delete(MarkOf(path));

    /// <summary>Makes an empty file that is its owner's alone; what was there is gone.</summary>
    internal static void MakeEmpty(string path)
    {
        File.Delete(path);
        new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
    }

    /// <summary>Brings a file to the disk.</summary>
    internal static void Flush(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    private static string MarkOf(string path) => path + ".damaged";

    /// <summary>Whether a file is the log or the index of another one. Of a database that was missing they stand alone.</summary>
    private static bool IsBesideOne(string file) =>
        (file.EndsWith("-wal", StringComparison.Ordinal) || file.EndsWith("-shm", StringComparison.Ordinal)) && File.Exists(file[..^"-wal".Length]);
}
