using System.Globalization;
using System.Security.Cryptography;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Sftp;

namespace Ahenk.FileTransfer.Ssh;

/// <summary>Files over SFTP.</summary>
internal sealed partial class SftpTransfer(FileTransferOptions options, TimeProvider time, ILogger logger)
{
    private const int BufferSize = 64 << 10;
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromSeconds(5);

    private readonly HostKeyStore _hostKeys = new(options.KnownHostsFile);

    /// <summary>Fetches a file.</summary>
    /// <returns>Its length.</returns>
    /// <exception cref="FileServerException">It could not be fetched whole.</exception>
    public async Task<long> FetchAsync(SftpPlace place, LocalTarget target, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(place, cancellationToken);
        using var idle = new IdleLimit(options.IdleTimeout, time, cancellationToken);
        var step = TransferStep.Open;
        try
        {
            var length = await MeasureAsync(connection.Client, place, idle.Token);
            var stream = await connection.Client.OpenAsync(place.Path, FileMode.Open, FileAccess.Read, idle.Token);
            step = TransferStep.Transfer;
            var buffer = new byte[BufferSize];
            var total = 0L;
            int count;
            while ((count = await ReadAsync(stream, buffer, idle)) > 0)
            {
                total += count;
                if (total > length)
                {
                    break;
                }

                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            await CloseAsync(stream, idle.Token);
            return total == length
                ? total
                : throw place.Errand.Failed(step, "The file changed on the server while it was fetched. Send the task again when it is at rest.");
        }
        catch (Exception failure) when (IsUnexplained(failure, cancellationToken))
        {
            throw Explain(failure, step, place, idle);
        }
    }

    /// <summary>Uploads a file: under a name of its own beside the place, then renamed.</summary>
    /// <exception cref="FileServerException">It could not be uploaded whole.</exception>
    public async Task UploadAsync(SftpPlace place, LocalSource source, CancellationToken cancellationToken)
    {
        var slash = place.Path.LastIndexOf('/') + 1;
        var random = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var partial = $"{place.Path[..slash]}.{place.Path[slash..]}.part-{random}";
        await using var connection = await ConnectAsync(place, cancellationToken);
        using var idle = new IdleLimit(options.IdleTimeout, time, cancellationToken);
        var step = TransferStep.Open;
        var isUnfinished = true;
        try
        {
            var stream = await CreateAsync(connection.Client, place, partial, idle.Token);
            step = TransferStep.Transfer;
            await SendAsync(source, stream, idle);
            await CloseAsync(stream, idle.Token);
            var attributes = await connection.Client.GetAttributesAsync(partial, idle.Token);
            if (attributes.Size != source.Length)
            {
                throw place.Errand.Failed(step, string.Create(
                    CultureInfo.InvariantCulture,
                    $"Of {source.Length} bytes the server kept {attributes.Size}. Look for a full disk or a used-up quota there, and send the task again."));
            }

            step = TransferStep.Rename;
            idle.Restart();
            await RenameAsync(connection.Client, partial, place.Path, idle.Token);
            isUnfinished = false;
        }
        catch (Exception failure) when (IsUnexplained(failure, cancellationToken))
        {
            throw Explain(failure, step, place, idle);
        }
        finally
        {
            if (isUnfinished)
            {
                await RemoveAsync(connection, isUsable: !idle.Elapsed, place, partial);
            }
        }
    }

    private static bool IsUnexplained(Exception failure, CancellationToken cancellationToken) =>
        failure is not FileServerException && !(failure is OperationCanceledException && cancellationToken.IsCancellationRequested);

    private static async Task<int> ReadAsync(SftpFileStream stream, byte[] buffer, IdleLimit idle)
    {
        idle.Restart();
        return await stream.ReadAsync(buffer, idle.Token);
    }

    // Each block is answered before the next is sent: more bytes under way could fill the socket's buffer, and then SSH.NET blocks and cannot be stopped.
    private static async Task SendAsync(LocalSource source, SftpFileStream stream, IdleLimit idle)
    {
        var buffer = new byte[BufferSize];
        int count;
        while ((count = await source.ReadAsync(buffer, idle.Token)) > 0)
        {
            idle.Restart();
            await stream.WriteAsync(buffer.AsMemory(0, count), idle.Token);
        }

        idle.Restart();
        await stream.FlushAsync(idle.Token);
    }

    // The stream's own closing cannot be cancelled. After a failure nobody closes it: the server does, when the connection ends.
    private static Task CloseAsync(SftpFileStream stream, CancellationToken cancellationToken) =>
        stream.DisposeAsync().AsTask().WaitAsync(cancellationToken);

    private static async Task<SftpFileStream> CreateAsync(SftpClient client, SftpPlace place, string partial, CancellationToken cancellationToken)
    {
        try
        {
            return await client.OpenAsync(partial, FileMode.CreateNew, FileAccess.Write, cancellationToken);
        }
        catch (SftpPathNotFoundException)
        {
            var refusal = await MakeDirectoriesAsync(client, place.Path, cancellationToken);
            try
            {
                return await client.OpenAsync(partial, FileMode.CreateNew, FileAccess.Write, cancellationToken);
            }
            catch (SftpPathNotFoundException failure)
            {
                throw place.Errand.Failed(
                    TransferStep.Open,
                    $"The directory is not there and cannot be made by the user '{Errand.Show(place.User)}' ({Errand.Show(refusal?.Message)}). Make it on the server, " +
                    "or correct the agents' path in Lider's file server settings.",
                    failure);
            }
        }
    }

    // "It is there already" and "it may not be made" are the same status to some servers: whether it helped shows when the file is made.
    private static async Task<SftpException?> MakeDirectoriesAsync(SftpClient client, string path, CancellationToken cancellationToken)
    {
        SftpException? last = null;
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (path[slash - 1] == '/')
            {
                continue;
            }

            try
            {
                await client.CreateDirectoryAsync(path[..slash], cancellationToken);
                last = null;
            }
            catch (SftpException refusal)
            {
                last = refusal;
            }
        }

        return last;
    }

    private static async Task RenameAsync(SftpClient client, string from, string to, CancellationToken cancellationToken)
    {
        try
        {
            // Blocks its thread until the answer is there or the connection ends, which it does when the wait is given up.
            await Task.Run(() => client.RenameFile(from, to, isPosix: true), CancellationToken.None).WaitAsync(cancellationToken);
        }
        catch (NotSupportedException)
        {
            // SFTP's own rename may not replace a file (draft-ietf-secsh-filexfer-02 6.5).
            try
            {
                await client.DeleteFileAsync(to, cancellationToken);
            }
            catch (SftpPathNotFoundException)
            {
                // There was none.
            }

            await client.RenameFileAsync(from, to, cancellationToken);
        }
    }

    private async Task<SftpConnection> ConnectAsync(SftpPlace place, CancellationToken cancellationToken) =>
        await SftpConnection.OpenAsync(place, options, _hostKeys, logger, cancellationToken);

    private async Task<long> MeasureAsync(SftpClient client, SftpPlace place, CancellationToken cancellationToken)
    {
        var attributes = await client.GetAttributesAsync(place.Path, cancellationToken);
        if (!attributes.IsRegularFile)
        {
            // Opening a pipe or a device may never end on the server.
            throw place.Errand.Failed(TransferStep.Open, attributes.IsDirectory ? "This is a directory on the server." : "This is not a regular file on the server.");
        }

        return attributes.Size <= options.MaxFetchBytes
            ? attributes.Size
            : throw place.Errand.Failed(TransferStep.Open, string.Create(
                CultureInfo.InvariantCulture,
                $"The file has {attributes.Size} bytes; at most {options.MaxFetchBytes} are fetched. Raise [FILES] max_fetch_mib if it is the right one."));
    }

    private FileServerException Explain(Exception failure, TransferStep step, SftpPlace place, IdleLimit idle)
    {
        if (idle.Elapsed)
        {
            return place.Errand.Failed(step, string.Create(
                CultureInfo.InvariantCulture,
                $"Nothing moved for {options.IdleTimeout.TotalSeconds:0} seconds. Check the network to the server and the server itself, and send the task again."),
                failure);
        }

        // A broken connection is no matter of the step.
        var told = step == TransferStep.Open && failure is not SftpException ? TransferStep.Transfer : step;
        return place.Errand.Failed(step, SftpFailures.Describe(failure, told, place, options.IdleTimeout), failure);
    }

    /// <summary>Removes what is left of an upload, over a new connection if the old one is gone or stands still.</summary>
    private async Task RemoveAsync(SftpConnection connection, bool isUsable, SftpPlace place, string partial)
    {
        try
        {
            using var limit = new CancellationTokenSource(CleanUpLimit, time);
            if (isUsable && connection.Client.IsConnected)
            {
                await connection.Client.DeleteFileAsync(partial, limit.Token);
                return;
            }

            await using var another = await ConnectAsync(place, limit.Token);
            await another.Client.DeleteFileAsync(partial, limit.Token);
        }
        catch (SftpPathNotFoundException)
        {
            // It did not get as far as that.
        }
        catch (Exception failure) // Whatever it is: what went wrong before is what the caller has to know.
        {
            LogNotRemoved(failure, partial, place.Host, place.Port);
        }
    }

    [LoggerMessage(EventId = 6006, Level = LogLevel.Warning, Message = "[FILES] The unfinished file {Partial} could not be removed from {Host}:{Port}")]
    private partial void LogNotRemoved(Exception exception, string partial, string host, int port);
}
