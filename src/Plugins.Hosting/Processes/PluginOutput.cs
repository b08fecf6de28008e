using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Processes;

/// <summary>Reads a stream of a plugin's process to its end, logs its lines and keeps its last bytes. Memory is bounded whatever comes.</summary>
internal sealed class PluginOutput(PluginLog log, LogLevel level, string source)
{
    /// <summary>The most bytes of one line that are logged.</summary>
    public const int LineBytes = 4096;

    /// <summary>How many bytes <see cref="Tail"/> remembers.</summary>
    private const int TailBytes = 2048;

    private readonly byte[] _line = new byte[LineBytes];
    private int _filled;
    private long _cut;
    private byte[] _tail = [];

    /// <summary>The last lines, without blank space around them. To be asked when <see cref="ReadAsync"/> has completed.</summary>
    public string Tail => Encoding.UTF8.GetString(_tail).Trim();

    /// <summary>Reads until the stream ends or is closed.</summary>
    public async Task ReadAsync(Stream stream, CancellationToken abandon)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, abandon)) > 0)
            {
                Take(buffer.AsSpan(0, count));
            }
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // Somebody whom the process left behind has the stream.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        EndLine();
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        var last = bytes[^Math.Min(bytes.Length, TailBytes)..];
        var kept = _tail.AsSpan(Math.Max(0, _tail.Length + last.Length - TailBytes));
        _tail = [.. kept, .. last];
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            Add(bytes[..end]);
            EndLine();
            bytes = bytes[(end + 1)..];
        }

        Add(bytes);
    }

    private void Add(ReadOnlySpan<byte> part)
    {
        var room = Math.Min(part.Length, LineBytes - _filled);
        part[..room].CopyTo(_line.AsSpan(_filled));
        _filled += room;
        _cut += part.Length - room;
    }

    private void EndLine()
    {
        if (_filled > 0)
        {
            var text = Encoding.UTF8.GetString(_line, 0, _filled).TrimEnd('\r');
            var mark = _cut > 0 ? string.Create(CultureInfo.InvariantCulture, $" [... {_cut} bytes cut here ...]") : "";
            log.Write(level, source, text + mark);
        }

        _filled = 0;
        _cut = 0;
    }
}
