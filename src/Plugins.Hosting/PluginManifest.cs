using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting;

/// <summary>What a plugin says of itself: its <c>plugin.json</c>, or what is inferred from the files of a plugin of the original agent (PL 2.1).</summary>
public sealed record PluginManifest
{
    /// <summary>The file's name.</summary>
    public const string FileName = "plugin.json";

    /// <summary>The plugin's name; equal to the folder's.</summary>
    public required string Name { get; init; }

    /// <summary>The version, as Lider's tasks name it; <see langword="null"/>: it takes tasks for any version (PL 0.1).</summary>
    public string? Version { get; init; }

    /// <summary>What it is made of: one of <see cref="PluginKinds"/>, or something this version of the agent does not know.</summary>
    public required string Kind { get; init; }

    /// <summary>The file name of a dotnet plugin's assembly.</summary>
    public string? Assembly { get; init; }

    /// <summary>The path of an executable plugin's program, relative to the folder and inside it.</summary>
    public string? Program { get; init; }

    /// <summary>
    /// What is known of the commands of a Python or executable plugin. A dotnet plugin says that in its code; there this list is of no meaning.
    /// </summary>
    public IReadOnlyList<ManifestCommand> Commands { get; init; } = [];

    /// <summary>Whether and how it applies profiles; <see langword="null"/>: it has none. A dotnet plugin says that in its code.</summary>
    public ManifestPolicy? Policy { get; init; }

    /// <summary>The modes it has, each once.</summary>
    public IReadOnlyList<PluginMode> Modes { get; init; } = [];

    /// <summary>What it is for, for people.</summary>
    public string? Description { get; init; }
}

/// <summary>The kinds of plugins.</summary>
public static class PluginKinds
{
    /// <summary>A .NET assembly that runs in the agent's process.</summary>
    public const string Dotnet = "dotnet";

    /// <summary>Files of Python with the interface of the original agent.</summary>
    public const string Python = "python";

    /// <summary>Any program that speaks JSON lines.</summary>
    public const string Executable = "executable";
}

/// <summary>A command of a Python or executable plugin.</summary>
/// <param name="Id">The <c>commandClsId</c> of the task; case does not matter.</param>
public sealed record ManifestCommand(string Id)
{
    /// <summary>Whether a command that was running when the agent died may be run again.</summary>
    public bool Idempotent { get; init; }

    /// <summary>Whether it may overlap with other such commands.</summary>
    public bool Parallel { get; init; }

    /// <summary>How long a run may take. Default: one hour.</summary>
    public int TimeLimitSeconds { get; init; } = 3600;
}

/// <summary>The policy of a Python or executable plugin.</summary>
public sealed record ManifestPolicy
{
    /// <summary>How long applying one profile may take. Default: ten minutes.</summary>
    public int TimeLimitSeconds { get; init; } = 600;
}
