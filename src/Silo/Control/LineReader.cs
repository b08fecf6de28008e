using System.Text;

namespace Ahenk.Silo.Control;

/// <summary>Reads lines of bounded length.</summary>
internal sealed class LineReader(Stream stream, int maxBytes)
{
    private byte[] _buffer = new byte[4096];
    private int _filled;

    /// <summary>The next line without its end, or <see langword="null"/> at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The line is too long.</exception>
    public async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            var end = _buffer.AsSpan(searched, _filled - searched).IndexOf((byte)'\n');
            if (end >= 0)
            {
                end += searched;
                var line = Encoding.UTF8.GetString(_buffer, 0, end);
                _filled -= end + 1;
                Buffer.BlockCopy(_buffer, end + 1, _buffer, 0, _filled);
                return line;
            }

            searched = _filled;
            if (_filled == maxBytes)
            {
                throw new InvalidDataException($"A line is longer than {maxBytes} bytes.");
            }

            if (_filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, maxBytes));
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            _filled += read;
        }
    }
}
