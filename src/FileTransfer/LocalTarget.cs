using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.FileTransfer;

/// <summary>The new local file of a fetch. It is there, whole and on the disk, after <see cref="KeepAsync"/>, else not at all.</summary>
internal sealed partial class LocalTarget : IAsyncDisposable
{
    private const int FileExists = 17;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    private readonly Errand _errand;
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly ILogger _logger;
    private bool _kept;

    private LocalTarget(Errand errand, string path, FileStream stream, ILogger logger)
    {
        _errand = errand;
        _path = path;
        _stream = stream;
        _logger = logger;
    }

    /// <summary>The file as it is made: O_CREAT with O_EXCL, which follows no symbolic link (open(2)), for nobody but its owner.</summary>
    public static FileStream CreateNew(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.None,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    /// <summary>Makes the file.</summary>
    /// <exception cref="FileServerException">It exists, or cannot be made.</exception>
    public static LocalTarget Create(Errand errand, string path, Func<string, FileStream> create, ILogger logger)
    {
        try
        {
            return new LocalTarget(errand, path, create(path), logger);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw errand.Failed(
                TransferStep.Check,
                failure.HResult == FileExists ? $"The local file {Errand.Show(path)} exists already." : Explain(path, failure),
                failure);
        }
    }

    /// <summary>Writes the next bytes.</summary>
    /// <exception cref="FileServerException">The disk is full, or broken.</exception>
    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        GuardAsync(async () => await _stream.WriteAsync(bytes, cancellationToken));

    /// <summary>The file is whole: it is brought to the disk and stays.</summary>
    /// <exception cref="FileServerException">The disk is full, or broken.</exception>
    public async Task KeepAsync()
    {
        await GuardAsync(() => Task.Run(() => _stream.Flush(flushToDisk: true)));
        _kept = true;
    }

    /// <summary>Closes the file, and removes it unless it is kept.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        if (_kept)
        {
            return;
        }

        try
        {
            File.Delete(_path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(failure, _path);
        }
    }

    private static string Explain(string path, Exception failure) => failure.HResult is NoSpace or QuotaExceeded
        ? $"The local file {Errand.Show(path)} cannot be written, because the disk of this machine is full. Free space there and try again."
        : $"The local file {Errand.Show(path)} cannot be written on this machine: {Errand.Show(failure.Message)}";

    private async Task GuardAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw _errand.Failed(TransferStep.Transfer, Explain(_path, failure), failure);
        }
    }

    [LoggerMessage(EventId = 6004, Level = LogLevel.Warning, Message = "[FILES] The unfinished local file {Path} could not be removed")]
    private partial void LogNotRemoved(Exception exception, string path);
}
