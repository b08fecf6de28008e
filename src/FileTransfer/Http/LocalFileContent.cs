using System.Net;

namespace Ahenk.FileTransfer.Http;

/// <summary>A local file as the body of a request.</summary>
internal sealed class LocalFileContent : HttpContent
{
    private const int BufferSize = 64 << 10;

    private readonly LocalSource _source;
    private readonly IdleLimit _idle;
    private readonly Action _onBegin;

    public LocalFileContent(LocalSource source, IdleLimit idle, Action onBegin)
    {
        _source = source;
        _idle = idle;
        _onBegin = onBegin;
        Headers.ContentType = new("application/octet-stream");
        Headers.ContentLength = source.Length;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, _idle.Token);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _onBegin();
        _source.Rewind();
        var buffer = new byte[BufferSize];
        int count;
        while ((count = await _source.ReadAsync(buffer, cancellationToken)) > 0)
        {
            _idle.Restart();
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        _idle.Restart();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _source.Length;
        return true;
    }
}
