using System.Text;
using Ahenk.FileTransfer.Http;
using Ahenk.FileTransfer.Ssh;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.FileTransfer;

/// <summary>
/// Carries files to and from Lider's file server (LP 2.3): one connection a transfer, closed with it. Everything Lider and the server say is checked before
/// it is used.
/// </summary>
public sealed partial class FileServerClient : IFileTransfer
{
    // The name under which it is sent is longer by 15 bytes, and 255 are the limit of file systems.
    private const int LongestName = 200;

    private readonly SftpTransfer _sftp;
    private readonly HttpTransfer _http;
    private readonly Func<string, FileStream> _createLocal;
    private readonly LogSecrets _secrets;
    private readonly ILogger<FileServerClient> _logger;

    /// <summary>Creates one.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public FileServerClient(FileTransferOptions options, LogSecrets secrets, TimeProvider timeProvider, ILogger<FileServerClient> logger)
        : this(options, secrets, timeProvider, logger, LocalTarget.CreateNew)
    {
    }

    internal FileServerClient(
        FileTransferOptions options, LogSecrets secrets, TimeProvider timeProvider, ILogger<FileServerClient> logger, Func<string, FileStream> createLocal)
    {
        options.Validate();
        _sftp = new SftpTransfer(options, timeProvider, logger);
        _http = new HttpTransfer(options, timeProvider);
        _createLocal = createLocal;
        _secrets = secrets;
        _logger = logger;
    }

    /// <inheritdoc/>
    public async Task FetchAsync(FileServer server, string? path, string localFile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        _secrets.RegisterPassing(server.Password);
        cancellationToken.ThrowIfCancellationRequested();
        long bytes;
        switch (server.Protocol)
        {
            case FileProtocol.Ssh:
                {
                    var place = SftpPlace.ForFetch(server, path);
                    await using var target = LocalTarget.Create(place.Errand, localFile, _createLocal, _logger);
                    bytes = await _sftp.FetchAsync(place, target, cancellationToken);
                    await target.KeepAsync();
                    break;
                }

            case FileProtocol.Http:
                {
                    var place = HttpPlace.ForFetch(server, path);
                    await using var target = LocalTarget.Create(place.Errand, localFile, _createLocal, _logger);
                    bytes = await _http.FetchAsync(place, target, cancellationToken);
                    await target.KeepAsync();
                    break;
                }

            default:
                throw Unusable("Fetching a file", server.Protocol);
        }

        LogFetched(bytes, server);
    }

    /// <inheritdoc/>
    public async Task UploadAsync(FileServer server, string agent, string name, string localFile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        _secrets.RegisterPassing(server.Password);
        cancellationToken.ThrowIfCancellationRequested();
        RequirePlainName(agent, "The agent's name");
        RequirePlainName(name, "The file's name on the server");
        long bytes;
        switch (server.Protocol)
        {
            case FileProtocol.Ssh:
                {
                    var place = SftpPlace.ForUpload(server, agent, name);
                    await using var source = LocalSource.Open(place.Errand, localFile);
                    await _sftp.UploadAsync(place, source, cancellationToken);
                    bytes = source.Length;
                    break;
                }

            case FileProtocol.Http:
                {
                    var place = HttpPlace.ForUpload(server, agent, name);
                    await using var source = LocalSource.Open(place.Errand, localFile);
                    await _http.UploadAsync(place, source, cancellationToken);
                    bytes = source.Length;
                    break;
                }

            default:
                throw Unusable("Uploading a file", server.Protocol);
        }

        LogUploaded(bytes, server);
    }

    private static void RequirePlainName(string name, string what)
    {
        var isPlain = !string.IsNullOrEmpty(name) && name is not ("." or "..") && !name.Any(letter => letter == '/' || char.IsControl(letter));
        if (!isPlain || Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            throw new Errand("Uploading a file").Failed(
                TransferStep.Check, $"{what}, '{Errand.Show(name)}', must be a plain name of at most {LongestName} bytes, without a slash.");
        }
    }

    private static FileServerException Unusable(string what, FileProtocol protocol) => new Errand(what).Failed(
        TransferStep.Check,
        protocol == FileProtocol.Torrent
            ? "Lider names the protocol TORRENT, which was never made. Choose SSH in Lider's file server settings."
            : "Lider names no file server, or one with an unknown protocol. Choose SSH in Lider's file server settings.");
}
