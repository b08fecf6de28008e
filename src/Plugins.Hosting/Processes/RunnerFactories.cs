using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Executable;
using Ahenk.Plugins.Hosting.Python;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Processes;

/// <summary>Makes the runners of Python plugins.</summary>
internal sealed class PythonRunnerFactory(
    PluginLimits limits, PythonOptions options, IProcessLauncher launcher, IPluginRequests requests, IPythonSurroundings surroundings, TimeProvider time, ILoggerFactory loggers)
    : IPluginRunnerFactory
{
    private static readonly string[] ProgramDirectories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public string Kind => PluginKinds.Python;

    public string? FindObstacle()
    {
        if (!File.Exists(Path.Combine(options.HostDirectory, "ahenk_host.py")))
        {
            return $"Python plugins are run by ahenk_host.py, which is not in {options.HostDirectory}: install the agent's package anew, or correct [PLUGIN] pythonhostpath.";
        }

        return Path.IsPathRooted(options.Interpreter) ? NotThere(File.Exists(options.Interpreter))
            : NotThere(ProgramDirectories.Any(directory => File.Exists(Path.Combine(directory, options.Interpreter))));
    }

    public IPluginRunner Create(string folder, PluginManifest manifest) =>
        new PythonRunner(RunnerSettings.From(folder, manifest, limits), options, launcher, requests, surroundings, time, loggers);

    private string? NotThere(bool isThere) => isThere ? null : $"The interpreter {options.Interpreter} is not installed: install the package python3.";
}

/// <summary>Makes the runners of plugins that are programs.</summary>
internal sealed class ExecutableRunnerFactory(PluginLimits limits, IProcessLauncher launcher, TimeProvider time, ILoggerFactory loggers) : IPluginRunnerFactory
{
    public string Kind => PluginKinds.Executable;

    public string? FindObstacle() => null;

    public IPluginRunner Create(string folder, PluginManifest manifest) => new ExecutableRunner(RunnerSettings.From(folder, manifest, limits), launcher, time, loggers);
}
