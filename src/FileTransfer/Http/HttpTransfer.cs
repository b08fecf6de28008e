using System.Globalization;
using System.Net;
using Ahenk.Plugins.Sdk;

namespace Ahenk.FileTransfer.Http;

/// <summary>Files over HTTP(S): GET and PUT (RFC 9110). The server is reached directly, whatever proxy the environment names.</summary>
internal sealed class HttpTransfer(FileTransferOptions options, TimeProvider time)
{
    private const int BufferSize = 64 << 10;

    /// <summary>Fetches a file.</summary>
    /// <returns>Its length.</returns>
    /// <exception cref="FileServerException">It could not be fetched whole.</exception>
    public async Task<long> FetchAsync(HttpPlace place, LocalTarget target, CancellationToken cancellationToken)
    {
        using var idle = new IdleLimit(options.IdleTimeout, time, cancellationToken);
        using var exchange = new HttpExchange(place, options);
        var step = TransferStep.Connect;
        try
        {
            using var response = await exchange.SendAsync(HttpMethod.Get, null, idle);
            step = TransferStep.Open;
            HttpFailures.Require(response, place, HttpStatusCode.OK);
            var length = CheckLength(response, place);
            step = TransferStep.Transfer;
            var body = await response.Content.ReadAsStreamAsync(idle.Token);
            var buffer = new byte[BufferSize];
            var total = 0L;
            int count;
            while ((count = await ReadAsync(body, buffer, idle)) > 0)
            {
                total += count;
                if (total > options.MaxFetchBytes)
                {
                    throw TooLong(place, "more than that many");
                }

                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            return length is null || total == length
                ? total
                : throw place.Errand.Failed(step, string.Create(
                    CultureInfo.InvariantCulture, $"Of {length} bytes {total} came. Send the task again."));
        }
        catch (Exception failure) when (IsUnexplained(failure, cancellationToken))
        {
            throw Explain(failure, step, place, exchange, idle);
        }
    }

    /// <summary>Uploads a file.</summary>
    /// <exception cref="FileServerException">The server did not take it.</exception>
    public async Task UploadAsync(HttpPlace place, LocalSource source, CancellationToken cancellationToken)
    {
        using var idle = new IdleLimit(options.IdleTimeout, time, cancellationToken);
        using var exchange = new HttpExchange(place, options);
        try
        {
            using var response = await exchange.SendAsync(HttpMethod.Put, source, idle);
            HttpFailures.Require(response, place, HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.OK);
        }
        catch (Exception failure) when (IsUnexplained(failure, cancellationToken))
        {
            throw Explain(failure, exchange.HasBegunBody ? TransferStep.Transfer : TransferStep.Connect, place, exchange, idle);
        }
    }

    private static bool IsUnexplained(Exception failure, CancellationToken cancellationToken) =>
        failure is not FileServerException && !(failure is OperationCanceledException && cancellationToken.IsCancellationRequested);

    private static async Task<int> ReadAsync(Stream body, byte[] buffer, IdleLimit idle)
    {
        idle.Restart();
        return await body.ReadAsync(buffer, idle.Token);
    }

    private long? CheckLength(HttpResponseMessage response, HttpPlace place)
    {
        var length = response.Content.Headers.ContentLength;
        if (length is null && response.Headers.TransferEncodingChunked != true)
        {
            throw place.Errand.Failed(
                TransferStep.Open,
                "The server does not say how long the file is, so nobody could tell whether all of it has come. Use a server that sends Content-Length.");
        }

        return length > options.MaxFetchBytes ? throw TooLong(place, length.Value.ToString(CultureInfo.InvariantCulture)) : length;
    }

    private FileServerException TooLong(HttpPlace place, string length) => place.Errand.Failed(TransferStep.Open, string.Create(
        CultureInfo.InvariantCulture,
        $"At most {options.MaxFetchBytes} bytes are fetched, and the file has {length}. Raise [FILES] max_fetch_mib if it is the right one."));

    private FileServerException Explain(Exception failure, TransferStep step, HttpPlace place, HttpExchange exchange, IdleLimit idle) =>
        idle.Elapsed
            ? place.Errand.Failed(step, string.Create(
                CultureInfo.InvariantCulture,
                $"Nothing moved for {options.IdleTimeout.TotalSeconds:0} seconds. Check the network to the server and the server itself, and send the task again."),
                failure)
            : place.Errand.Failed(step, HttpFailures.Describe(failure, exchange.CertificateRefusal, options), failure);
}
