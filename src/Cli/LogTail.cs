using System.Text;
using Ahenk.Configuration;

namespace Ahenk.Cli;

/// <summary>The end of a file that is appended to and, now and then, renamed and begun anew.</summary>
internal sealed class LogTail(string path)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);
    private const int BlockBytes = 64 * 1024;

    private FileStream? _stream;

    /// <summary>Writes the last lines.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task WriteLastAsync(TextWriter output, int lines, CancellationToken cancellationToken)
    {
        _stream = Open();
        _stream.Position = await FindStartAsync(_stream, lines, cancellationToken);
        await CopyAsync(_stream, output, cancellationToken);
    }

    /// <summary>Writes what is added, until it is cancelled.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task FollowAsync(TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(LookEvery);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var next = OpenIfReplaced();
                await CopyAsync(_stream!, output, cancellationToken);
                if (next is not null)
                {
                    await _stream!.DisposeAsync();
                    _stream = next;
                    await CopyAsync(_stream, output, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Interrupted: that is how this ends.
            await output.FlushAsync(CancellationToken.None);
        }
    }

    /// <summary>The file that has the name now, when it is another.</summary>
    private FileStream? OpenIfReplaced()
    {
        try
        {
            var now = Open();
            if (FileCalls.Status(now.SafeFileHandle)?.Inode != FileCalls.Status(_stream!.SafeFileHandle)?.Inode)
            {
                return now;
            }

            now.Dispose();
            return null;
        }
        catch (FileNotFoundException)
        {
            // Renamed, and not begun anew yet.
            return null;
        }
    }

    private FileStream Open() => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Looks from the end for as many line ends as there are lines wanted.</summary>
    private static async Task<long> FindStartAsync(FileStream stream, int lines, CancellationToken cancellationToken)
    {
        if (lines == 0)
        {
            return stream.Length;
        }

        var buffer = new byte[BlockBytes];
        var (end, wanted) = (stream.Length, lines);
        for (var start = end; start > 0;)
        {
            var size = (int)Math.Min(BlockBytes, start);
            start -= size;
            stream.Position = start;
            await stream.ReadExactlyAsync(buffer.AsMemory(0, size), cancellationToken);
            for (var index = size - 1; index >= 0; index--)
            {
                // The line end at the very end belongs to the last line.
                if (buffer[index] == '\n' && start + index < end - 1 && --wanted == 0)
                {
                    return start + index + 1;
                }
            }
        }

        return 0;
    }

    private static async Task CopyAsync(FileStream stream, TextWriter output, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var buffer = new char[BlockBytes / 2];
        while (await reader.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        await output.FlushAsync(cancellationToken);
    }
}
