using System.Globalization;
using Ahenk.Configuration;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Silo.Logging;

/// <summary>Standard output, which the journal reads when systemd has started the daemon.</summary>
internal sealed class StandardOutput : IDisposable
{
    private readonly Stream _stream;

    /// <summary>Opens it.</summary>
    public StandardOutput()
#pragma warning disable RS0030 // Nothing is asked of a terminal: this is the stream itself, written at the offset that all who have it open share.
        : this(Console.OpenStandardOutput(), IsJournal(1, Environment.GetEnvironmentVariable("JOURNAL_STREAM")))
#pragma warning restore RS0030
    {
    }

    /// <summary>Something in its place.</summary>
    internal StandardOutput(Stream stream, bool isForJournal)
    {
        _stream = stream;
        IsForJournal = isForJournal;
    }

    /// <summary>Whether the journal reads it.</summary>
    public bool IsForJournal { get; }

    /// <summary>Writes lines.</summary>
    /// <exception cref="IOException">Nobody reads.</exception>
    public void Write(ReadOnlySpan<byte> lines) => _stream.Write(lines);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>Whether a descriptor is the stream to the journal that systemd names as DEVICE:INODE (systemd.exec(5)).</summary>
    internal static bool IsJournal(int descriptor, string? named)
    {
        using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
        return named is not null && FileCalls.Status(handle) is { } status &&
            named == string.Create(CultureInfo.InvariantCulture, $"{status.Device}:{status.Inode}");
    }
}
