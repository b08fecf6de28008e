using System.Globalization;
using System.Text;

namespace Ahenk.Lider.Protocol;

/// <summary>
/// Makes text safe for the JSON reader, which throws on halves of surrogate pairs when a string is taken out of it. Java and Python both
/// write such halves (as <c>\udcff</c>) for bytes that were no text.
/// </summary>
internal static class JsonRepair
{
    private const int EscapeLength = 6;

    /// <summary>UTF-8 in which each half of a surrogate pair, raw or escaped, has become U+FFFD.</summary>
    public static byte[] ToUtf8(string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        ReplaceEscapedHalves(utf8);
        return utf8;
    }

    private static void ReplaceEscapedHalves(Span<byte> json)
    {
        while (true)
        {
            var backslash = json.IndexOf((byte)'\\');
            if (backslash < 0 || backslash + 1 >= json.Length)
            {
                return;
            }

            json = json[backslash..];
            if (!TryReadEscape(json, out var unit))
            {
                json = json[2..];
            }
            else if (char.IsHighSurrogate(unit) && TryReadEscape(json[EscapeLength..], out var next) && char.IsLowSurrogate(next))
            {
                json = json[(2 * EscapeLength)..];
            }
            else
            {
                if (char.IsSurrogate(unit))
                {
                    @"\ufffd"u8.CopyTo(json);
                }

                json = json[EscapeLength..];
            }
        }
    }

    private static bool TryReadEscape(ReadOnlySpan<byte> json, out char unit)
    {
        unit = '\0';
        if (json.Length < EscapeLength || !json.StartsWith("\\u"u8)
            || !ushort.TryParse(json[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
