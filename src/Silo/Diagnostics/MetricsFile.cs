using System.Text;
using Ahenk.Configuration;

namespace Ahenk.Silo.Diagnostics;

/// <summary>Puts metrics where others read them.</summary>
internal static class MetricsFile
{
    private const UnixFileMode ForAllToRead = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes the file anew: who reads it sees the old one or the new one, whole.</summary>
    /// <exception cref="IOException">It cannot be written, or somebody else could put a link in its way.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public static void Write(string path, string text)
    {
        var folder = Path.GetDirectoryName(path) ?? throw new IOException($"{path} is a directory.");
        RequireOwnDirectory(folder);

        // A reader of the directory takes what ends in .prom; this does not.
        var other = Path.Combine(folder, $".{Path.GetFileName(path)}.new");
        File.Delete(other);
        using (var stream = new FileStream(other, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = ForAllToRead,
        }))
        {
            // The umask may have taken it.
            File.SetUnixFileMode(stream.SafeFileHandle, ForAllToRead);
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        File.Move(other, path, overwrite: true);
    }

    /// <summary>Nobody else may put something else in the way; in a directory above, the sticky bit keeps them from it.</summary>
    private static void RequireOwnDirectory(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            using var handle = FileCalls.Open(at, FileCalls.ReadOnly | FileCalls.OnlyDirectory | FileCalls.CloseOnExec);
            if (handle.IsInvalid || FileCalls.Status(handle) is not { } status)
            {
                throw new IOException($"the directory {at} cannot be read: {FileCalls.FailureText}");
            }

            if (status.IsWritableByOthers && (at == folder || !status.IsSticky))
            {
                throw new IOException($"the directory {at} can be written by other users, who could put a link there: chown root:root {at}; chmod 755 {at}");
            }
        }
    }
}
