namespace Ahenk.Configuration;

/// <summary>
/// Lets one change of the configuration follow another: without it, of two at once the later could be written over the earlier. It is on a file of its own beside the main
/// one, which only its owner can open: a directory could be locked by whoever may read it, and so every change be held up.
/// </summary>
internal static class ConfigurationLock
{
    private const uint Mode = 0b110_000_000;

    /// <summary>Waits for changes that are under way.</summary>
    /// <param name="mainFile">The main file; there is one lock for all that belong to it.</param>
    /// <returns>Lets the next one go on when it is disposed of; so does the end of the process.</returns>
    /// <exception cref="ConfigurationException">It cannot be taken.</exception>
    public static IDisposable Take(string mainFile)
    {
        var full = Path.GetFullPath(mainFile);
        var folder = Path.GetDirectoryName(full)!;
        ConfigurationFile.RequireOwnDirectory(folder);

        // Names with a dot are not read as configuration.
        var path = Path.Combine(folder, $".{Path.GetFileName(full)}.lock");
        var file = FileCalls.Open(path, FileCalls.ReadWrite | FileCalls.Create | FileCalls.NonBlocking | FileCalls.CloseOnExec | FileCalls.NoFollow, Mode);
        if (!file.IsInvalid && FileCalls.Status(file) is { IsRegular: true, IsWritableByOthers: false } && FileCalls.Lock(file, FileCalls.LockExclusive) == 0)
        {
            return file;
        }

        var reason = file.IsInvalid ? FileCalls.FailureText : "it is not a file of root's, or other users can write it";
        file.Dispose();
        throw new ConfigurationException($"The configuration is not changed, for its lock {path} cannot be taken: {reason}. Look at what is there, and at the owner and mode of its directory.");
    }
}
