using System.Text.RegularExpressions;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>What the files of a Python plugin's folder say it can do (PL 0.1, 2.1).</summary>
internal sealed partial class PythonFolder(RunnerSettings settings)
{
    private const int LargestFile = 1 << 20;

    private static readonly CommandAbility OfCommand = new(Idempotent: false, Parallel: false, TimeSpan.FromHours(1));
    private static readonly CommandAbility OfPolicy = new(Idempotent: true, Parallel: false, TimeSpan.FromMinutes(10));

    // Names with another meaning. A file of such a name can be a command as well: then it has a handler for tasks.
    private static readonly HashSet<string> Reserved = ["main", "init", "login", "logout", "safe", "shutdown", "policy"];

    public CommandAbility? FindCommand(string command)
    {
        var name = command.ToLowerInvariant();
        if (name.Length == 0 || name[0] == '.' || name.AsSpan().ContainsAny('/', '\0') || !HasFile(name))
        {
            return null;
        }

        return Reserved.Contains(name) && !HandlesTasks(name) ? null : settings.FindNamed(command) ?? OfCommand;
    }

    public CommandAbility? FindPolicy() => HasFile("policy") ? settings.Policy ?? OfPolicy : null;

    public bool HasMode(PluginMode mode) => HasFile(WireNames.Of(mode));

    private bool HasFile(string name) => File.Exists(FileOf(name));

    private string FileOf(string name) => Path.Combine(settings.Folder, name + ".py");

    private bool HandlesTasks(string name)
    {
        try
        {
            var file = new FileInfo(FileOf(name));
            return file.Length <= LargestFile && TaskHandler().IsMatch(File.ReadAllText(file.FullName));
        }
        catch (IOException failure)
        {
            throw new PluginLoadException($"{FileOf(name)} cannot be read: {failure.Message}", failure);
        }
    }

    [GeneratedRegex(@"^def\s+handle_task\b", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex TaskHandler();
}
