using System.Buffers;
using System.Text;

namespace Ahenk.Gateway.Xmpp.Xmpp.Wire;

/// <summary>Bytes to be written, in a pooled array. Text is escaped so that whatever a caller passes is well-formed XML 1.0. Not thread-safe.</summary>
internal sealed class OutgoingBuffer : IDisposable
{
    private const int UsualBytes = 4 * 1024;
    private const int MostKeptBytes = 256 * 1024;

    private const string Never =
        "\uFFFE\uFFFF\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\v\f\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F";

    /// <summary>What must not stand in text as it is: markup, CR (a reader would make LF of it) and what XML 1.0 has no place for.</summary>
    private static readonly SearchValues<char> SpecialInText = SearchValues.Create("&<>\r" + Never);

    private static readonly SearchValues<char> SpecialInAttribute = SearchValues.Create("&<>\r\n\t\"'" + Never);

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(UsualBytes);

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Goes back to an earlier length.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Empties it and gives up an array that a large message has made large.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > MostKeptBytes)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = ArrayPool<byte>.Shared.Rent(UsualBytes);
        }
    }

    /// <summary>Adds bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Room(utf8.Length));
        Length += utf8.Length;
    }

    /// <summary>Adds markup as it is.</summary>
    public void Markup(string xml) => Encode(xml);

    /// <summary>Adds <c> name='value'</c>; nothing when there is no value.</summary>
    public void Attribute(ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
        {
            return;
        }

        Raw(" "u8);
        Raw(name);
        Raw("='"u8);
        Escaped(value, SpecialInAttribute);
        Raw("'"u8);
    }

    /// <summary>Adds text. Lone surrogates become U+FFFD in the encoder, other characters that are not allowed here.</summary>
    public void Text(string text) => Escaped(text, SpecialInText);

    /// <inheritdoc/>
    public void Dispose()
    {
        var bytes = Interlocked.Exchange(ref _bytes, []);
        Length = 0;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Escaped(ReadOnlySpan<char> text, SearchValues<char> specials)
    {
        while (true)
        {
            var special = text.IndexOfAny(specials);
            Encode(special < 0 ? text : text[..special]);
            if (special < 0)
            {
                return;
            }

            switch (text[special])
            {
                case '&':
                    Raw("&amp;"u8);
                    break;
                case '<':
                    Raw("&lt;"u8);
                    break;
                case '>':
                    Raw("&gt;"u8);
                    break;
                case '\r':
                    Raw("&#13;"u8);
                    break;
                case '"':
                    Raw("&quot;"u8);
                    break;
                case '\'':
                    Raw("&apos;"u8);
                    break;
                case '\n':
                    Raw("&#10;"u8);
                    break;
                case '\t':
                    Raw("&#9;"u8);
                    break;
                default:
                    Raw("\uFFFD"u8);
                    break;
            }

            text = text[(special + 1)..];
        }
    }

    private void Encode(ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty)
        {
            Length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));
        }
    }

    private Span<byte> Room(int bytes)
    {
        if (_bytes.Length - Length < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, checked(Length + bytes)));
            _bytes.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(Length);
    }
}
