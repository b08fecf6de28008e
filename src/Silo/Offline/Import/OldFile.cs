using Ahenk.Configuration;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Silo.Offline.Import;

/// <summary>Copies files of the Python Ahenk. A file that somebody else could have put there, or that is not a file, is not touched.</summary>
internal static class OldFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int Block = 64 * 1024;

    /// <summary>Copies a file to a place where nothing is yet; the copy's mode is 0600.</summary>
    /// <returns>Whether there is such a file.</returns>
    /// <exception cref="ImportException">It is not copied, or not whole.</exception>
    public static bool Copy(string source, string target, long mostBytes)
    {
        using var handle = FileCalls.Open(source, FileCalls.ReadOnly | FileCalls.NonBlocking | FileCalls.NoFollow | FileCalls.CloseOnExec);
        if (handle.IsInvalid)
        {
            return FileCalls.Failure switch
            {
                FileCalls.NoEntry => false,
                FileCalls.TooManyLinks => throw new ImportException($"{source} is a symbolic link, which is not followed: name the file itself."),
                _ => throw new ImportException($"{source} cannot be read: {FileCalls.FailureText}. Only root can be sure to read it."),
            };
        }

        if (FileCalls.Status(handle) is not { IsRegular: true } status)
        {
            throw new ImportException($"{source} is not a regular file: look at what it is.");
        }

        if (status.IsWritableByOthers)
        {
            throw new ImportException(
                $"{source} can be written by other users, who could have put tasks there that are run as root. Look at what is in it, then: chown root:root {source}; chmod 600 {source}");
        }

        try
        {
            Copy(source, handle, target, mostBytes);
            return true;
        }
        catch (ImportException)
        {
            // Half a file is no backup of it.
            File.Delete(target);
            throw;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImportException($"{source} cannot be copied to {target}: {failure.Message}", failure);
        }
    }

    private static void Copy(string source, SafeFileHandle handle, string target, long mostBytes)
    {
        RequireAtMost(mostBytes, RandomAccess.GetLength(handle), source);
        using var copy = new FileStream(target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        var buffer = new byte[Block];
        long copied = 0;
        while (RandomAccess.Read(handle, buffer, copied) is > 0 and var read)
        {
            copied += read;
            RequireAtMost(mostBytes, copied, source);
            copy.Write(buffer, 0, read);
        }

        copy.Flush(flushToDisk: true);
    }

    /// <summary>A file may grow while it is copied.</summary>
    private static void RequireAtMost(long most, long bytes, string source)
    {
        if (bytes > most)
        {
            throw new ImportException($"{source} is larger than {most >> 20} MiB, which no Python Ahenk needs: look at what is in it.");
        }
    }
}
