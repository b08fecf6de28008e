using System.Globalization;
using System.Text.Json;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Browser;

/// <summary>A preference of Firefox, in the form in which Firefox itself writes it to <c>prefs.js</c>: so what it has copied there is found again.</summary>
/// <param name="Name">The name.</param>
/// <param name="Literal">The value as JavaScript.</param>
internal sealed record Preference(string Name, string Literal)
{
    private const int LongestName = 256;

    /// <summary>Reads <c>preferences</c> of a profile.</summary>
    /// <returns>The preferences, of several of the same name the last; and a sentence for each that was left out.</returns>
    public static (IReadOnlyList<Preference> Preferences, List<string> Problems) Read(IReadOnlyList<PluginParameters> entries)
    {
        var found = new Dictionary<string, Preference>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var entry in entries)
        {
            var name = NameOf(entry);
            if (name is null || name.Length is 0 or > LongestName || name.Any(char.IsControl))
            {
                problems.Add($"The preference '{Shorten(entry.GetString("preferenceName") ?? "")}' was left out, because that is not the name of one.");
            }
            else if (LiteralOf(entry) is not { } literal)
            {
                problems.Add($"The preference '{Shorten(name)}' was left out, because its value is neither a text nor a number nor true or false.");
            }
            else
            {
                found[name] = new Preference(name, literal);
            }
        }

        return ([.. found.Values], problems);
    }

    /// <summary>The statement that sets it.</summary>
    /// <param name="call">The function, such as <c>user_pref</c>.</param>
    public string ToStatement(string call) => $"{call}({Quote(Name)}, {Literal});";

    /// <summary>The console's page for proxies sends an object in place of the name for the host of the SOCKS proxy (PL 1, defect d).</summary>
    private static string? NameOf(PluginParameters entry) => entry.Raw["preferenceName"]?.GetValueKind() switch
    {
        JsonValueKind.String => entry.GetString("preferenceName"),
        JsonValueKind.Object => "network.proxy.socks",
        _ => null,
    };

    /// <summary>The console sends every value as text; Firefox ignores one of the wrong type. Its numbers have 32 bits.</summary>
    private static string? LiteralOf(PluginParameters entry)
    {
        if (entry.Raw["value"]?.GetValueKind() is null or JsonValueKind.Object or JsonValueKind.Array || entry.GetString("value") is not { } text || text.Contains('\0'))
        {
            return null;
        }

        var sign = entry.Raw["value"]!.GetValueKind() == JsonValueKind.Number ? NumberStyles.AllowLeadingSign : NumberStyles.None;
        return text is "true" or "false" ? text
            : int.TryParse(text, sign, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture)
            : Quote(text);
    }

    private static string Quote(string text) => $"\"{text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)}\"";

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
