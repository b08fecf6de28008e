using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Ahenk.Gateway.Xmpp.Xmpp.Wire;

/// <summary>
/// Reads a stream element by element. <see cref="StanzaScanner"/> finds where an element ends, System.Xml reads it. The reader
/// for one element lives as long as that element: names that a hostile sender invents never pile up in a name table. The result is an
/// <see cref="XElement"/>: the framework's own tree, whose text can be handed on as it came.
/// </summary>
internal sealed class StanzaReader : IDisposable
{
    private const int UsualBufferBytes = 16 * 1024;

    /// <summary>Malformed bytes are an error, never a replacement character.</summary>
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    private static readonly XmlReaderSettings Settings = new()
    {
        ConformanceLevel = ConformanceLevel.Fragment,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CheckCharacters = true,
    };

    private readonly XmppClientOptions _options;
    private readonly TrafficMeter _meter;
    private readonly StanzaScanner _scanner;
    private readonly List<(string Prefix, string Uri)> _namespaces = [];
    private Stream _stream;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(UsualBufferBytes);
    private int _start;
    private int _end;
    private long _bytesBeforeAuthentication;
    private bool _authenticated;

    /// <summary>Reads from a stream.</summary>
    public StanzaReader(Stream stream, XmppClientOptions options, TrafficMeter meter)
    {
        _stream = stream;
        _options = options;
        _meter = meter;
        _scanner = new StanzaScanner(options.MaxIncomingStanzaBytes, options.MaxDepth, options.MaxAttributes);
    }

    /// <summary>Begins a new stream on the same connection, after STARTTLS or after authentication.</summary>
    /// <exception cref="StreamFailureException">
    /// Bytes are there that came before the new stream: behind STARTTLS's <c>proceed</c> they are somebody's attempt to slip plain text into the secured stream.
    /// </exception>
    public void Restart(Stream stream, bool authenticated)
    {
        if (_start != _end)
        {
            throw StreamFailureException.Violation("policy-violation", "The server, or somebody between, sent bytes before the stream was restarted; they were refused.");
        }

        _stream = stream;
        _authenticated |= authenticated;
        _scanner.Restart();
    }

    /// <summary>Reads the start tag of the stream.</summary>
    /// <exception cref="StreamFailureException">It is none, or the connection ended.</exception>
    public async ValueTask<XElement> ReadStreamStartAsync(CancellationToken cancellationToken)
    {
        var declarationPossible = true;
        while (true)
        {
            SkipSpace();
            if (declarationPossible && !_scanner.IsInside && _start != _end)
            {
                if (SkipDeclaration() is not { } skipped)
                {
                    await FillAsync(cancellationToken);
                    continue;
                }

                declarationPossible = false;
                if (skipped)
                {
                    continue;
                }
            }

            if (Scan(out var length) == ScannedUnit.StreamStart)
            {
                return TakeStreamStart(length);
            }

            await FillAsync(cancellationToken);
        }
    }

    /// <summary>Reads the next element at stream level; <see langword="null"/>: the stream was closed by its end tag.</summary>
    /// <exception cref="StreamFailureException">What came is not acceptable, or the connection ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<XElement?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            SkipSpace();
            switch (Scan(out var length))
            {
                case ScannedUnit.Element:
                    var element = Parse(_start, length);
                    Consume(length);
                    return element;
                case ScannedUnit.StreamEnd:
                    Consume(length);
                    return null;
                default:
                    await FillAsync(cancellationToken);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ScannedUnit Scan(out int length)
    {
        length = 0;
        if (_start == _end)
        {
            return ScannedUnit.Incomplete;
        }

        if (_buffer[_start] != '<')
        {
            throw StreamFailureException.Violation("bad-format", "The server sent text between stanzas.");
        }

        return _scanner.Scan(_buffer.AsSpan(_start, _end - _start), out length);
    }

    private void SkipSpace()
    {
        if (_scanner.IsInside)
        {
            return;
        }

        while (_start < _end && _buffer[_start] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            _start++;
        }
    }

    /// <summary>Whether an XML declaration was there; <see langword="null"/>: it takes more bytes to tell.</summary>
    private bool? SkipDeclaration()
    {
        ReadOnlySpan<byte> mark = "<?xml "u8;
        var there = _buffer.AsSpan(_start, _end - _start);
        if (!there.StartsWith(mark))
        {
            return mark.StartsWith(there) ? null : false;
        }

        var end = there.IndexOf("?>"u8);
        if (end < 0)
        {
            return null;
        }

        _start += end + 2;
        return true;
    }

    private XElement TakeStreamStart(int length)
    {
        // The start tag alone is no document: closed here, it is one.
        var text = new byte[length + 1];
        _buffer.AsSpan(_start, length - 1).CopyTo(text);
        "/>"u8.CopyTo(text.AsSpan(length - 1));
        _namespaces.Clear();
        var start = Parse(text, 0, text.Length);
        Consume(length);
        foreach (var attribute in start.Attributes())
        {
            if (attribute.IsNamespaceDeclaration)
            {
                _namespaces.Add((attribute.Name.Namespace == XNamespace.None ? "" : attribute.Name.LocalName, attribute.Value));
            }
        }

        return start;
    }

    private XElement Parse(int start, int length) => Parse(_buffer, start, length);

    private XElement Parse(byte[] bytes, int start, int length)
    {
        var names = new NameTable();
        var namespaces = new XmlNamespaceManager(names);
        foreach (var (prefix, uri) in _namespaces)
        {
            namespaces.AddNamespace(prefix, uri);
        }

        var context = new XmlParserContext(names, namespaces, null, XmlSpace.None, StrictUtf8);
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes, start, length, false), Settings, context);
            return XElement.Load(reader);
        }
        catch (Exception e) when (e is XmlException or ArgumentException)
        {
            // The parser's own text is kept out: it quotes what came in.
            var head = bytes.AsSpan(start, length);
            throw StreamFailureException.Violation(
                "not-well-formed",
                "The server sent XML that cannot be accepted: malformed, an undefined entity, or a character or prefix that is not allowed.",
                head.StartsWith("<message"u8) || head.StartsWith("<iq"u8) || head.StartsWith("<presence"u8),
                e);
        }
    }

    private void Consume(int length)
    {
        _start += length;
        if (_start != _end)
        {
            return;
        }

        _start = _end = 0;
        if (_buffer.Length > 4 * UsualBufferBytes)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(UsualBufferBytes);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var room = _buffer.AsMemory(_end);
        if (!_authenticated)
        {
            var left = _options.MaxBytesBeforeAuthentication - _bytesBeforeAuthentication;
            if (left <= 0)
            {
                throw StreamFailureException.Violation(
                    "policy-violation", $"The server sent more than {_options.MaxBytesBeforeAuthentication} bytes before authentication.");
            }

            room = room[..(int)Math.Min(room.Length, left)];
        }

        var read = await _stream.ReadAsync(room, cancellationToken);
        if (read == 0)
        {
            throw new StreamFailureException(XmppFailureKind.ConnectionLost, "The server closed the connection.");
        }

        _meter.Heard();
        _end += read;
        if (!_authenticated)
        {
            _bytesBeforeAuthentication += read;
        }
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length)
        {
            return;
        }

        var length = _end - _start;
        var target = length > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(_buffer.Length * 2) : _buffer;
        _buffer.AsSpan(_start, length).CopyTo(target);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        _start = 0;
        _end = length;
    }
}
