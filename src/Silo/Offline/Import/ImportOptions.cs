using Ahenk.Configuration;

namespace Ahenk.Silo.Offline.Import;

/// <summary>What the command line says.</summary>
internal sealed record ImportOptions
{
    public const string Usage =
        "Usage: ahenk import [--from DIRECTORY | --database FILE | --configuration FILE] [--backup DIRECTORY] [--dry-run] [--json]";

    /// <summary>The directory that <c>ahenk.conf</c> and <c>ahenk.db</c> of the Python Ahenk are in.</summary>
    public string? From { get; init; }

    /// <summary>Its database.</summary>
    public string? Database { get; init; }

    /// <summary>Its configuration.</summary>
    public string? Configuration { get; init; }

    /// <summary>Where the backup is made.</summary>
    public string Backup { get; init; } = ImportFolder.Backups;

    /// <summary>Whether nothing is to be changed.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Whether the answer is JSON.</summary>
    public bool IsJson { get; init; }

    /// <summary>Reads the command line.</summary>
    /// <returns><see langword="null"/>: it is wrong.</returns>
    public static ImportOptions? Parse(string[] arguments)
    {
        var options = new ImportOptions();
        for (var next = 0; next < arguments.Length; next++)
        {
            if (arguments[next] is "--dry-run")
            {
                options = options with { IsDryRun = true };
                continue;
            }

            if (arguments[next] is "--json")
            {
                options = options with { IsJson = true };
                continue;
            }

            if (next + 1 == arguments.Length || arguments[next + 1].Length == 0 || options.With(arguments[next], arguments[next + 1]) is not { } known)
            {
                return null;
            }

            options = known;
            next++;
        }

        return options.From is not null && (options.Database ?? options.Configuration) is not null ? null : options;
    }

    /// <summary>The Python Ahenk's configuration: both agents have theirs in the same place.</summary>
    public string ConfigurationOr(string own) =>
        Path.GetFullPath(Configuration ?? (From is null ? own : Path.Combine(From, Path.GetFileName(ConfigurationFiles.DefaultPath))));

    /// <summary>The Python Ahenk's database: where its configuration says, unless the command line does.</summary>
    public string DatabaseOr(string? configured, string configuration) => Path.GetFullPath(
        Database ?? (From is not null || configured is null || !Path.IsPathRooted(configured)
            ? Path.Combine(From ?? Path.GetDirectoryName(configuration)!, "ahenk.db")
            : configured));

    private ImportOptions? With(string name, string value) => name switch
    {
        "--from" => this with { From = value },
        "--database" => this with { Database = value },
        "--configuration" => this with { Configuration = value },
        "--backup" => this with { Backup = value },
        _ => null,
    };
}
