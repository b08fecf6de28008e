namespace Ahenk.Machine.Linux.Sessions;

/// <summary>Hears of files that come, go and change in a directory.</summary>
/// <remarks>
/// FileSystemWatcher falls silent when its directory is removed, and does not say so; nor does it say so when the directory was not there when it began. Its thread
/// then stays in its read even when it is disposed of: one thread for each time that root exchanges the directory.
/// </remarks>
internal sealed class DirectoryWatch : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private readonly FileStamp? _watched;
    private volatile bool _hasFailed;

    /// <summary>Begins.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="changed">Called on a thread of its own, many times if there are many changes.</param>
    /// <exception cref="ArgumentException">It is not there.</exception>
    /// <exception cref="IOException">The kernel watches as many as it may.</exception>
    public DirectoryWatch(string path, Action changed)
    {
        _watched = FileStamp.Read(path);
        _watcher = new FileSystemWatcher(path) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite };
        _watcher.Created += (_, _) => changed();
        _watcher.Changed += (_, _) => changed();
        _watcher.Deleted += (_, _) => changed();
        _watcher.Renamed += (_, _) => changed();
        _watcher.Error += (_, _) =>
        {
            _hasFailed = true;
            changed();
        };
        try
        {
            _watcher.EnableRaisingEvents = true;
        }
        catch
        {
            _watcher.Dispose();
            throw;
        }
    }

    /// <summary>Whether the directory that has its name now is the one that is listened to.</summary>
    public bool Watches(FileStamp? directory) => !_hasFailed && _watched is { } watched && directory is { } now && watched.File == now.File;

    /// <inheritdoc/>
    public void Dispose() => _watcher.Dispose();
}
