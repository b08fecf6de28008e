using System.Text.RegularExpressions;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Sources;

/// <summary>A repository in apt's one-line form, <c>deb [options] uri suite component...</c> (sources.list(5)), without needless blanks.</summary>
internal sealed partial record SourceLine
{
    /// <summary>The methods of apt that only fetch; others run programs.</summary>
    private static readonly string[] Schemes =
    [
        "http", "https", "ftp", "file", "copy", "cdrom", "mirror", "mirror+http", "mirror+https", "mirror+file", "tor+http", "tor+https",
    ];

    /// <summary>Options that make apt take packages that nobody has signed.</summary>
    private static readonly string[] UnsafeOptions = ["trusted", "allow-insecure", "allow-weak", "allow-downgrade-to-insecure"];

    private SourceLine(Match match)
    {
        Type = match.Groups["type"].Value;
        Options = match.Groups["options"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Uri = match.Groups["uri"].Value;
        Suite = match.Groups["suite"].Value;
        Components = match.Groups["components"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary><c>deb</c> or <c>deb-src</c>.</summary>
    public string Type { get; }

    /// <summary>For example <c>arch=amd64</c>.</summary>
    public IReadOnlyList<string> Options { get; }

    /// <summary>Where it is.</summary>
    public string Uri { get; }

    /// <summary>For example <c>bookworm</c>.</summary>
    public string Suite { get; }

    /// <summary>For example <c>main</c>.</summary>
    public IReadOnlyList<string> Components { get; }

    /// <summary>Reads a line of a file of apt's.</summary>
    /// <returns><see langword="null"/> for a comment, an empty line, and what apt would not take either.</returns>
    public static SourceLine? Parse(string line)
    {
        var match = Pattern().Match(Blanks().Replace(line.Split('#', 2)[0], " ").Trim());
        return match.Success ? new SourceLine(match) : null;
    }

    /// <summary>Reads a line that is to be added.</summary>
    /// <exception cref="PluginInputException">It is none, or not a safe one.</exception>
    public static SourceLine ForNew(string text)
    {
        var shown = PackageName.Shorten(text);
        if (text.Any(character => character is < ' ' or > '~' or '#') || Parse(text) is not { } line)
        {
            throw new PluginInputException(
                $"'{shown}' is not a repository. Its form is 'deb URI SUITE COMPONENT...', such as 'deb http://deb.debian.org/debian bookworm main'.");
        }

        if (!Schemes.Contains(line.Uri.Split(':')[0], StringComparer.OrdinalIgnoreCase))
        {
            throw new PluginInputException($"The repository '{shown}' is refused: its address must begin with http, https, ftp, file, cdrom, mirror or tor.");
        }

        if (line.Options.Any(option => UnsafeOptions.Contains(option.Split('=')[0].TrimEnd('+', '-'), StringComparer.OrdinalIgnoreCase)))
        {
            throw new PluginInputException(
                $"The repository '{shown}' is refused: with such an option apt would install what nobody has signed. Bring the repository's key to the " +
                "machine and name it with [signed-by=...].");
        }

        return line;
    }

    /// <summary>Whether this one gives all that another one gives.</summary>
    public bool Covers(SourceLine other) =>
        Type == other.Type && Uri.TrimEnd('/') == other.Uri.TrimEnd('/') && Suite == other.Suite && other.Components.All(Components.Contains);

    /// <inheritdoc/>
    public override string ToString() => string.Join(
        ' ', (string[])[Type, .. Options.Count > 0 ? [$"[{string.Join(' ', Options)}]"] : Array.Empty<string>(), Uri, Suite, .. Components]);

    // The address of a disc holds blanks within brackets.
    [GeneratedRegex(@"\A(?<type>deb|deb-src) (\[(?<options>[^\]]*)\] )?(?<uri>cdrom:\[[^\]]*\]\S*|[A-Za-z][A-Za-z0-9+.-]*:\S+) (?<suite>\S+)(?<components>( \S+)*)\z")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"[ \t\r\f\v]+")]
    private static partial Regex Blanks();
}
