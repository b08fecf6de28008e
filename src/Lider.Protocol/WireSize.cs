using System.Buffers;
using System.Text;

namespace Ahenk.Lider.Protocol;

/// <summary>How much room a body takes in a stanza.</summary>
public static class WireSize
{
    private const int UnicodeEscape = 6;

    private static readonly SearchValues<char> ShortEscapes = SearchValues.Create("\"\\\b\f\n\r\t");

    /// <summary>
    /// The bytes of a body as the text of an XML element: UTF-8, with <c>&amp;</c>, <c>&lt;</c> and <c>&gt;</c> escaped. The element's tags
    /// and the
    /// stanza around it come on top.
    /// </summary>
    public static int OfBody(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var angles = body.AsSpan().Count('<') + body.AsSpan().Count('>');
        return Encoding.UTF8.GetByteCount(body) + (4 * body.AsSpan().Count('&')) + (3 * angles);
    }

    /// <summary>The bytes of a text as a JSON string in such a body, without its quotes.</summary>
    internal static long OfText(ReadOnlySpan<char> text)
    {
        long size = 0;
        while (!text.IsEmpty)
        {
            size += OfFirst(text, out var length);
            text = text[length..];
        }

        return size;
    }

    /// <summary>The start of a text that takes at most so many bytes, whole code points only.</summary>
    internal static int StartWithin(ReadOnlySpan<char> text, long bytes)
    {
        var end = 0;
        while (end < text.Length && (bytes -= OfFirst(text[end..], out var length)) >= 0)
        {
            end += length;
        }

        return end;
    }

    /// <summary>Where the end of a text begins that takes at most so many bytes, whole code points only.</summary>
    internal static int EndWithin(ReadOnlySpan<char> text, long bytes)
    {
        var start = text.Length;
        while (start > 0)
        {
            Rune.DecodeLastFromUtf16(text[..start], out _, out var length);
            bytes -= OfFirst(text[(start - length)..start], out _);
            if (bytes < 0)
            {
                break;
            }

            start -= length;
        }

        return start;
    }

    private static int OfFirst(ReadOnlySpan<char> text, out int length)
    {
        if (Rune.DecodeFromUtf16(text, out var rune, out length) != OperationStatus.Done)
        {
            return UnicodeEscape;
        }

        return rune.Value switch
        {
            '&' => 5,
            '<' or '>' => 4,
            _ when length == 1 && ShortEscapes.Contains(text[0]) => 2,
            _ when WireJson.Encoder.WillEncode(rune.Value) => UnicodeEscape * length,
            _ => rune.Utf8SequenceLength,
        };
    }
}
