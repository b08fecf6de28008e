using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Running;

/// <summary>
/// The files of one run: a private directory that is made when it is first needed and goes with the run, and the way to the task's file server.
/// </summary>
internal sealed class PluginFiles(FileServer? server, IFileTransfer transfer, string privateDirectory) : IPluginFiles, IDisposable
{
    /// <summary>What to do when a task brings none.</summary>
    public const string ServerAdvice = "Look in Lider whether a file server is configured and the plugin is marked as using file transfer.";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock _gate = new();
    private string? _directory;
    private int _fetched;
    private bool _isClosed;

    /// <inheritdoc/>
    public bool HasServer => server?.Protocol is FileProtocol.Ssh or FileProtocol.Http;

    /// <inheritdoc/>
    public async Task<string> FetchAsync(string remotePath, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(remotePath);
        if (!HasServer)
        {
            throw new FileServerException(
                $"The file cannot be fetched: the task brought no file server. {ServerAdvice}");
        }

        var file = NewFile(string.Create(CultureInfo.InvariantCulture, $"fetched-{Interlocked.Increment(ref _fetched)}"));
        await transfer.FetchAsync(server!, remotePath, file, cancellationToken);
        return file;
    }

    /// <inheritdoc/>
    public string NewFile(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name is "." or ".." || name.AsSpan().ContainsAny('/', '\0') || Encoding.UTF8.GetByteCount(name) > 255)
        {
            throw new ArgumentException($"'{Catalog.PluginNames.Shown(name)}' is not the name of a file.", nameof(name));
        }

        return Path.Combine(OpenDirectory(), name);
    }

    /// <summary>Removes the directory with everything in it; from then on there is none.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_directory is not null && Directory.Exists(_directory))
            {
                Directory.Delete(_directory, recursive: true);
            }
        }
    }

    private string OpenDirectory()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_directory is null)
            {
                var path = Path.Combine(privateDirectory, $"run-{RandomNumberGenerator.GetHexString(32, lowercase: true)}");
                Directory.CreateDirectory(path, OwnerOnly);
                _directory = path;
            }

            return _directory;
        }
    }
}
