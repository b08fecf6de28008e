using System.Globalization;
using System.Text.RegularExpressions;
using Ahenk.Configuration;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;
using Ahenk.Storage.Sqlite;
using Ahenk.Storage.Sqlite.Rescue;

namespace Ahenk.Silo.Offline;

/// <summary>Copies of configuration and state, a directory each with the time as its name, for root alone. The newest few are kept.</summary>
internal sealed partial class StateBackup(AhenkSettings settings, TimeProvider time)
{
    /// <summary>How many are kept.</summary>
    public const int Most = 5;

    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;

    private string StateDirectory => Path.GetDirectoryName(settings.DatabaseFile)!;

    /// <summary>What lies beside the database and belongs to the machine's state, too.</summary>
    public IReadOnlyList<string> Companions =>
    [
        .. ((string[])["known_hosts", "python"]).Select(name => Path.Combine(StateDirectory, name)).Where(Path.Exists),
        .. DatabaseFiles.SetAsideOf(settings.DatabaseFile).SelectMany(DatabaseBackup.FilesOf).Where(File.Exists),
    ];

    /// <summary>Makes one.</summary>
    /// <param name="configurationFile">The main configuration file.</param>
    /// <returns>The directory, and what there is to say of it; <see langword="null"/>: nothing.</returns>
    /// <exception cref="IOException">It could not be made; nothing is left of it but what the disk kept.</exception>
    public (string Directory, string? Remark) Make(string configurationFile)
    {
        MakeDirectory(settings.BackupDirectory);
        var directory = FreeName();
        var unfinished = directory + ".unfinished";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        MakeDirectory(unfinished);
        foreach (var file in ConfigurationFiles.Read(configurationFile).All.Where(File.Exists))
        {
            var folder = file == Path.GetFullPath(configurationFile) ? unfinished : Path.Combine(unfinished, "config.d");
            MakeDirectory(folder);
            Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        foreach (var companion in Companions)
        {
            Copy(companion, Path.Combine(unfinished, Path.GetFileName(companion)));
        }

        var remark = CopyDatabase(Path.Combine(unfinished, Path.GetFileName(settings.DatabaseFile)));
        Directory.Move(unfinished, directory);
        Prune(directory);
        return (directory, remark);
    }

    private static void MakeDirectory(string path)
    {
        Directory.CreateDirectory(path, OwnerDirectory);
        File.SetUnixFileMode(path, OwnerDirectory);
    }

    /// <summary>A file, or a directory with all that is in it. Links are left out: what they lead to is not state.</summary>
    private static void Copy(string from, string to)
    {
        if (new FileInfo(from).LinkTarget is not null)
        {
            return;
        }

        if (Directory.Exists(from))
        {
            MakeDirectory(to);
            foreach (var entry in Directory.EnumerateFileSystemEntries(from))
            {
                Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
            }

            return;
        }

        using var source = new FileStream(from, FileMode.Open, FileAccess.Read);
        using var target = new FileStream(to, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerFile });
        source.CopyTo(target);
        target.Flush(flushToDisk: true);
    }

    private string? CopyDatabase(string copy)
    {
        if (!File.Exists(settings.DatabaseFile))
        {
            // What the next start would make a database of.
            if (DatabaseFiles.GoodCopyOf(settings.DatabaseFile) is var good && File.Exists(good))
            {
                Copy(good, copy);
            }

            return null;
        }

        try
        {
            DatabaseBackup.Write(settings.DatabaseFile, copy);
            return null;
        }
        catch (StorageException failure)
        {
            File.Delete(copy);
            foreach (var file in DatabaseBackup.FilesOf(settings.DatabaseFile).Where(File.Exists))
            {
                Copy(file, Path.Combine(Path.GetDirectoryName(copy)!, Path.GetFileName(file)));
            }

            return $"The database could not be read and was copied as it is: {failure.Message}";
        }
    }

    private string FreeName()
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var name = Path.Combine(settings.BackupDirectory, stamp);
        for (var number = 2; Path.Exists(name); number++)
        {
            name = Path.Combine(settings.BackupDirectory, string.Create(CultureInfo.InvariantCulture, $"{stamp}-{number:00}"));
        }

        return name;
    }

    /// <summary>Keeps the one that was just made, whatever the clock said, and the newest others.</summary>
    private void Prune(string made)
    {
        var old = Directory.EnumerateDirectories(settings.BackupDirectory)
            .Where(path => Path.GetFileName(path) is var name && Name().IsMatch(name) && name != Path.GetFileName(made))
            .OrderDescending(StringComparer.Ordinal).Skip(Most - 1).ToArray();
        foreach (var directory in old)
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [GeneratedRegex(@"\A\d{8}T\d{6}Z(-\d{2,})?\z")]
    private static partial Regex Name();
}
