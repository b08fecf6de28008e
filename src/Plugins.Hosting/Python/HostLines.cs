namespace Ahenk.Plugins.Hosting.Python;

/// <summary>Reads lines of bounded length.</summary>
internal sealed class HostLines(Stream stream)
{
    /// <summary>The most bytes of a line.</summary>
    public const int MaxBytes = 16 << 20;

    private const int UsualBytes = 64 << 10;

    private byte[] _buffer = new byte[UsualBytes];
    private int _start;
    private int _end;

    /// <summary>The next line without its end, good until the next one is read; <see langword="null"/> at the end of the stream.</summary>
    /// <exception cref="HostProtocolException">A line is too long, or the stream ends within one.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        var searched = _start;
        while (true)
        {
            if (_buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n') is var found and >= 0)
            {
                var line = _buffer.AsMemory(_start, searched + found - _start);
                _start = searched + found + 1;
                return line;
            }

            MakeRoom();
            searched = _end;
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                return _end == 0 ? null : throw new HostProtocolException("its last line has no end");
            }

            _end += read;
        }
    }

    /// <summary>Moves what is left to the front of a buffer that has room for more, and is no larger than it need be.</summary>
    private void MakeRoom()
    {
        var left = _end - _start;
        if (left > MaxBytes)
        {
            throw new HostProtocolException($"it is longer than {MaxBytes >> 20} MiB");
        }

        var size = left < UsualBytes ? UsualBytes : left == _buffer.Length ? 2 * left : _buffer.Length;
        var target = size == _buffer.Length ? _buffer : new byte[size];
        Buffer.BlockCopy(_buffer, _start, target, 0, left);
        _buffer = target;
        _start = 0;
        _end = left;
    }
}
