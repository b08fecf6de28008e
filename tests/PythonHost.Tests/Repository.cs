namespace Ahenk.PythonHost.Tests;

/// <summary>Where the sources lie: the host runs from there, as it is.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Host => Path.Combine(Root, "src", "PythonHost", "ahenk_host.py");

    public static string Plugin(string name) => Path.Combine(Root, "tests", "PythonPlugins", name);

    public static string Own(params string[] parts) => Path.Combine([Root, "tests", "PythonHost.Tests", .. parts]);

    /// <summary>The system's interpreter, since the daemon runs that one; AHENK_TEST_PYTHON names another.</summary>
    public static string Python { get; } = Environment.GetEnvironmentVariable("AHENK_TEST_PYTHON") is { Length: > 0 } named
        ? named
        : File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Ahenk.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests run within the repository.");
    }
}
