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

    /// <summary>A shorter value of a header, such as <c>true</c>, stands in too much that is no secret.</summary>
    private const int LeastHeader = 6;

    /// <summary>Whether something of this name is a secret.</summary>
    public static bool IsSecretName(string name) => Name().IsMatch(name);

    /// <summary>A copy in which the values of secret names are masked, within texts that are JSON themselves as well.</summary>
    public static JsonNode? Hide(JsonNode? node) => Hide(node, 0);

    /// <summary>The text with what follows a secret name masked: <c>password = x</c>, <c>"password":"x"</c>.</summary>
    public static string Hide(string text) => Pair().Replace(text, static match => match.Groups["before"].Value + Mask);

    /// <summary>
    /// What is secret in headers for a collector (<c>[DIAGNOSTICS] otlp_headers</c>): the whole, each header's value, and its last word, for of <c>Bearer TOKEN</c> only the second
    /// is the secret; as they are configured and as they are sent.
    /// </summary>
    public static IEnumerable<string> OfHeaders(string? headers)
    {
        if (headers is null)
        {
            return [];
        }

        var values = headers.Split(',').Select(header => header[(header.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim()).ToArray();
        return values
            .Concat(values.Select(value => value.Replace("%20", " ", StringComparison.Ordinal).Split(' ')[^1]))
            .SelectMany(secret => (string[])[secret, Uri.UnescapeDataString(secret)])
            .Where(secret => secret.Length >= LeastHeader)
            .Prepend(headers)
            .Distinct();
    }

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

    [GeneratedRegex("passw|passwd|passphrase|parola|sifre|şifre|secret|token|credential|authorization|private[_-]?key|api[_-]?key|^pwd$|^pass$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    // Of an authorization both words: Bearer and the token.
    [GeneratedRegex(
        """(?<before>[\w.-]*(?:passw|passphrase|parola|sifre|şifre|secret|token|(?<two>authorization)|private[_-]?key|api[_-]?key)[\w.-]*(?:\\?["'])?\s*[:=]\s*)(?:\\?"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;}"']+(?(two)(?:[ \t]+[^\s,;}"']+)?))""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}
