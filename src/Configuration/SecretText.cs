using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ahenk.Configuration;

/// <summary>
/// Takes secrets out of what is shown or handed on, by the names under which they stand. What plugins call their parameters is up to them, so it rather hides too much.
/// </summary>
public static partial class SecretText
{
    /// <summary>What stands in place of a secret.</summary>
    public const string Mask = ConfigurationCheck.Masked;

    /// <summary>As deep as anything of this agent is; what is deeper is somebody's trick.</summary>
    private const int Deepest = 64;

    /// <summary>Whether something of this name is a secret.</summary>
    public static bool IsSecretName(string name) => Name().IsMatch(name);

    /// <summary>A copy in which the values of secret names are masked, within texts that are JSON themselves as well.</summary>
    public static JsonNode? Hide(JsonNode? node) => Hide(node, 0);

    /// <summary>The text with what follows a secret name masked: <c>password = x</c>, <c>"password":"x"</c>.</summary>
    public static string Hide(string text) => Pair().Replace(text, static match => match.Groups["before"].Value + Mask);

    private static JsonNode? Hide(JsonNode? node, int depth) => node switch
    {
        _ when depth > Deepest => Mask,
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(
            member.Key, IsSecretName(member.Key) && member.Value is not null ? (JsonNode?)Mask : Hide(member.Value, depth + 1)))),
        JsonArray elements => new JsonArray([.. elements.Select(element => Hide(element, depth + 1))]),
        JsonValue value when value.TryGetValue<string>(out var text) => HideWithin(text, depth),
        _ => node?.DeepClone(),
    };

    private static string HideWithin(string text, int depth)
    {
        if (text.AsSpan().TrimStart() is ['{' or '[', ..])
        {
            try
            {
                return Hide(JsonNode.Parse(text), depth + 1)?.ToJsonString() ?? text;
            }
            catch (Exception failure) when (failure is JsonException or ArgumentException or InvalidOperationException)
            {
                // Not JSON, or with a key twice: it is a text like others.
            }
        }

        return Hide(text);
    }

    [GeneratedRegex("passw|passwd|passphrase|parola|sifre|şifre|secret|token|credential|private_?key|api_?key|^pwd$|^pass$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(
        """(?<before>[\w.-]*(?:passw|passphrase|parola|sifre|şifre|secret|token|private_?key|api_?key)[\w.-]*(?:\\?["'])?\s*[:=]\s*)(?:\\?"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;}"']+)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}
