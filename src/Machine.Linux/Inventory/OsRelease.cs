using System.Text;

namespace Ahenk.Machine.Linux.Inventory;

/// <summary>Reads os-release(5); lsb_release is neither needed nor asked.</summary>
internal static class OsRelease
{
    /// <summary>The file's assignments.</summary>
    public static IReadOnlyDictionary<string, string> Read(MachineFiles files)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = files.ReadBytes("etc/os-release") is null ? "usr/lib/os-release" : "etc/os-release";
        foreach (var line in files.ReadLines(path))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#' && MachineFiles.Tidy(Unquote(line[(equals + 1)..].Trim())) is { } value)
            {
                values[line[..equals].Trim()] = value;
            }
        }

        return values;
    }

    // Values may stand in single or double quotes; within double ones a backslash protects the next character.
    private static string Unquote(string text)
    {
        if (text.Length < 2 || text[0] != text[^1] || text[0] is not ('"' or '\''))
        {
            return text;
        }

        if (text[0] == '\'')
        {
            return text[1..^1];
        }

        var value = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length - 1)
            {
                i++;
            }

            value.Append(text[i]);
        }

        return value.ToString();
    }
}
