using System.Text;

namespace Ahenk.Gateway.Xmpp.Tests.Scripted;

/// <summary>
/// A server's stream: its header, the pieces one after the other, its closing tag; at most <c>segment</c> bytes a read. Counts what was taken.
/// </summary>
internal sealed class CountingStream(IEnumerable<ReadOnlyMemory<byte>> pieces, int segment = int.MaxValue) : Stream
{
    private readonly IEnumerator<ReadOnlyMemory<byte>> _pieces =
        pieces.Prepend(Encoding.UTF8.GetBytes(Steps.Header())).Append("</stream:stream>"u8.ToArray()).GetEnumerator();
    private ReadOnlyMemory<byte> _current;

    public long Taken { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (_current.IsEmpty)
        {
            if (!_pieces.MoveNext())
            {
                return 0;
            }

            _current = _pieces.Current;
        }

        var count = Math.Min(Math.Min(buffer.Length, segment), _current.Length);
        _current.Span[..count].CopyTo(buffer);
        _current = _current[count..];
        Taken += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _pieces.Dispose();
        base.Dispose(disposing);
    }
}
