using System.Text;
using System.Xml.Linq;

namespace Ahenk.Gateway.Xmpp.Tests.Scripted;

/// <summary>What stands at the top level of a client's stream.</summary>
internal enum TokenKind
{
    /// <summary>The stream's opening tag.</summary>
    Header,

    /// <summary>A whole element.</summary>
    Element,

    /// <summary>The stream's closing tag.</summary>
    End,

    /// <summary>The client closed the connection.</summary>
    Closed,
}

/// <summary>One piece of a client's stream.</summary>
internal sealed record Token(TokenKind Kind, string Text, XElement? Element = null);

/// <summary>
/// Cuts a client's bytes into top-level elements by counting tags: enough for a client that writes well-formed XML without comments, and
/// independent of any parser that looks further ahead than the bytes that have come.
/// </summary>
internal sealed class ElementScanner
{
    private readonly List<byte> _bytes = [];

    public void Append(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    /// <summary>Bytes that came behind the last token; for TLS, which begins in the middle of the stream.</summary>
    public byte[] TakeRest()
    {
        var rest = _bytes.ToArray();
        _bytes.Clear();
        return rest;
    }

    public Token? Next()
    {
        var depth = 0;
        for (var at = 0; at < _bytes.Count; at++)
        {
            if (_bytes[at] != '<')
            {
                continue;
            }

            var close = CloseOf(at);
            if (close < 0)
            {
                return null;
            }

            var tag = Text(at, close + 1);
            at = close;
            if (tag.StartsWith("<?", StringComparison.Ordinal))
            {
                continue;
            }

            if (depth == 0 && tag.StartsWith("<stream:stream", StringComparison.Ordinal))
            {
                Remove(close + 1);
                return new Token(TokenKind.Header, tag, XElement.Parse(tag[..^1] + "/>"));
            }

            if (depth == 0 && tag.StartsWith("</stream:stream", StringComparison.Ordinal))
            {
                Remove(close + 1);
                return new Token(TokenKind.End, tag);
            }

            depth += tag.StartsWith("</", StringComparison.Ordinal) ? -1 : tag.EndsWith("/>", StringComparison.Ordinal) ? 0 : 1;
            if (depth == 0)
            {
                var text = Text(0, close + 1);
                Remove(close + 1);
                return new Token(TokenKind.Element, text, Parse(text));
            }
        }

        return null;
    }

    private static XElement Parse(string text) =>
        (XElement)XElement.Parse(
            $"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>{text}</stream:stream>",
            LoadOptions.PreserveWhitespace).Nodes().Single(node => node is XElement);

    private int CloseOf(int at)
    {
        byte quote = 0;
        for (; at < _bytes.Count; at++)
        {
            var one = _bytes[at];
            if (quote != 0)
            {
                quote = one == quote ? (byte)0 : quote;
            }
            else if (one is (byte)'"' or (byte)'\'')
            {
                quote = one;
            }
            else if (one == '>')
            {
                return at;
            }
        }

        return -1;
    }

    private string Text(int from, int to) => Encoding.UTF8.GetString(_bytes.GetRange(from, to - from).ToArray());

    private void Remove(int count) => _bytes.RemoveRange(0, count);
}
