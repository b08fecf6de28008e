using Ahenk.Plugins.Sdk;

namespace Ahenk.FileTransfer;

/// <summary>The local file of an upload: a regular file with something in it.</summary>
internal sealed class LocalSource : IAsyncDisposable
{
    private readonly Errand _errand;
    private readonly string _path;
    private readonly FileStream _stream;
    private long _left;

    private LocalSource(Errand errand, string path, FileStream stream)
    {
        _errand = errand;
        _path = path;
        _stream = stream;
        _left = Length = stream.Length;
    }

    /// <summary>How many bytes are sent, whatever becomes of the file meanwhile.</summary>
    public long Length { get; }

    /// <summary>Opens the file.</summary>
    /// <exception cref="FileServerException">It is missing, empty, no regular file, or cannot be read.</exception>
    public static LocalSource Open(Errand errand, string path)
    {
        try
        {
            var file = new FileInfo(path);
            if ((file.Attributes & (FileAttributes.ReparsePoint | FileAttributes.Directory)) != 0)
            {
                throw errand.Failed(TransferStep.Check, $"The local file {Errand.Show(path)} is missing or not a regular file.");
            }

            // Devices and pipes, whose opening may never end, have no length either. Lider cannot read an empty file back (PL 0.2).
            if (file.Length == 0)
            {
                throw errand.Failed(TransferStep.Check, $"The local file {Errand.Show(path)} is empty, and Lider takes no empty file.");
            }

            return new LocalSource(errand, path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw errand.Failed(TransferStep.Check, $"The local file {Errand.Show(path)} cannot be read: {Errand.Show(failure.Message)}", failure);
        }
    }

    /// <summary>From the beginning again.</summary>
    public void Rewind()
    {
        _stream.Position = 0;
        _left = Length;
    }

    /// <summary>Reads the next bytes.</summary>
    /// <returns>How many; 0 after the last.</returns>
    /// <exception cref="FileServerException">The file is shorter than it was, or cannot be read.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            return 0;
        }

        try
        {
            var count = await _stream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= count;
            return count > 0
                ? count
                : throw _errand.Failed(TransferStep.Transfer, $"The local file {Errand.Show(_path)} became shorter while it was sent.");
        }
        catch (IOException failure)
        {
            throw _errand.Failed(TransferStep.Transfer, $"The local file {Errand.Show(_path)} cannot be read: {Errand.Show(failure.Message)}", failure);
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
