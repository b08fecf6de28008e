using System.Text;
using Ahenk.Configuration;
using Ahenk.Grains.Import;

namespace Ahenk.Silo.Offline.Import;

/// <summary>The Python Ahenk's ahenk.conf, which it reads with configparser.</summary>
internal sealed class OldConfiguration
{
    private readonly List<IniLine> _lines;

    private OldConfiguration(List<IniLine> lines) => _lines = lines;

    /// <summary>The name it logs in with.</summary>
    public string? Name => Find("CONNECTION", "uid");

    /// <summary>Its password.</summary>
    public string? Password => Find("CONNECTION", "password");

    /// <summary>Where its database is.</summary>
    public string? Database => Find("BASE", "dbpath");

    /// <summary>Where its plugins are.</summary>
    public string? Plugins => Find("PLUGIN", "pluginfolderpath");

    /// <summary>The server.</summary>
    public string? Host => Find("CONNECTION", "host");

    /// <summary>Reads a copy of it.</summary>
    public static OldConfiguration Read(string path) => new(IniDocument.Parse(File.ReadAllBytes(path)));

    /// <summary>Tells what becomes of its keys.</summary>
    /// <param name="isOurs">Whether it is the file that this agent reads.</param>
    /// <param name="report">Is told.</param>
    public void Describe(bool isOurs, ImportReport report)
    {
        var entries = _lines.Where(line => line.Kind == IniLineKind.Entry).ToList();
        if (!isOurs)
        {
            report.Remark("configuration", "Only name and password are taken from that ahenk.conf: set host, port, servicename and receiverjid in this agent's with 'ahenk config set'.");
            return;
        }

        var known = entries.Where(line => ConfigurationKeys.Find(line.Section, line.Key) is not null && line.ValueLength > 0).ToList();
        report.Take("configuration", $"{known.Count} keys count as they stand: {List(known)}.");
        if (entries.Where(line => ConfigurationKeys.Find(line.Section, line.Key) is null).ToList() is { Count: > 0 } strange)
        {
            report.Remark("configuration", $"{strange.Count} keys stay in the file and are not used: {List(strange)}.");
        }

        var shipped = ConfigurationKeys.PluginDirectories.Default!;
        if (Plugins is { } plugins && !plugins.Split(':').Any(folder => folder.TrimEnd('/') == shipped))
        {
            report.Remark(
                "configuration",
                $"[PLUGIN] pluginfolderpath = {ImportReport.Quote(plugins)} does not name {shipped}, where this agent's plugins are: ahenk config set PLUGIN.pluginfolderpath {shipped}:FOLDER");
        }
    }

    private static string List(IEnumerable<IniLine> lines) =>
        string.Join(", ", lines.Take(40).Select(line => ImportReport.Quote($"{line.Section}.{line.Key}").Trim('\'')));

    /// <summary>configparser takes quotes for what they are, and doubles the per cent sign.</summary>
    private string? Find(string section, string key)
    {
        var line = _lines.FindLast(line => line.Is(section, key));
        var value = line is null ? "" : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(line.Text.Substring(line.ValueStart, line.ValueLength)));
        return value.Length == 0 ? null : value.Replace("%%", "%", StringComparison.Ordinal);
    }
}
