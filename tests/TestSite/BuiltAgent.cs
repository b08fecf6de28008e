using System.Runtime.InteropServices;

namespace Ahenk.TestSite;

/// <summary>The agent as ./dev.sh builds it: the published daemon and command, and the plugins.</summary>
public static class BuiltAgent
{
    private static readonly string Root = FindRoot();

    /// <summary>The daemon.</summary>
    public static string Daemon => Existing(Path.Combine(Root, "artifacts", "ahenk", "Ahenk.Silo"));

    /// <summary>The daemon as the package has it; './dev.sh bench' publishes it.</summary>
    public static string PackagedDaemon => Existing(Path.Combine(Root, "artifacts", "package", "usr", "lib", "ahenk", "ahenkd"));

    /// <summary>The command as the package has it.</summary>
    public static string PackagedCommand => Existing(Path.Combine(Root, "artifacts", "package", "usr", "lib", "ahenk", "ahenk"));

    /// <summary>The plugins as the package has them.</summary>
    public static string PackagedPlugins => Existing(Path.Combine(Root, "artifacts", "package", "usr", "share", "ahenk", "plugins"));

    /// <summary>The command.</summary>
    public static string Command => Existing(Path.Combine(Root, "artifacts", "ahenk", "ahenk"));

    /// <summary>Tells a published program where the .NET runtime is.</summary>
    public static void AddRuntime(IDictionary<string, string?> environment) =>
        environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    /// <summary>Copies the plugins, the tests' own among them, into a directory of the agent's own.</summary>
    public static void CopyPlugins(string directory)
    {
        foreach (var plugin in Directory.EnumerateDirectories(Existing(Path.Combine(Root, "artifacts", "plugins"))))
        {
            var target = Directory.CreateDirectory(Path.Combine(directory, Path.GetFileName(plugin))).FullName;
            foreach (var file in Directory.EnumerateFiles(plugin))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }
    }

    /// <summary>The folders of the plugins that are written as those of the Python Ahenk.</summary>
    public static IReadOnlyList<string> PythonPlugins => Directory.GetDirectories(Path.Combine(Root, "tests", "PythonPlugins"));

    /// <summary>One of them.</summary>
    public static string PythonPlugin(string name) => Existing(Path.Combine(Root, "tests", "PythonPlugins", name));

    /// <summary>Copies a plugin's folder with all that is in it.</summary>
    /// <returns>The target.</returns>
    public static string CopyFolder(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var folder in Directory.EnumerateDirectories(source).Where(folder => Path.GetFileName(folder) != "__pycache__"))
        {
            CopyFolder(folder, Path.Combine(target, Path.GetFileName(folder)));
        }

        foreach (var file in Directory.EnumerateFiles(source))
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            File.Copy(file, copy);
            File.SetUnixFileMode(copy, File.GetUnixFileMode(file) & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        }

        return target;
    }

    /// <summary>Copies one built plugin under another name.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="name">Its new name, which its manifest gets.</param>
    /// <param name="target">The folder to fill.</param>
    /// <returns>The folder.</returns>
    public static string CopyPlugin(string plugin, string name, string target)
    {
        foreach (var file in Directory.EnumerateFiles(Existing(Path.Combine(Root, "artifacts", "plugins", plugin))))
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            if (Path.GetFileName(file) == "plugin.json")
            {
                File.WriteAllText(copy, File.ReadAllText(file).Replace($"\"{plugin}\"", $"\"{name}\"", StringComparison.Ordinal));
            }
            else
            {
                File.Copy(file, copy);
            }
        }

        return target;
    }

    private static string Existing(string path) =>
        Path.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: run './dev.sh build' first.");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Ahenk.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"No Ahenk.sln above {AppContext.BaseDirectory}.");
        }

        return folder;
    }
}
