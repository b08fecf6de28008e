using System.Text;
using System.Text.RegularExpressions;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Ldap;

/// <summary>The machine's name in its own files. It counts from the machine's next start on: a running desktop does not bear another one.</summary>
internal sealed partial class MachineName(string root)
{
    private readonly string _hostname = Path.Combine(root, "etc/hostname");
    private readonly string _hosts = Path.Combine(root, "etc/hosts");

    /// <summary>Reads a parameter that holds one.</summary>
    /// <exception cref="PluginInputException">It cannot be a machine's.</exception>
    public static string Parse(string name, string text) => HostName().IsMatch(text)
        ? text
        : throw new PluginInputException($"'{name}' cannot be a machine's name: 1 to 63 letters, digits, '-' and '.', with a letter or digit at both ends.");

    /// <summary>Gives the machine another name.</summary>
    /// <exception cref="PluginInputException">A file could not be read or written.</exception>
    public void Change(string old, string changed)
    {
        SystemFile.Write(_hostname, Encoding.UTF8.GetBytes(changed + "\n"));
        if (SystemFile.Read(_hosts) is { } hosts)
        {
            SystemFile.Write(_hosts, Encoding.UTF8.GetBytes(string.Join('\n', Encoding.UTF8.GetString(hosts).Split('\n').Select(line => Rename(line, old, changed)))));
        }
    }

    /// <summary>The old name in the line of the machine's own address, as a whole word or the first part of one.</summary>
    private static string Rename(string line, string old, string changed) => OwnAddress().IsMatch(line)
        ? Regex.Replace(line, $@"(?<=\s){Regex.Escape(old)}(?=[\s.#]|$)", changed.Replace("$", "$$", StringComparison.Ordinal), RegexOptions.IgnoreCase)
        : line;

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex HostName();

    [GeneratedRegex(@"\A\s*127\.0\.1\.1\s")]
    private static partial Regex OwnAddress();
}
