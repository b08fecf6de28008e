using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.BrowserChrome;

/// <summary>What is set in GNOME's proxy settings, in order: the mode is last, when everything it uses is there.</summary>
/// <param name="IsProxy">Whether there will be a proxy.</param>
/// <param name="Values">Schema, key and value; the values in the text form of GVariant.</param>
internal sealed partial record ProxySettings(bool IsProxy, IReadOnlyList<(string Schema, string Key, string Value)> Values)
{
    private const string Schema = "org.gnome.system.proxy";

    /// <summary>No proxy.</summary>
    public static ProxySettings None { get; } = new(false, [(Schema, "mode", "'none'")]);

    /// <summary>Reads <c>proxyListChrome</c>.</summary>
    /// <returns><see langword="null"/>: the profile says nothing about the proxy.</returns>
    /// <exception cref="PluginInputException">What it says cannot be set; nothing is.</exception>
    public static ProxySettings? Read(IReadOnlyList<PluginParameters> list)
    {
        var values = new Dictionary<string, PluginParameters>();
        foreach (var entry in list)
        {
            values[entry.GetString("preferenceName") ?? ""] = entry;
        }

        string Text(string name) => values.GetValueOrDefault(name)?.GetString("value")?.Trim() ?? "";
        return Text("type") switch
        {
            "" => null,
            "0" => None,
            "1" => Manual(Text, values.GetValueOrDefault("ignore-hosts")),
            "2" => Automatic(Text("autoconfig-url")),
            var type => throw Refused($"'{Shorten(type)}' is no type of proxy; 0 (none), 1 (manual) and 2 (automatic) are"),
        };
    }

    private static ProxySettings Manual(Func<string, string> text, PluginParameters? ignored)
    {
        var values = new List<(string, string, string)>();
        var isProxy = false;
        foreach (var protocol in (string[])["http", "https", "ftp", "socks"])
        {
            // Those that are not named are emptied: an earlier profile, or the user, may have set them.
            var (host, port) = (text($"{protocol}Host"), text($"{protocol}Port"));
            if (host.Length > 0 && !Host().IsMatch(host))
            {
                throw Refused($"'{Shorten(host)}' is not the name or address of a host ({protocol}Host)");
            }

            var number = 0;
            if (host.Length > 0 && (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number is 0 or > ushort.MaxValue))
            {
                throw Refused($"'{Shorten(port)}' is not a port between 1 and 65535 ({protocol}Port)");
            }

            isProxy |= host.Length > 0;
            values.Add(($"{Schema}.{protocol}", "host", Quote(host)));
            values.Add(($"{Schema}.{protocol}", "port", number.ToString(CultureInfo.InvariantCulture)));
        }

        if (!isProxy)
        {
            throw Refused("it is to be manual, and no host is named");
        }

        if (ignored?.Raw["value"] is not null)
        {
            var hosts = IgnoredHosts(ignored);
            if (hosts.Find(host => !IgnoredHost().IsMatch(host)) is { } odd)
            {
                throw Refused($"'{Shorten(odd)}' is not a host or network that can be reached without it (ignore-hosts)");
            }

            values.Add((Schema, "ignore-hosts", hosts.Count == 0 ? "@as []" : $"[{string.Join(", ", hosts.Select(Quote))}]"));
        }

        values.Add((Schema, "mode", "'manual'"));
        return new ProxySettings(true, values);
    }

    /// <summary>A list, a text with commas, or the text of a list as GNOME writes it: <c>['localhost', '::1']</c>.</summary>
    private static List<string> IgnoredHosts(PluginParameters ignored)
    {
        var isListText = ignored.GetString("value")!.Trim() is ['[', '\'' or '"' or ']', ..] && ignored.Raw["value"] is not JsonArray;
        var text = isListText ? ignored.GetString("value")!.Trim().TrimStart('[').TrimEnd(']') : null;
        var hosts = text?.Split(',') ?? ignored.GetStrings("value");
        return [.. hosts.Select(host => host.Trim().Trim('\'', '"')).Where(host => host.Length > 0)];
    }

    private static ProxySettings Automatic(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https" or "file" or "ftp") || url.Any(char.IsControl))
        {
            throw Refused($"'{Shorten(url)}' is not an address of a configuration (autoconfig-url)");
        }

        return new ProxySettings(true, [(Schema, "autoconfig-url", Quote(url)), (Schema, "mode", "'auto'")]);
    }

    private static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static PluginInputException Refused(string why) => new($"The proxy was not set: {why}.");

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "...";

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9.:_-]{0,254}\z")]
    private static partial Regex Host();

    [GeneratedRegex(@"^[A-Za-z0-9.:*_/\[\]-]{1,255}\z")]
    private static partial Regex IgnoredHost();
}
