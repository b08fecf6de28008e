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

    private static void Make(string path, UnixFileMode mode)
    {
        Directory.CreateDirectory(path, mode);
        File.SetUnixFileMode(path, mode);
    }
}
