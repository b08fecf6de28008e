using System.Text.RegularExpressions;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>
/// Which of the server's listeners a body reaches. Each has a pattern "anything, <c>"type"</c>, colon, <c>"X"</c>, anything" that must match
/// the whole body, without regard to case, where "anything" stops at a line terminator (LP 1.5).
/// </summary>
public static partial class Listeners
{
    /// <summary>The types LA has listeners for, by listener (LP 3).</summary>
    private static readonly Dictionary<string, string> ByType = new(StringComparer.OrdinalIgnoreCase)
    {
        ["REGISTER"] = "registration",
        ["UNREGISTER"] = "registration",
        ["GET_POLICIES"] = "policy",
        ["LOGIN"] = "user session",
        ["LOGOUT"] = "user session",
        ["TASK_STATUS"] = "task status",
        ["POLICY_STATUS"] = "policy status",
    };

    /// <summary>Types that exist but that LA ignores without harm (LP 3, 3.7).</summary>
    private static readonly HashSet<string> Ignored =
        ["REGISTER_LDAP", "MISSING_PLUGIN", "REQUEST_AGREEMENT", "AGREEMENT_STATUS", "SCRIPT_RESULT"];

    /// <summary>The listeners a body is given to, each once, in the order of their first pair.</summary>
    /// <param name="body">The text of the message.</param>
    /// <param name="isBroken">Set when a pair is there, but a line terminator keeps its pattern from matching.</param>
    public static IReadOnlyList<string> Matching(string body, out bool isBroken)
    {
        var listeners = new List<string>();
        isBroken = false;
        for (var match = TypePair().Match(body); match.Success; match = TypePair().Match(body, match.Index + 1))
        {
            if (!ByType.TryGetValue(match.Groups[1].Value, out var listener))
            {
                continue;
            }

            if (HasTerminator(body.AsSpan(0, match.Index)) || HasTerminator(body.AsSpan(match.Index + match.Length)))
            {
                isBroken = true;
            }
            else if (!listeners.Contains(listener))
            {
                listeners.Add(listener);
            }
        }

        return listeners;
    }

    /// <summary>The listener of a type, or <see langword="null"/>; here the spelling counts.</summary>
    public static string? Of(string type) =>
        ByType.TryGetValue(type, out var listener) && type.All(character => character is '_' or (>= 'A' and <= 'Z')) ? listener : null;

    /// <summary>Whether a type belongs to the protocol although the current server does not listen to it.</summary>
    public static bool IsKnownButIgnored(string? type) => type is not null && Ignored.Contains(type);

    private static bool HasTerminator(ReadOnlySpan<char> text) => text.IndexOfAny("\n\r\u0085\u2028\u2029") >= 0;

    [GeneratedRegex(
        "\"[tT][yY][pP][eE]\"[ \\t\\n\\v\\f\\r]*:[ \\t\\n\\v\\f\\r]*\"([A-Za-z_]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex TypePair();
}
