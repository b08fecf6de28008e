using System.Globalization;
using System.Text;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>Keeps the start or the end of a stream, in memory that grows no further than the limit.</summary>
/// <param name="limit">The most bytes that are kept.</param>
/// <param name="keep">Which part is kept.</param>
internal sealed class OutputCapture(int limit, KeptPart keep)
{
    private byte[] _kept = [];
    private int _count;
    private int _next;
    private long _total;

    /// <summary>Takes the next bytes of the stream.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        _total += bytes.Length;
        if (keep == KeptPart.End && bytes.Length > limit)
        {
            bytes = bytes[^limit..];
        }

        var grown = bytes[..Math.Min(bytes.Length, limit - _count)];
        Grow(_count + grown.Length);
        if (_count < limit)
        {
            grown.CopyTo(_kept.AsSpan(_count));
            _count += grown.Length;
            _next = _count == limit ? 0 : _count;
        }

        if (keep == KeptPart.End)
        {
            Overwrite(bytes[grown.Length..]);
        }
    }

    /// <summary>What was kept, with a mark where something is missing.</summary>
    public string Decode()
    {
        var bytes = new byte[_count];
        var wrapped = _count == limit ? _count - _next : 0;
        _kept.AsSpan(_next, wrapped).CopyTo(bytes);
        _kept.AsSpan(0, _count - wrapped).CopyTo(bytes.AsSpan(wrapped));
        if (_total == _count)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        // A character that the cut went through goes too, so that the cut does not look like bad text.
        var (start, end) = keep == KeptPart.Start ? (0, CompleteEnd(bytes)) : (CompleteStart(bytes), bytes.Length);
        var text = Encoding.UTF8.GetString(bytes, start, end - start);
        var cut = (_total - (end - start)).ToString(CultureInfo.InvariantCulture);
        return keep == KeptPart.Start ? $"{text}\n[... {cut} bytes cut here ...]" : $"[... {cut} bytes cut here ...]\n{text}";
    }

    private void Overwrite(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var length = Math.Min(bytes.Length, limit - _next);
            bytes[..length].CopyTo(_kept.AsSpan(_next));
            _next = (_next + length) % limit;
            bytes = bytes[length..];
        }
    }

    private void Grow(int needed)
    {
        if (needed > _kept.Length)
        {
            Array.Resize(ref _kept, (int)Math.Min(limit, Math.Max(needed, 2L * _kept.Length)));
        }
    }

    private static int CompleteEnd(byte[] bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var lead = bytes[^back];
            if ((lead & 0xC0) == 0x80)
            {
                continue;
            }

            var length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
            return length > back ? bytes.Length - back : bytes.Length;
        }

        return bytes.Length;
    }

    private static int CompleteStart(byte[] bytes)
    {
        var start = 0;
        while (start < Math.Min(3, bytes.Length) && (bytes[start] & 0xC0) == 0x80)
        {
            start++;
        }

        return start;
    }
}
