using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Processes;

/// <summary>A plugin that runs in processes of its own, as its folder and its manifest describe it.</summary>
internal sealed record RunnerSettings
{
    /// <summary>The plugin's name. It becomes a part of file names, and was checked for that.</summary>
    public required string Name { get; init; }

    /// <summary>The plugin's folder, an absolute path.</summary>
    public required string Folder { get; init; }

    /// <summary>What an executable plugin runs: an absolute path inside the folder. Of no meaning for Python.</summary>
    public string? Program { get; init; }

    /// <summary>The commands that the manifest names, by id; case does not matter. For Python what it says beyond the files that are there.</summary>
    public IReadOnlyDictionary<string, CommandAbility> Commands { get; init; } = new Dictionary<string, CommandAbility>();

    /// <summary>The policy that the manifest names.</summary>
    public CommandAbility? Policy { get; init; }

    /// <summary>The modes that the manifest names. For Python the files that are there decide.</summary>
    public IReadOnlyCollection<PluginMode> Modes { get; init; } = [];

    /// <summary>What its processes may use.</summary>
    public PluginLimits Limits { get; init; } = new();

    /// <summary>Reads what a manifest says.</summary>
    /// <param name="folder">The plugin's folder.</param>
    /// <param name="manifest">Its manifest, checked.</param>
    /// <param name="limits">What plugins may use.</param>
    public static RunnerSettings From(string folder, PluginManifest manifest, PluginLimits limits) => new()
    {
        Name = manifest.Name,
        Folder = folder,
        Program = manifest.Program is { } program ? Path.Combine(folder, program) : null,
        Commands = manifest.Commands.ToDictionary(
            command => command.Id, command => new CommandAbility(command.Idempotent, command.Parallel, TimeSpan.FromSeconds(command.TimeLimitSeconds)), StringComparer.OrdinalIgnoreCase),
        Policy = manifest.Policy is { } policy ? new CommandAbility(false, false, TimeSpan.FromSeconds(policy.TimeLimitSeconds)) : null,
        Modes = manifest.Modes,
        Limits = limits,
    };

    /// <summary>What the manifest says of a command, or <see langword="null"/>.</summary>
    public CommandAbility? FindNamed(string command) =>
        Commands.FirstOrDefault(named => string.Equals(named.Key, command, StringComparison.OrdinalIgnoreCase)).Value;
}
