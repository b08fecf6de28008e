using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Catalog;

/// <summary>
/// The system's notices (inotify) of changes below the plugin directories. They may be lost or not to be had: whoever uses them also looks by himself
/// from time to time.
/// </summary>
/// <param name="changed">Told the name of the folder in a plugin directory in which something changed.</param>
/// <param name="lost">Told that notices were lost.</param>
/// <param name="logger">Its log.</param>
internal sealed partial class DirectoryWatches(Action<string> changed, Action lost, ILogger logger) : IDisposable
{
    private readonly List<FileSystemWatcher> _watchers = [];

    /// <summary>
    /// Watches these directories and no others. Those that were watched before are watched anew: they may have been removed and made again.
    /// </summary>
    public void Renew(IEnumerable<string> directories)
    {
        Dispose();
        foreach (var directory in directories)
        {
            try
            {
                var watcher = new FileSystemWatcher(directory)
                {
                    IncludeSubdirectories = true,
                    NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.Attributes,
                };
                _watchers.Add(watcher);
                watcher.Created += (_, change) => Tell(directory, change.FullPath);
                watcher.Changed += (_, change) => Tell(directory, change.FullPath);
                watcher.Deleted += (_, change) => Tell(directory, change.FullPath);
                watcher.Renamed += (_, change) =>
                {
                    Tell(directory, change.OldFullPath);
                    Tell(directory, change.FullPath);
                };
                watcher.Error += (_, failure) =>
                {
                    LogLost(failure.GetException(), directory);
                    lost();
                };
                watcher.EnableRaisingEvents = true;
            }
            catch (Exception failure) when (failure is IOException or ArgumentException)
            {
                // The directory has just gone, or the system's limit of watches is reached.
                LogNotWatched(failure, directory);
            }
        }
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers)
        {
            watcher.Dispose();
        }

        _watchers.Clear();
    }

    private void Tell(string directory, string path)
    {
        var name = Path.GetRelativePath(directory, path).Split('/', 2)[0];
        if (PluginNames.IsFolder(name))
        {
            changed(name);
        }
    }

    [LoggerMessage(1315, LogLevel.Warning, "[PLUGIN] Notices of changes in {Directory} were lost; all of it is looked at")]
    private partial void LogLost(Exception failure, string directory);

    [LoggerMessage(1316, LogLevel.Warning, "[PLUGIN] {Directory} cannot be watched for changes; it is only looked at from time to time")]
    private partial void LogNotWatched(Exception failure, string directory);
}
