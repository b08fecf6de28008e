using System.IO.Enumeration;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Dotnet;

/// <summary>
/// A private copy of a plugin's assemblies, each time under a path of its own: the plugin's folder can be replaced while the plugin runs, and code
/// that is loaded later is of the same
/// version as what runs. What is left of it when the process is killed goes with the private directory at the next start.
/// </summary>
internal sealed partial class ShadowCopy : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ILogger _logger;

    private ShadowCopy(string path, ILogger logger)
    {
        Path = path;
        _logger = logger;
    }

    public string Path { get; }

    /// <summary>Makes a copy.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public static ShadowCopy Make(string folder, string privateDirectory, ILogger logger)
    {
        var name = $"plugin-{System.IO.Path.GetFileName(folder)}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var copy = new ShadowCopy(System.IO.Path.Combine(privateDirectory, name), logger);
        Directory.CreateDirectory(copy.Path, OwnerOnly);
        try
        {
            foreach (var file in EnumerateFiles(folder).Where(IsCode))
            {
                var target = System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(folder, file));
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!, OwnerOnly);
                File.Copy(file, target);
            }

            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(failure, Path);
        }
    }

    /// <summary>Libraries often are links to a file beside them; a link to a directory could lead in circles.</summary>
    private static FileSystemEnumerable<string> EnumerateFiles(string folder) => new(
        folder,
        static (ref entry) => entry.ToFullPath(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = static (ref entry) => !entry.IsDirectory,
        ShouldRecursePredicate = static (ref entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
    };

    private static bool IsCode(string file) =>
        System.IO.Path.GetExtension(file) is ".dll" or ".so" or ".pdb"
        || file.EndsWith(".deps.json", StringComparison.Ordinal)
        || System.IO.Path.GetFileName(file).Contains(".so.", StringComparison.Ordinal);

    [LoggerMessage(1320, LogLevel.Warning, "[PLUGIN] {Path} cannot be removed; it goes when the agent starts again")]
    private partial void LogNotRemoved(Exception failure, string path);
}
