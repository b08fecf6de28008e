using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ahenk.Silo.Configuration;

/// <summary>Typed look-ups whose errors say what an administrator has to mend.</summary>
public sealed class ConfigurationReader(ConfigurationFiles files)
{
    private readonly HashSet<(string Section, string Key)> _asked = [];

    /// <summary>The main configuration file.</summary>
    public string MainFile => files.MainFile;

    /// <summary>The keys that were looked up so far.</summary>
    public IReadOnlyCollection<(string Section, string Key)> Asked => _asked;

    /// <summary>A text, or the default.</summary>
    public string Text(string section, string key, string fallback = "") => Optional(section, key) ?? fallback;

    /// <summary>A text, or <see langword="null"/>.</summary>
    public string? Optional(string section, string key) => Find(section, key)?.Value;

    /// <summary>A text that passes a check, or the default.</summary>
    [return: NotNullIfNotNull(nameof(fallback))]
    public string? Checked(string section, string key, string? fallback, Predicate<string> isAllowed, string allowed)
    {
        if (Find(section, key) is not { } found)
        {
            return fallback;
        }

        return isAllowed(found.Value) ? found.Value : throw Bad(section, key, found, allowed);
    }

    /// <summary>An absolute path, or the default.</summary>
    [return: NotNullIfNotNull(nameof(fallback))]
    public string? FilePath(string section, string key, string? fallback) => Checked(section, key, fallback, Path.IsPathRooted, "an absolute path");

    /// <summary>Absolute paths with colons between them, or the default.</summary>
    public IReadOnlyList<string> Paths(string section, string key, string fallback) =>
        Checked(section, key, fallback, text => text.Split(':').All(Path.IsPathRooted), "absolute paths with colons between them").Split(':');

    /// <summary>Words with commas between them; none by default.</summary>
    public IReadOnlyList<string> List(string section, string key) =>
        Text(section, key).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A whole number within bounds, or the default.</summary>
    public int Number(string section, string key, int fallback, int least, int most)
    {
        if (Find(section, key) is not { } found)
        {
            return fallback;
        }

        return int.TryParse(found.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Bad(section, key, found, $"a whole number from {least} to {most}");
    }

    /// <summary>One of several words (without regard to case), or the default.</summary>
    public T Choice<T>(string section, string key, T fallback, params (string Word, T Value)[] choices)
    {
        if (Find(section, key) is not { } found)
        {
            return fallback;
        }

        foreach (var (word, value) in choices)
        {
            if (string.Equals(word, found.Value, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        throw Bad(section, key, found, string.Join(", ", choices.Select(choice => choice.Word)));
    }

    /// <summary>What to throw when a value is not allowed.</summary>
    public static ConfigurationException Bad(string section, string key, (string Value, string File) found, string allowed) =>
        new($"[{section}] {key} = {found.Value} is not allowed in {found.File}. Allowed: {allowed}.");

    private (string Value, string File)? Find(string section, string key)
    {
        _asked.Add((section, key));
        return files.Find(section, key);
    }
}
