using System.Net;
using Ahenk.Plugins.Sdk;

namespace Ahenk.FileTransfer.Http;

/// <summary>One request and its answer, over connections that end with it. Redirects are followed by hand, because each has to be judged.</summary>
internal sealed class HttpExchange : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpPlace _place;
    private readonly ServerCertificateCheck _certificates;
    private readonly HttpClient _client;

    public HttpExchange(HttpPlace place, FileTransferOptions options)
    {
        _place = place;
        _certificates = new ServerCertificateCheck(options.CaFile, place.Errand);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            Expect100ContinueTimeout = TimeSpan.FromSeconds(1),
            MaxResponseDrainSize = 0,
            SslOptions = _certificates.Options,
            UseCookies = false,
            UseProxy = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Why the server's certificate was refused; <see langword="null"/>: it was not.</summary>
    public string? CertificateRefusal => _certificates.Refusal;

    /// <summary>Whether the file was on its way.</summary>
    public bool HasBegunBody { get; private set; }

    /// <summary>Sends the request and follows redirects.</summary>
    /// <returns>The first answer that is no redirect, its body not yet read.</returns>
    /// <exception cref="FileServerException">A redirect leads nowhere, round and round, or from HTTPS to HTTP.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, LocalSource? source, IdleLimit idle)
    {
        var address = _place.Address;
        for (var redirects = 0; ; redirects++)
        {
            RequireFile(address);
            using var request = CreateRequest(method, address, source, idle);
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, idle.Token);
            if (!IsRedirect(response.StatusCode))
            {
                return response;
            }

            using (response)
            {
                address = redirects < MostRedirects
                    ? Follow(response, method, address)
                    : throw _place.Errand.Failed(
                        TransferStep.Open, $"The server redirects more than {MostRedirects} times. Correct the address in Lider's file server settings.");
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private static bool IsRedirect(HttpStatusCode status) => status is
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or
        HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private void RequireFile(Uri address)
    {
        if (address.AbsolutePath.EndsWith('/'))
        {
            throw _place.Errand.Failed(TransferStep.Open, $"{HttpPlace.Show(address)} is a directory.");
        }
    }

    private HttpRequestMessage CreateRequest(HttpMethod method, Uri address, LocalSource? source, IdleLimit idle)
    {
        var request = new HttpRequestMessage(method, address) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (source is not null)
        {
            request.Content = new LocalFileContent(source, idle, () => HasBegunBody = true);

            // A server that redirects or refuses says so before the file is sent.
            request.Headers.ExpectContinue = true;
        }

        if (Uri.Compare(address, _place.Address, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0)
        {
            request.Headers.Authorization = _place.Authorization;
        }

        return request;
    }

    private Uri Follow(HttpResponseMessage response, HttpMethod method, Uri from)
    {
        if (method == HttpMethod.Put && response.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
        {
            throw _place.Errand.Failed(
                TransferStep.Open,
                $"The server redirects with status {(int)response.StatusCode}, which an upload cannot follow. Correct the address in Lider's file server settings.");
        }

        if (response.Headers.Location is not { } location || !Uri.TryCreate(from, location, out var to) || to.Scheme is not ("http" or "https"))
        {
            throw _place.Errand.Failed(
                TransferStep.Open, "The server redirects to what is no address of a file. Correct the address in Lider's file server settings.");
        }

        if (from.Scheme == Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttps)
        {
            throw _place.Errand.Failed(
                TransferStep.Open, $"The server redirects from HTTPS to {HttpPlace.Show(to)}, which is not encrypted. This is not followed: correct the server.");
        }

        return new UriBuilder(to) { UserName = "", Password = "", Fragment = "" }.Uri;
    }
}
