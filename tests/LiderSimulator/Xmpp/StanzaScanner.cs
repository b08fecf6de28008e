namespace Ahenk.LiderSimulator.Xmpp;

/// <summary>
/// Finds where the stanzas of an XML stream begin and end, without parsing them: only tags, quotes and CDATA sections matter for
/// that. One scanner serves one stream; a stream restart (RFC 6120 4.3.3) needs a new one.
/// </summary>
internal sealed class StanzaScanner
{
    private const int MaxStanzaBytes = 16 << 20;

    private enum Place
    {
        Text,
        TagStart,
        Tag,
        Quoted,
        Declaration,
        CharacterData,
    }

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _scan;
    private int _end;
    private int _depth;
    private Place _place = Place.Text;
    private byte _quote;
    private bool _closing;

    /// <summary>The stream's root element has been seen.</summary>
    public bool Opened { get; private set; }

    /// <summary>The stream's root element has been closed; nothing is read after that.</summary>
    public bool Ended { get; private set; }

    /// <summary>Room for the next bytes from the wire. Spans handed out by <see cref="TryRead"/> are void after this call.</summary>
    /// <exception cref="BareXmppException">A stanza is longer than 16 MiB.</exception>
    public Memory<byte> GetRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _scan -= _start;
            _end -= _start;
            _start = 0;
        }

        if (_buffer.Length - _end < 4096)
        {
            if (_buffer.Length >= MaxStanzaBytes)
            {
                throw new BareXmppException($"The server sent a stanza longer than {MaxStanzaBytes} bytes.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Tells how many bytes were put into <see cref="GetRoom"/>.</summary>
    public void Commit(int count) => _end += count;

    /// <summary>The next complete stanza, as it stands on the wire.</summary>
    public bool TryRead(out ReadOnlySpan<byte> stanza)
    {
        stanza = default;
        while (_scan < _end && !Ended)
        {
            var rest = _buffer.AsSpan(_scan, _end - _scan);
            int found;
            switch (_place)
            {
                case Place.Text:
                    found = rest.IndexOf((byte)'<');
                    if (found < 0)
                    {
                        _scan = _end;
                        _start = _depth <= 1 ? _end : _start;
                        return false;
                    }

                    _scan += found;
                    _start = _depth <= 1 ? _scan : _start;
                    _scan++;
                    _place = Place.TagStart;
                    break;
                case Place.TagStart:
                    _closing = rest[0] == '/';
                    _place = rest[0] switch { (byte)'?' => Place.Declaration, (byte)'!' => Place.CharacterData, _ => Place.Tag };
                    break;
                case Place.Tag:
                    found = rest.IndexOfAny((byte)'>', (byte)'"', (byte)'\'');
                    if (found < 0)
                    {
                        _scan = _end;
                        return false;
                    }

                    _scan += found + 1;
                    if (rest[found] != '>')
                    {
                        _quote = rest[found];
                        _place = Place.Quoted;
                        break;
                    }

                    _place = Place.Text;
                    if (TagEnded(_buffer[_scan - 2] == '/'))
                    {
                        stanza = _buffer.AsSpan(_start, _scan - _start);
                        _start = _scan;
                        return true;
                    }

                    break;
                case Place.Quoted:
                    found = rest.IndexOf(_quote);
                    _scan = found < 0 ? _end : _scan + found + 1;
                    _place = found < 0 ? Place.Quoted : Place.Tag;
                    break;
                case Place.Declaration:
                    if (!SkipPast(rest, "?>"u8))
                    {
                        return false;
                    }

                    break;
                default:
                    if (!SkipPast(rest, "]]>"u8))
                    {
                        return false;
                    }

                    break;
            }
        }

        return false;
    }

    /// <summary>Counts the depth after a tag; true when it ended a stanza.</summary>
    private bool TagEnded(bool selfClosing)
    {
        if (_closing)
        {
            _depth--;
            Ended = _depth <= 0;
            return _depth == 1;
        }

        if (selfClosing)
        {
            Ended = _depth == 0;
            return _depth == 1;
        }

        _depth++;
        if (_depth == 1)
        {
            Opened = true;
            _start = _scan;
        }

        return false;
    }

    private bool SkipPast(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> terminator)
    {
        var found = rest.IndexOf(terminator);
        if (found < 0)
        {
            // The terminator may be cut in two by the end of what has arrived.
            _scan = Math.Max(_scan, _end - terminator.Length + 1);
            return false;
        }

        _scan += found + terminator.Length;
        _place = Place.Text;
        return true;
    }
}
