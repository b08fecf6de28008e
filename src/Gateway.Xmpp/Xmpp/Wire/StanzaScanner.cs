namespace Ahenk.Gateway.Xmpp.Xmpp.Wire;

/// <summary>What stands complete at the start of the scanned bytes.</summary>
internal enum ScannedUnit
{
    /// <summary>Nothing yet: more bytes are needed.</summary>
    Incomplete,

    /// <summary>The start tag of the stream.</summary>
    StreamStart,

    /// <summary>A whole element at stream level.</summary>
    Element,

    /// <summary>The end tag of the stream.</summary>
    StreamEnd,
}

/// <summary>
/// Finds where an element at stream level ends, so that only whole elements meet the XML reader: a stanza is never delayed by a parser's read-ahead,
/// and one beyond the limits is refused before it has arrived. It looks at each byte once. It refuses at once what would leave the stream deaf
/// (an end tag that does not match) and what RFC 6120 11.1 forbids (comments, processing instructions, DTDs); the rest of XML's rules is the
/// reader's work.
/// </summary>
internal sealed class StanzaScanner(int maxBytes, int maxDepth, int maxAttributes)
{
    private static ReadOnlySpan<byte> CDataStart => "[CDATA["u8;

    private static ReadOnlySpan<byte> CDataEnd => "]]>"u8;

    private readonly Range[] _open = new Range[maxDepth];
    private byte[] _streamName = [];
    private State _state = State.Content;
    private int _position;
    private int _tokenStart;
    private int _depth;
    private int _attributes;
    private byte _quote;

    private enum State : byte
    {
        Content,
        Open,
        StartName,
        Tag,
        AttributeName,
        AfterAttributeName,
        BeforeValue,
        Value,
        AfterValue,
        Slash,
        EndName,
        EndTail,
        Bang,
        CData,
    }

    /// <summary>Whether an element has begun and is not complete.</summary>
    public bool IsInside => _position > 0;

    /// <summary>Whether the stream's start tag is awaited.</summary>
    public bool AwaitsStreamStart => _streamName.Length == 0;

    /// <summary>Forgets the stream: the next unit is the start tag of a new one.</summary>
    public void Restart()
    {
        _streamName = [];
        Begin();
    }

    /// <summary>Goes on where the last call stopped.</summary>
    /// <param name="unit">All bytes from the unit's <c>&lt;</c> on; the bytes of earlier calls must still be there.</param>
    /// <param name="length">The unit's length when it is complete.</param>
    /// <exception cref="StreamFailureException">A limit is exceeded or the bytes are not what a stream may hold.</exception>
    public ScannedUnit Scan(ReadOnlySpan<byte> unit, out int length)
    {
        var limited = unit.Length > maxBytes ? unit[..maxBytes] : unit;
        while (_position < limited.Length)
        {
            var found = Step(limited);
            if (found != ScannedUnit.Incomplete)
            {
                length = _position;
                Begin();
                return found;
            }
        }

        if (limited.Length == maxBytes)
        {
            throw Refuse("policy-violation", $"an element is larger than the limit of {maxBytes} bytes", unit);
        }

        length = 0;
        return ScannedUnit.Incomplete;
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r';

    private static bool IsNameByte(byte value) =>
        value is >= 0x80 or (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'0' and <= (byte)'9')
            or (byte)':' or (byte)'_' or (byte)'-' or (byte)'.';

    private static bool IsNameStart(byte value) => IsNameByte(value) && value is not ((>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'.');

    private static StreamFailureException Refuse(string condition, string what, ReadOnlySpan<byte> unit) => StreamFailureException.Violation(
        condition,
        $"The server sent what cannot be accepted: {what}.",
        unit.StartsWith("<message"u8) || unit.StartsWith("<iq"u8) || unit.StartsWith("<presence"u8));

    private void Begin()
    {
        _state = State.Content;
        _position = 0;
        _depth = 0;
    }

    private ScannedUnit Step(ReadOnlySpan<byte> unit)
    {
        var value = unit[_position];
        switch (_state)
        {
            case State.Content:
                JumpTo(unit, unit[_position..].IndexOf((byte)'<'), State.Open);
                return ScannedUnit.Incomplete;
            case State.Open:
                StepOpen(unit, value);
                return ScannedUnit.Incomplete;
            case State.Bang:
                StepBang(unit, value);
                return ScannedUnit.Incomplete;
            case State.CData:
                StepCData(unit);
                return ScannedUnit.Incomplete;
            case State.EndName or State.EndTail:
                return StepEndTag(unit, value);
            default:
                return StepStartTag(unit, value);
        }
    }

    /// <summary>Goes behind a byte that was found, or to the end of what is there.</summary>
    private void JumpTo(ReadOnlySpan<byte> unit, int offset, State next)
    {
        if (offset < 0)
        {
            _position = unit.Length;
            return;
        }

        _position += offset + 1;
        _tokenStart = _position;
        _state = next;
    }

    private void StepOpen(ReadOnlySpan<byte> unit, byte value)
    {
        _tokenStart = _position;
        _state = value switch
        {
            (byte)'/' => State.EndName,
            (byte)'!' => State.Bang,
            (byte)'?' => throw Refuse("restricted-xml", "a processing instruction", unit),
            _ when IsNameStart(value) => State.StartName,
            _ => throw Refuse("not-well-formed", "a tag without a name", unit),
        };
        _position++;
        if (_state != State.StartName)
        {
            _tokenStart = _position;
        }

        _attributes = 0;
    }

    private void StepBang(ReadOnlySpan<byte> unit, byte value)
    {
        if (_depth == 0 || value != CDataStart[_position - _tokenStart])
        {
            throw Refuse("restricted-xml", "a comment or a document type declaration", unit);
        }

        _position++;
        if (_position - _tokenStart == CDataStart.Length)
        {
            _tokenStart = _position;
            _state = State.CData;
        }
    }

    private void StepCData(ReadOnlySpan<byte> unit)
    {
        var offset = unit[_position..].IndexOf((byte)'>');
        if (offset < 0)
        {
            _position = unit.Length;
            return;
        }

        _position += offset + 1;
        if (unit[_tokenStart.._position].EndsWith(CDataEnd))
        {
            _state = State.Content;
        }
    }

    private ScannedUnit StepStartTag(ReadOnlySpan<byte> unit, byte value)
    {
        switch (_state)
        {
            case State.StartName when IsNameByte(value):
            case State.AttributeName when IsNameByte(value):
            case State.Tag or State.AfterAttributeName or State.BeforeValue when IsSpace(value):
                break;
            case State.StartName when IsSpace(value) || value is (byte)'>' or (byte)'/':
                Enter(unit);
                return EndOrGoOn(unit, value);
            case State.Tag or State.AfterValue when value is (byte)'>' or (byte)'/' || (_state == State.AfterValue && IsSpace(value)):
                return EndOrGoOn(unit, value);
            case State.Tag when IsNameStart(value):
                _state = State.AttributeName;
                break;
            case State.AttributeName or State.AfterAttributeName when value == '=':
                _state = State.BeforeValue;
                break;
            case State.AttributeName when IsSpace(value):
                _state = State.AfterAttributeName;
                break;
            case State.BeforeValue when value is (byte)'"' or (byte)'\'':
                if (++_attributes > maxAttributes)
                {
                    throw Refuse("policy-violation", $"an element with more than {maxAttributes} attributes", unit);
                }

                _quote = value;
                _state = State.Value;
                break;
            case State.Value:
                return StepValue(unit);
            case State.Slash when value == '>':
                _position++;
                return Leave(unit);
            default:
                throw Refuse("not-well-formed", "a malformed start tag", unit);
        }

        _position++;
        return ScannedUnit.Incomplete;
    }

    private ScannedUnit StepValue(ReadOnlySpan<byte> unit)
    {
        var offset = unit[_position..].IndexOfAny(_quote, (byte)'<');
        if (offset >= 0 && unit[_position + offset] == '<')
        {
            throw Refuse("not-well-formed", "'<' in an attribute", unit);
        }

        JumpTo(unit, offset, State.AfterValue);
        return ScannedUnit.Incomplete;
    }

    private void Enter(ReadOnlySpan<byte> unit)
    {
        if (_depth == maxDepth)
        {
            throw Refuse("policy-violation", $"elements nested deeper than {maxDepth}", unit);
        }

        _open[_depth++] = _tokenStart.._position;
    }

    private ScannedUnit EndOrGoOn(ReadOnlySpan<byte> unit, byte value)
    {
        _position++;
        if (value == '/')
        {
            _state = State.Slash;
            return ScannedUnit.Incomplete;
        }

        if (value != '>')
        {
            _state = State.Tag;
            return ScannedUnit.Incomplete;
        }

        _state = State.Content;
        if (!AwaitsStreamStart)
        {
            return ScannedUnit.Incomplete;
        }

        _streamName = unit[_open[0]].ToArray();
        return ScannedUnit.StreamStart;
    }

    private ScannedUnit StepEndTag(ReadOnlySpan<byte> unit, byte value)
    {
        if (_state == State.EndName)
        {
            if (IsNameByte(value))
            {
                _position++;
                return ScannedUnit.Incomplete;
            }

            var name = unit[_tokenStart.._position];
            if (!name.SequenceEqual(_depth == 0 ? _streamName : unit[_open[_depth - 1]]))
            {
                throw Refuse("not-well-formed", "an end tag that does not match its start tag", unit);
            }

            _state = State.EndTail;
        }

        _position++;
        if (value == '>')
        {
            return Leave(unit);
        }

        return IsSpace(value) ? ScannedUnit.Incomplete : throw Refuse("not-well-formed", "a malformed end tag", unit);
    }

    private ScannedUnit Leave(ReadOnlySpan<byte> unit)
    {
        if (AwaitsStreamStart)
        {
            throw Refuse("not-well-formed", "a stream without content", unit);
        }

        if (_depth == 0)
        {
            return ScannedUnit.StreamEnd;
        }

        _state = State.Content;
        return --_depth == 0 ? ScannedUnit.Element : ScannedUnit.Incomplete;
    }
}
