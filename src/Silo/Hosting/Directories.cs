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

        // What the last process left there belongs to nobody any more.
        if (Directory.Exists(settings.PrivateDirectory))
        {
            Directory.Delete(settings.PrivateDirectory, recursive: true);
        }

        Make(settings.PrivateDirectory, Private);
    }

    private static void Make(string path, UnixFileMode mode)
    {
        Directory.CreateDirectory(path, mode);
        File.SetUnixFileMode(path, mode);
    }
}
