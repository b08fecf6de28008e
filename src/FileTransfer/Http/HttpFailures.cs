using System.Globalization;
using System.Net;

namespace Ahenk.FileTransfer.Http;

/// <summary>Says in sentences what HTTP says in numbers and exceptions.</summary>
internal static class HttpFailures
{
    /// <summary>Throws unless the status is one of those that mean success.</summary>
    /// <exception cref="Plugins.Sdk.FileServerException">It is another.</exception>
    public static void Require(HttpResponseMessage response, HttpPlace place, params ReadOnlySpan<HttpStatusCode> successes)
    {
        if (!successes.Contains(response.StatusCode))
        {
            var step = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.ProxyAuthenticationRequired ? TransferStep.LogIn : TransferStep.Open;
            throw place.Errand.Failed(step, string.Create(
                CultureInfo.InvariantCulture, $"The server answered with status {(int)response.StatusCode}: {Explain(response.StatusCode)}"));
        }
    }

    /// <summary>Why a request failed and what to do.</summary>
    public static string Describe(Exception failure, string? certificateRefusal, FileTransferOptions options) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when certificateRefusal is not null => certificateRefusal,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"No secure connection came about ({Show(failure)}). Check that the server speaks TLS 1.2 or newer on this port.",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            "The host name is not known here: check it in Lider's file server settings, and this machine's name service.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            $"The server cannot be reached ({Show(failure)}): check address and port in Lider's file server settings, that the server runs, and firewalls between.",
        OperationCanceledException => string.Create(
            CultureInfo.InvariantCulture,
            $"The server did not answer within {options.ConnectTimeout.TotalSeconds:0} seconds. Check that it runs, the network to it, and firewalls between."),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } =>
            $"The server does not answer as an HTTP server does ({Show(failure)}). Check address and port in Lider's file server settings.",
        _ => $"The connection broke ({Show(failure)}). Check the network to the server, and send the task again.",
    };

    private static string Show(Exception failure) => Errand.Show(failure.Message);

    private static string Explain(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => "it wants a user and a password, or other ones. Correct them in the address in Lider's file server settings.",
        HttpStatusCode.Forbidden => "it does not allow this. Check its access rules and the mode of the file or directory there.",
        HttpStatusCode.NotFound or HttpStatusCode.Gone => "it has no such file or directory.",
        HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented =>
            "it takes no uploads (PUT) there. Switch them on, or choose SSH in Lider's file server settings.",
        HttpStatusCode.Conflict => "the directory is not there. Make it on the server.",
        HttpStatusCode.RequestEntityTooLarge => "the file is too big for it. Raise its limit.",
        HttpStatusCode.InsufficientStorage => "its disk is full. Free space there.",
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => "it is too busy. Send the task again later.",
        >= HttpStatusCode.InternalServerError => "it has a fault of its own. Look into its log.",
        _ => "this is no answer that a file server should give. Check the address in Lider's file server settings.",
    };
}
