using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Ldap;

/// <summary>An entry's name in the directory (RFC 4514), cut behind its first part: the part that is its own, and its parent's name.</summary>
internal readonly record struct DistinguishedName(string Own, string Parent)
{
    private const int MostCharacters = 1024;

    /// <summary>Reads a parameter that holds one.</summary>
    /// <exception cref="PluginInputException">It holds none.</exception>
    public static DistinguishedName Parse(string name, string text)
    {
        Check(name, text);
        var end = FindComma(text);
        var own = (end < 0 ? text : text[..end]).Trim();
        return own.IndexOf('=', StringComparison.Ordinal) > 0
            ? new DistinguishedName(own, end < 0 ? "" : text[(end + 1)..].Trim())
            : throw Wrong(name);
    }

    /// <summary>The name of the same entry below another parent.</summary>
    public DistinguishedName Below(DistinguishedName parent) => new(Own, parent.ToString());

    /// <summary>The name of the entry when its own part has another value. Only what needs no escaping may be one.</summary>
    public DistinguishedName Named(string value) => new(Own[..(Own.IndexOf('=', StringComparison.Ordinal) + 1)] + value, Parent);

    /// <summary>As the directory has it.</summary>
    public override string ToString() => Parent.Length == 0 ? Own : $"{Own},{Parent}";

    /// <summary>It is written to files of one line an entry: nothing in it may begin another.</summary>
    private static void Check(string name, string text)
    {
        if (text.Length > MostCharacters || text.Any(char.IsControl))
        {
            throw Wrong(name);
        }
    }

    /// <summary>A comma that is escaped, or within quotation marks (as old servers write it), belongs to a value.</summary>
    private static int FindComma(string text)
    {
        var isQuoted = false;
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case '\\':
                    index++;
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case ',' when !isQuoted:
                    return index;
            }
        }

        return -1;
    }

    private static PluginInputException Wrong(string name) => new($"'{name}' is not the distinguished name of an entry (attribute=value,...).");
}
