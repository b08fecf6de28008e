using System.Text;

namespace Ahenk.Configuration;

/// <summary>What texts of the configuration must look like.</summary>
public static class ValueRules
{
    /// <summary>Most bytes of a part of a JID (RFC 7622, 3.1).</summary>
    private const int MostJidBytes = 1023;

    /// <summary>Of the 108 bytes that the address of a socket has (unix(7)), <c>/control.sock</c> and the zero at its end take 14.</summary>
    internal const int MostSocketDirectoryBytes = 94;

    /// <summary>The absolute path of a directory in which a socket can be.</summary>
    public static bool IsSocketDirectory(string text) => Path.IsPathRooted(text) && Encoding.UTF8.GetByteCount(text) <= MostSocketDirectoryBytes;

    /// <summary>Absolute paths with colons between them.</summary>
    public static bool ArePaths(string text) => text.Split(':').All(Path.IsPathRooted);

    /// <summary>An XMPP domain (RFC 7622, 3.2): a JID without local part and resource.</summary>
    public static bool IsDomain(string text) => IsJidPart(text.TrimEnd('.'), "@\"&'<>/ ");

    /// <summary>The part of a JID before the @ (RFC 7622, 3.3.1).</summary>
    public static bool IsLocalPart(string text) => IsJidPart(text, "@\"&'/:<> ");

    /// <summary>The part of a JID after the / (RFC 7622, 3.4.1).</summary>
    public static bool IsResource(string text) => IsJidPart(text, "");

    /// <summary>A SHA-256 as hexadecimal digits, with or without colons between the bytes.</summary>
    public static bool IsFingerprint(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal);
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit);
    }

    /// <summary>An http or https address that holds no secret and means one place.</summary>
    public static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) &&
        address is { UserInfo: "", Query: "", Fragment: "" } && address.Host.Length > 0;

    /// <summary>
    /// Headers of HTTP (RFC 9110, 5.6.2: names are tokens) as OpenTelemetry writes them. Its exporter decodes all of it before it looks for commas, so that a value
    /// can have none, takes each name once, and has a User-Agent of its own.
    /// </summary>
    public static bool AreHeaders(string text)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "User-Agent" };
        return !text.Contains("%2C", StringComparison.OrdinalIgnoreCase) && Uri.UnescapeDataString(text).Split(',').All(header =>
            header.Split('=', 2) is [var name, var value] && name.Trim() is { Length: > 0 } token && value.Trim().Length > 0 &&
            token.All(static letter => char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-.^_`|~".Contains(letter, StringComparison.Ordinal)) &&
            value.All(static letter => letter is >= ' ' and <= '~') && names.Add(token));
    }

    private static bool IsJidPart(string part, string forbidden) =>
        part.Length > 0 && Encoding.UTF8.GetByteCount(part) <= MostJidBytes &&
        !part.Any(character => char.IsControl(character) || forbidden.Contains(character, StringComparison.Ordinal));
}
