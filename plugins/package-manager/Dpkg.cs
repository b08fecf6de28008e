using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager;

/// <summary>One package as dpkg knows it.</summary>
/// <param name="Name">Its name, with its architecture where that is not clear.</param>
/// <param name="Status">For example <c>installed</c> or <c>config-files</c>.</param>
/// <param name="Version">Its version.</param>
internal sealed record KnownPackage(string Name, string Status, string Version)
{
    /// <summary>Whether it is there as a whole; held ones are too.</summary>
    public bool IsInstalled => Status == "installed";
}

/// <summary>Asks dpkg.</summary>
internal static class Dpkg
{
    private const string Format = "${db:Status-Status}\\t${binary:Package}\\t${Version}\\n";

    /// <summary>Ten times what the largest installations list.</summary>
    private const int ListLimit = 16 << 20;

    /// <summary>All packages, or those of one name: on machines of several architectures there may be several.</summary>
    /// <param name="runner">Runs dpkg-query.</param>
    /// <param name="name">A valid name, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Empty when the name is not known.</returns>
    /// <exception cref="PluginInputException">dpkg does not answer; the message says why.</exception>
    public static async Task<IReadOnlyList<KnownPackage>> ListAsync(ICommandRunner runner, string? name, CancellationToken cancellationToken)
    {
        string[] names = name is null ? [] : [name];
        var result = await runner.RunAsync(
            new CommandLine("dpkg-query", ["--show", "--showformat=" + Format, .. names]) { OutputLimit = ListLimit }, cancellationToken);

        // 1: nothing by that name.
        if (name is not null && result.ExitCode == 1)
        {
            return [];
        }

        if (!result.Succeeded)
        {
            throw new PluginInputException($"The packages of the machine could not be listed. {Explain("dpkg-query", result)}");
        }

        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    /// <summary>Whether two versions are the same to dpkg: <c>0:1.0</c> is <c>1.0</c>.</summary>
    /// <exception cref="PluginInputException">dpkg does not answer; the message says why.</exception>
    public static Task<bool> IsSameVersionAsync(ICommandRunner runner, string one, string other, CancellationToken cancellationToken) =>
        CompareAsync(runner, one, "eq", other, cancellationToken);

    /// <summary>Whether a version is older to dpkg than another one: <c>1.0~rc1</c> is older than <c>1.0</c>.</summary>
    /// <exception cref="PluginInputException">dpkg does not answer; the message says why.</exception>
    public static Task<bool> IsOlderVersionAsync(ICommandRunner runner, string one, string other, CancellationToken cancellationToken) =>
        CompareAsync(runner, one, "lt", other, cancellationToken);

    /// <summary>How a program failed, as a sentence.</summary>
    public static string Explain(string program, CommandResult result)
    {
        const int Longest = 1500;
        if (result.StartError is { } reason)
        {
            return reason;
        }

        var words = (result.Error.Trim().Length > 0 ? result.Error : result.Output).Trim();
        words = words.Length > Longest ? "... " + words[^Longest..] : words;
        return result.TimedOut
            ? $"{program} was ended, because it took too long. {words}".Trim()
            : $"{program} ended with exit code {result.ExitCode}: {words}".Trim();
    }

    private static async Task<bool> CompareAsync(ICommandRunner runner, string one, string relation, string other, CancellationToken cancellationToken)
    {
        var result = await runner.RunAsync(new CommandLine("dpkg", "--compare-versions", one, relation, other), cancellationToken);
        return result switch
        {
            { Succeeded: true } => true,
            { ExitCode: 1, TimedOut: false } => false,
            _ => throw new PluginInputException($"The versions '{one}' and '{other}' could not be compared. {Explain("dpkg", result)}"),
        };
    }

    private static KnownPackage Parse(string line) => line.Split('\t') is [var status, var name, var version]
        ? new KnownPackage(name, status, version)
        : throw new PluginInputException($"dpkg-query answered a line that is none of its format: '{PackageName.Shorten(line)}'.");
}
