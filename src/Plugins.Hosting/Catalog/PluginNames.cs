using System.Text.RegularExpressions;

namespace Ahenk.Plugins.Hosting.Catalog;

/// <summary>What plugins and their commands may be called.</summary>
internal static partial class PluginNames
{
    public const string Rule = "1 to 64 lower-case letters, digits, '.', '_' and '-', beginning with a letter or digit";

    /// <summary>The name of a plugin's folder. What a task asks for is compared in lower case (PL 0.1).</summary>
    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex FolderName { get; }

    /// <summary>The id of a command; lower-cased it can be a file's name (PL 0.1).</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CommandName { get; }

    public static bool IsFolder(string name) => FolderName.IsMatch(name);

    public static bool IsCommand(string id) => CommandName.IsMatch(id);

    /// <summary>A text that came from outside, for a sentence: of bounded length, without control characters.</summary>
    public static string Shown(string text)
    {
        var cut = text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 80), "...");
        return cut.Any(char.IsControl) ? string.Concat(cut.Select(character => char.IsControl(character) ? '?' : character)) : cut;
    }
}
