using System.Security.Cryptography;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins;

/// <summary>
/// Files of the machine that everybody may read and the agent writes: as a whole, and only when something would change. For directories that nobody but root
/// can change; what lies in a home is for <see cref="IHomeFiles"/>.
/// </summary>
internal static class SystemFile
{
    private const UnixFileMode Directories = Files | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Files = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Reads a file.</summary>
    /// <returns><see langword="null"/>: there is none.</returns>
    /// <exception cref="PluginInputException">It cannot be read.</exception>
    public static byte[]? Read(string path) => Try(path, "read", () => File.Exists(path) ? File.ReadAllBytes(path) : null);

    /// <summary>Writes a file, mode 0644, and makes the directories that it needs, mode 0755. A file that is right already is not touched.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="workDirectory">Where it is written before it takes its place; on the same file system. Default: where it belongs.</param>
    /// <returns>Whether something has changed.</returns>
    /// <exception cref="PluginInputException">It could not be written; what was there is unchanged.</exception>
    public static bool Write(string path, byte[] content, string? workDirectory = null) => Try(path, "written", () =>
    {
        if (IsEqual(path, content))
        {
            return false;
        }

        MakeDirectory(Path.GetDirectoryName(path)!);
        var temporary = Path.Combine(
            workDirectory ?? Path.GetDirectoryName(path)!, ".ahenk-" + RandomNumberGenerator.GetHexString(16, lowercase: true));
        try
        {
            using (var file = new FileStream(
                temporary,
                new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                file.Write(content);
                File.SetUnixFileMode(file.SafeFileHandle, Files);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        return true;
    });

    /// <summary>Removes a file.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="PluginInputException">It could not be removed.</exception>
    public static bool Delete(string path) => Try(path, "removed", () =>
    {
        var file = new FileInfo(path);
        if (!file.Exists && file.LinkTarget is null)
        {
            return false;
        }

        file.Delete();
        return true;
    });

    private static T Try<T>(string path, string what, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PluginInputException($"'{path}' could not be {what}: {failure.Message}");
        }
    }

    private static bool IsEqual(string path, byte[] content)
    {
        var file = new FileInfo(path);
        return file.Exists && file.LinkTarget is null && file.Length == content.Length && file.UnixFileMode == Files
            && File.ReadAllBytes(path).AsSpan().SequenceEqual(content);
    }

    // Whatever the agent's umask is: who reads the files are the users' programs.
    private static void MakeDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        MakeDirectory(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, Directories);
    }
}
