using System.Globalization;
using System.Text;

namespace Ahenk.Machine.Linux.Administrators;

/// <summary>
/// The rules file for polkit from 0.106 on, which runs it as JavaScript (ECMA-262 edition 5, polkit(8)). Of all functions that are added with addAdminRule, the
/// first one that returns something decides who is an administrator. So this one must come before those of the distribution (40-debian-sudo, 50-default), and
/// must say whom they would have named.
/// </summary>
internal static class PolkitRules
{
    /// <summary>Where it belongs. What an administrator puts before it, as 00-local.rules, stays in force.</summary>
    public const string Directory = "etc/polkit-1/rules.d";

    /// <summary>Its name.</summary>
    public const string Name = "39-ahenk.rules";

    /// <summary>Whether polkit would take a name for nothing else: it joins all identities with commas and takes them apart again.</summary>
    public static bool CanName(string user) => !user.Contains(',', StringComparison.Ordinal);

    /// <summary>
    /// Makes the file. It asks the functions after it in polkit's own list, so that nobody loses what they give; that list is not documented, and where it is
    /// not as expected the group sudo stands in. Root stands in where they name only groups without members, as polkit itself does it then.
    /// </summary>
    public static string Make(IReadOnlyList<string> users) => $$"""
        // Lider lets the users named below administer this machine as long as they are logged in (LOGIN_RESPONSE).
        // The Ahenk agent writes this file anew and removes it: what is changed here is lost.
        polkit.addAdminRule(function ahenk(action, subject) {
            var rules = polkit._adminRuleFuncs || [];
            var own = rules.indexOf(ahenk);
            var others = own < 0 ? ["unix-group:sudo"] : null;
            for (var next = own + 1; !others && next < rules.length; next++) {
                others = rules[next](action, subject);
            }
            return [{{string.Join(", ", users.Select(user => Quote("unix-user:" + user)))}}]
                .concat(others || [], ["unix-user:0"])
                .filter(function (identity, index, all) { return all.indexOf(identity) === index; });
        });

        """;

    /// <summary>A text as a literal of JavaScript. Everything is escaped but what can mean nothing in any language.</summary>
    internal static string Quote(string text)
    {
        var literal = new StringBuilder(text.Length + 2).Append('"');
        foreach (var letter in text)
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or ':' or '@')
            {
                literal.Append(letter);
            }
            else
            {
                literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            }
        }

        return literal.Append('"').ToString();
    }
}
