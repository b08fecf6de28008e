namespace Ahenk.Configuration;

/// <summary>A configuration file as it was read.</summary>
/// <param name="Bytes">What is in it.</param>
/// <param name="Status">What the kernel says of it.</param>
internal sealed record FileContent(byte[] Bytes, FileCalls.FileStatus Status)
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>Reads a file. A pipe or a device in its place does not hold the process up.</summary>
    /// <param name="path">The file.</param>
    /// <param name="followLinks">Whether it may be a symbolic link.</param>
    /// <returns><see langword="null"/> when there is none.</returns>
    /// <exception cref="ConfigurationException">It cannot be read.</exception>
    public static FileContent? Read(string path, bool followLinks)
    {
        using var handle = FileCalls.Open(path, FileCalls.ReadOnly | FileCalls.NonBlocking | FileCalls.CloseOnExec | (followLinks ? 0 : FileCalls.NoFollow));
        if (handle.IsInvalid)
        {
            return FileCalls.Failure switch
            {
                FileCalls.NoEntry => null,
                FileCalls.TooManyLinks => throw new ConfigurationException(
                    $"{path} is a symbolic link{Target(path)}. It is not followed, so that nobody can have another file changed: name the file itself with --config FILE."),
                _ => throw new ConfigurationException($"The configuration file {path} cannot be read: {FileCalls.FailureText}."),
            };
        }

        if (FileCalls.Status(handle) is not { } status)
        {
            throw new ConfigurationException($"The configuration file {path} cannot be read: {FileCalls.FailureText}.");
        }

        if (!status.IsRegular)
        {
            throw new ConfigurationException($"The configuration file {path} cannot be read: it is not a regular file.");
        }

        try
        {
            return new FileContent(ReadAll(path, handle), status);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration file {path} cannot be read: {failure.Message}", failure);
        }
    }

    private static byte[] ReadAll(string path, Microsoft.Win32.SafeHandles.SafeFileHandle handle)
    {
        var buffer = new byte[MostBytes + 1];
        var filled = 0;
        while (RandomAccess.Read(handle, buffer.AsSpan(filled), filled) is > 0 and var read)
        {
            filled += read;
            if (filled > MostBytes)
            {
                throw new ConfigurationException($"The configuration file {path} cannot be read: it is larger than {MostBytes / 1024} KiB.");
            }
        }

        return buffer[..filled];
    }

    private static string Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false) is { } target ? $" to {target.FullName}" : "";
        }
        catch (IOException)
        {
            // Gone meanwhile, or in a circle: the message does without it.
            return "";
        }
    }
}
