using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.BrowserChrome;

/// <summary>Makes the browsers' own policy file out of a profile.</summary>
internal static partial class BrowserSettings
{
    private static readonly JsonWriterOptions Format = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads <c>preferencesChrome</c>.</summary>
    /// <returns>
    /// The file's bytes, <see langword="null"/> when the profile has no setting; and a sentence for each setting that was left out. Of several of the
    /// same name the last counts.
    /// </returns>
    public static (byte[]? Content, List<string> Problems) Read(IReadOnlyList<PluginParameters> preferences)
    {
        var settings = new JsonObject();
        var problems = new List<string>();
        foreach (var preference in preferences)
        {
            var name = preference.GetString("preferenceName") ?? "";
            if (!Name().IsMatch(name))
            {
                problems.Add($"The setting '{Shorten(name)}' was left out, because that is not the name of one.");
            }
            else if (preference.Raw["value"] is { } value)
            {
                settings[name] = ToSetting(name, value);
            }
        }

        return (settings.Count == 0 ? null : Write(settings), problems);
    }

    /// <summary>The console sends truth as text, and numbers as numbers or text; the browser ignores a setting of the wrong type.</summary>
    private static JsonNode? ToSetting(string name, JsonNode value)
    {
        if (value.GetValueKind() != JsonValueKind.String)
        {
            return value.DeepClone();
        }

        var text = value.GetValue<string>();
        return text.Trim().ToLowerInvariant() switch
        {
            "true" => true,
            "false" => false,
            var digits when IsNumber(name) && long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ => text,
        };
    }

    /// <summary>Whether the browser wants a number: of other settings digits are text, such as a search word.</summary>
    private static bool IsNumber(string name) => name is "IncognitoModeAvailability" or "BrowserSignin" or "RestoreOnStartup" or "DeveloperToolsAvailability"
        || (name.StartsWith("Default", StringComparison.Ordinal) && name.EndsWith("Setting", StringComparison.Ordinal));

    private static byte[] Write(JsonObject settings)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Format))
        {
            settings.WriteTo(writer);
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "...";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{0,99}\\z")]
    private static partial Regex Name();
}
