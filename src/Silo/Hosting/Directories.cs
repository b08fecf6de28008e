using Ahenk.Silo.Configuration;

namespace Ahenk.Silo.Hosting;

/// <summary>Makes the directories the daemon needs.</summary>
internal static class Directories
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Enterable = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static void Prepare(AhenkSettings settings)
    {
        Make(Path.GetDirectoryName(settings.DatabaseFile)!, Private);
        Make(settings.RunDirectory, Enterable);
    }

    /// <summary>Makes the run directory, and that of the state if its disk takes it.</summary>
    /// <returns>Those that are there to be locked.</returns>
    public static IEnumerable<string> PrepareToLock(AhenkSettings settings)
    {
        Make(settings.RunDirectory, Enterable);
        var state = Path.GetDirectoryName(settings.DatabaseFile)!;
        try
        {
            Make(state, Private);
        }
        catch (IOException)
        {
            // A disk that is full or read-only is waited for when the database is opened; what is wrong is said there.
        }

        return Directory.Exists(state) ? [settings.RunDirectory, state] : [settings.RunDirectory];
    }

    private static void Make(string path, UnixFileMode mode)
    {
        Directory.CreateDirectory(path, mode);
        File.SetUnixFileMode(path, mode);
    }
}
