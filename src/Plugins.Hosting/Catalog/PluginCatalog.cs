using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Catalog;

/// <summary>
/// What stands in the plugin directories. All of it is read when it is first asked for; from then on a plugin is read again when <see
/// cref="Refresh"/> says so, so that a
/// folder that is just being copied is not looked at.
/// </summary>
internal sealed partial class PluginCatalog(
    PluginHostOptions options, IReadOnlyDictionary<string, IPluginRunnerFactory> factories, FolderSurveyor surveyor, ILogger<PluginCatalog> logger)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _oddNames = new(StringComparer.Ordinal);
    private SortedDictionary<string, IReadOnlyList<CatalogEntry>>? _entries;

    /// <summary>The directories in words.</summary>
    public string Places => string.Join(" or ", options.Directories);

    /// <summary>The folders of a name, the one that counts first; empty when there is none.</summary>
    public IReadOnlyList<CatalogEntry> Find(string name)
    {
        lock (_gate)
        {
            return Entries().GetValueOrDefault(name) ?? [];
        }
    }

    /// <summary>All folders, by name.</summary>
    public IReadOnlyList<CatalogEntry> List()
    {
        lock (_gate)
        {
            return [.. Entries().Values.SelectMany(entries => entries)];
        }
    }

    /// <summary>Reads the folders of one name anew.</summary>
    public IReadOnlyList<CatalogEntry> Refresh(string name)
    {
        var entries = Read(name);
        lock (_gate)
        {
            if (entries.Count == 0)
            {
                Entries().Remove(name);
            }
            else
            {
                Entries()[name] = entries;
            }
        }

        return entries;
    }

    /// <summary>The names of all folders that are there now.</summary>
    public IReadOnlySet<string> ReadNames()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var directory in options.Directories)
        {
            try
            {
                foreach (var path in Directory.EnumerateFileSystemEntries(directory))
                {
                    var name = Path.GetFileName(path);
                    if (PluginNames.IsFolder(name) && Directory.Exists(path))
                    {
                        names.Add(name);
                    }
                    else if (!name.StartsWith('.') && Directory.Exists(path))
                    {
                        TellOddName(path);
                    }
                }
            }
            catch (DirectoryNotFoundException)
            {
                LogNoDirectory(directory);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LogUnreadable(failure, directory);
            }
        }

        return names;
    }

    /// <summary>Changes with everything that matters in the folders of a name; empty: there is none.</summary>
    public string Fingerprint(string name) =>
        string.Join('\n', RealDirectories()
            .Select(directory => (Directory: directory, surveyor.Survey(Path.Combine(directory, name)).Fingerprint))
            .Where(found => found.Fingerprint.Length > 0)
            .Select(found => $"{found.Directory} {found.Fingerprint} {surveyor.FindFlawAbove(found.Directory)}"));

    /// <summary>The plugin directories that exist, without links: what is checked is what is used from there on.</summary>
    public IEnumerable<string> RealDirectories() => options.Directories.Select(FileStatus.Resolve).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Why a folder is not trusted as it is now, or <see langword="null"/>.</summary>
    public string? FindFlaw(CatalogEntry entry) => surveyor.FindFlawAbove(Path.GetDirectoryName(entry.Folder)!) ?? surveyor.Survey(entry.Folder).Flaw;

    private SortedDictionary<string, IReadOnlyList<CatalogEntry>> Entries()
    {
        if (_entries is null)
        {
            _entries = new SortedDictionary<string, IReadOnlyList<CatalogEntry>>(StringComparer.Ordinal);
            foreach (var name in ReadNames())
            {
                _entries[name] = Read(name);
            }
        }

        return _entries;
    }

    private List<CatalogEntry> Read(string name)
    {
        var entries = new List<CatalogEntry>();
        foreach (var directory in RealDirectories())
        {
            var folder = Path.Combine(directory, name);
            if (Directory.Exists(folder))
            {
                var entry = ReadFolder(name, folder);
                if (entries is [var first, ..])
                {
                    entry = entry with { Status = PluginStatus.Superseded, Reason = $"{first.Folder} comes first; remove one of the two." };
                }

                entries.Add(entry);
                if (entry.Reason is { } reason)
                {
                    LogNotActive(name, entry.Status, folder, reason);
                }
            }
        }

        return entries;
    }

    private CatalogEntry ReadFolder(string name, string folder)
    {
        var entry = new CatalogEntry { Name = name, Folder = folder, Status = PluginStatus.Active };
        if (FindFlaw(entry) is { } flaw)
        {
            return entry with { Status = PluginStatus.Malfunctioned, Reason = flaw };
        }

        try
        {
            entry = ReadManifest(entry);
        }
        catch (PluginLoadException failure)
        {
            return entry with { Status = PluginStatus.Malfunctioned, Reason = failure.Message };
        }

        var kind = entry.Manifest!.Kind;
        if (options.Disabled.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return entry with
            {
                Status = PluginStatus.Disabled,
                Reason = "it stands in [PLUGIN] disabled of the agent's configuration; take it out there and run 'ahenk config reload'.",
            };
        }

        if (!factories.TryGetValue(kind, out var factory))
        {
            return entry with
            {
                Status = PluginStatus.NotSupported,
                Reason = $"{folder}/{PluginManifest.FileName} has the kind '{PluginNames.Shown(kind)}', which this version of the agent does not know " +
                    $"(known: {string.Join(", ", factories.Keys.Order(StringComparer.Ordinal))}).",
            };
        }

        return factory.FindObstacle() is { } obstacle ? entry with { Status = PluginStatus.NotSupported, Reason = obstacle } : entry;
    }

    private CatalogEntry ReadManifest(CatalogEntry entry)
    {
        if (File.Exists(Path.Combine(entry.Folder, PluginManifest.FileName)))
        {
            var manifest = ManifestFile.Read(entry.Folder, out var unknown);
            if (unknown.Count > 0)
            {
                LogUnknownFields(entry.Folder, string.Join(", ", unknown));
            }

            return entry with { Manifest = manifest };
        }

        return entry with { Manifest = InferredManifest.Read(entry.Folder), IsInferred = true };
    }

    private void TellOddName(string path)
    {
        if (_oddNames.Add(path))
        {
            LogOddName(path, PluginNames.Rule);
        }
    }

    [LoggerMessage(1310, LogLevel.Warning, "[PLUGIN] {Folder} is passed over: a plugin's folder is named with {Rule}")]
    private partial void LogOddName(string folder, string rule);

    [LoggerMessage(1311, LogLevel.Debug, "[PLUGIN] The plugin directory {Directory} does not exist")]
    private partial void LogNoDirectory(string directory);

    [LoggerMessage(1312, LogLevel.Error, "[PLUGIN] The plugin directory {Directory} cannot be read")]
    private partial void LogUnreadable(Exception failure, string directory);

    [LoggerMessage(1313, LogLevel.Warning, "[PLUGIN] {Plugin} is {Status} ({Folder}): {Reason}")]
    private partial void LogNotActive(string plugin, PluginStatus status, string folder, string reason);

    [LoggerMessage(1314, LogLevel.Debug, "[PLUGIN] {Folder}/plugin.json has fields that are not known and not used: {Fields}")]
    private partial void LogUnknownFields(string folder, string fields);
}

/// <summary>The manifest of a plugin of the original agent, which has none: its files say what it is (PL 2.1).</summary>
internal static class InferredManifest
{
    public const string MainFile = "main.py";

    public static PluginManifest Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, MainFile)))
        {
            throw new PluginLoadException($"{folder} holds neither {PluginManifest.FileName} nor {MainFile}; copy the whole plugin there.");
        }

        return new PluginManifest
        {
            Name = Path.GetFileName(folder),
            Kind = PluginKinds.Python,
            Policy = File.Exists(Path.Combine(folder, "policy.py")) ? new ManifestPolicy() : null,
            Modes = [.. Enum.GetValues<PluginMode>().Where(mode => File.Exists(Path.Combine(folder, mode.ToString().ToLowerInvariant() + ".py")))],
        };
    }
}
