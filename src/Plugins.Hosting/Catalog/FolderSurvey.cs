using System.Security.Cryptography;
using System.Text;

namespace Ahenk.Plugins.Hosting.Catalog;

/// <summary>A plugin's folder as it lies on the disk.</summary>
/// <param name="Fingerprint">Changes with everything that matters in the folder: names, contents, owners, modes. Empty: there is no such folder.</param>
/// <param name="Flaw">Why it is not trusted, as a sentence that says what to do; <see langword="null"/>: it is.</param>
internal readonly record struct FolderSurvey(string Fingerprint, string? Flaw);

/// <summary>
/// What is in a plugin's folder runs as root, so nobody but root and the agent's own user may have a say in it: not in its files, and not in the
/// directories above it, which decide what the folder is.
/// </summary>
/// <param name="user">The agent's own user.</param>
internal sealed class FolderSurveyor(uint user)
{
    private const int MostEntries = 20_000;

    /// <summary>Looks at a plugin directory and all above it.</summary>
    /// <param name="directory">A path without links.</param>
    /// <returns>Why it is not trusted, or <see langword="null"/>.</returns>
    public string? FindFlawAbove(string directory)
    {
        try
        {
            for (var path = directory; path is not null; path = Path.GetDirectoryName(path))
            {
                var status = FileStatus.Read(path);

                // In a directory such as /tmp nobody can rename or remove what is somebody else's.
                var shared = path != directory && status.Mode.HasFlag(UnixFileMode.StickyBit);
                if (FindFlaw(path, status, mayBeShared: shared) is { } flaw)
                {
                    return flaw;
                }
            }

            return null;
        }
        catch (IOException failure)
        {
            return $"{failure.Message}.";
        }
    }

    /// <summary>Looks at a plugin's folder and everything in it. The directories above are not looked at.</summary>
    /// <param name="folder">A path without links above the folder.</param>
    public FolderSurvey Survey(string folder)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        string? flaw = null;
        try
        {
            if (!Path.Exists(folder) && new FileInfo(folder).LinkTarget is null)
            {
                return new FolderSurvey("", null);
            }

            var waiting = new Stack<string>([folder]);
            var count = 0;
            while (waiting.TryPop(out var path))
            {
                if (++count > MostEntries)
                {
                    flaw ??= $"{folder} holds more than {MostEntries} files; move what does not belong to the plugin elsewhere.";
                    break;
                }

                var status = FileStatus.Read(path);
                flaw ??= FindFlaw(path, status, mayBeShared: false) ?? FindFlawInside(folder, path, status);
                if (status.Kind == FileKind.Directory)
                {
                    foreach (var entry in Directory.EnumerateFileSystemEntries(path))
                    {
                        waiting.Push(entry);
                    }
                }

                if (Matters(folder, path))
                {
                    seen.Add($"{path} {status.Mark}");
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            flaw ??= $"{folder} cannot be looked at, or is just being changed: {failure.Message}";
        }

        seen.Add(flaw ?? "");
        return new FolderSurvey(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', seen)))), flaw);
    }

    private string? FindFlaw(string path, FileStatus status, bool mayBeShared)
    {
        if (status.Owner != 0 && status.Owner != user)
        {
            return $"{path} belongs to the user with the number {status.Owner}, who could change it at any time; " +
                "'chown root' it after making sure that it is genuine.";
        }

        return status.WritableByOthers && !mayBeShared
            ? $"{path} can be written by its group or by everybody; 'chmod go-w' it after making sure that it is genuine."
            : null;
    }

    private static string? FindFlawInside(string folder, string path, FileStatus status)
    {
        if (path == folder)
        {
            return status.Kind == FileKind.Directory ? null : $"{path} is not a folder but a link or file; put the plugin's folder itself there.";
        }

        if (status.Kind == FileKind.Link)
        {
            return FileStatus.Resolve(path)?.StartsWith(folder + "/", StringComparison.Ordinal) == true
                ? null
                : $"{path} is a link that leads out of the plugin's folder or nowhere; put the file itself there.";
        }

        return status.Kind == FileKind.Other ? $"{path} is neither a file nor a folder; remove it." : null;
    }

    /// <summary>Compiled Python and what editors leave while they work is no change of the plugin.</summary>
    private static bool Matters(string folder, string path)
    {
        var inside = path.AsSpan(folder.Length);
        return !inside.Contains("/.", StringComparison.Ordinal) && !inside.Contains("/__pycache__", StringComparison.Ordinal) && !inside.EndsWith("~");
    }
}
