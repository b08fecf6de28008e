using System.Text.RegularExpressions;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager;

/// <summary>
/// Names and versions that mean one package to dpkg and apt: no pattern (<c>*</c>), no option (<c>-o</c>), no second command
/// (<c>bash-</c> removes bash when apt is told to install it).
/// </summary>
internal static partial class PackageName
{
    /// <summary>Whether a text is the name of a package, with its architecture or without.</summary>
    public static bool IsValid(string? name) => name is not null && NamePattern().IsMatch(name);

    /// <summary>Whether a text is a version (deb-version(7)).</summary>
    public static bool IsVersion(string version) => VersionPattern().IsMatch(version);

    /// <summary>A parameter that has to be a name.</summary>
    /// <exception cref="PluginInputException">It is missing or none.</exception>
    public static string Require(PluginParameters parameters, string parameter = "packageName")
    {
        var name = parameters.RequireString(parameter).Trim();
        return IsValid(name) ? name : throw new PluginInputException($"'{Shorten(name)}' is not the name of a package.");
    }

    /// <summary>A parameter that may hold a version.</summary>
    /// <returns>Empty when it holds none.</returns>
    /// <exception cref="PluginInputException">It holds something else.</exception>
    public static string Version(PluginParameters parameters, string parameter = "packageVersion")
    {
        var version = parameters.GetString(parameter)?.Trim() ?? "";
        return version.Length == 0 || IsVersion(version)
            ? version
            : throw new PluginInputException($"'{Shorten(version)}' is not the version of a package.");
    }

    /// <summary>What is told of a text that may be anything.</summary>
    public static string Shorten(string? text) => text is { Length: > 100 } ? text[..100] + "..." : text ?? "";

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9+._-]{0,126}[A-Za-z0-9+](:[a-z0-9][a-z0-9-]{0,30})?\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A([0-9]{1,9}:)?[0-9A-Za-z][A-Za-z0-9.+~:-]{0,254}\z")]
    private static partial Regex VersionPattern();
}
