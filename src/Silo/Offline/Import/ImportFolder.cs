using System.Globalization;

namespace Ahenk.Silo.Offline.Import;

/// <summary>A private folder with copies of the Python Ahenk's files, from which they are read: the backup, or one that is gone afterwards.</summary>
internal sealed class ImportFolder : IDisposable
{
    /// <summary>Where backups are.</summary>
    public const string Backups = "/var/ahenk/backup";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private ImportFolder(string path) => FullPath = path;

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>Whether it stays; one from which nothing was taken over is removed.</summary>
    public bool IsKept { get; set; }

    /// <summary>The copy of the configuration.</summary>
    public string Configuration => Path.Combine(FullPath, "ahenk.conf");

    /// <summary>The copy of the database.</summary>
    public string Database => Path.Combine(FullPath, "ahenk.db");

    /// <summary>Makes one that goes when it is disposed of.</summary>
    public static ImportFolder Temporary() => new(Directory.CreateTempSubdirectory("ahenk-import-").FullName);

    /// <summary>Makes one for a backup.</summary>
    /// <exception cref="ImportException">It cannot be made.</exception>
    public static ImportFolder Backup(string parent, DateTimeOffset now)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"python-ahenk-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        try
        {
            Directory.CreateDirectory(parent, OwnerOnly);
            if (new DirectoryInfo(parent).LinkTarget is { } target)
            {
                throw new ImportException($"{parent} is a symbolic link to {target}: remove it, or name another folder with --backup.");
            }

            File.SetUnixFileMode(parent, OwnerOnly);
            for (var attempt = 1; ; attempt++)
            {
                var path = Path.Combine(parent, attempt == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{attempt}"));
                if (!Path.Exists(path))
                {
                    Directory.CreateDirectory(path, OwnerOnly);
                    return new ImportFolder(path);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImportException($"The backup cannot be made in {parent}: {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!IsKept && Directory.Exists(FullPath))
        {
            Directory.Delete(FullPath, recursive: true);
        }
    }
}
