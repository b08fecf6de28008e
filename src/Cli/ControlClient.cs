using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Calls the daemon over its control socket: JSON-RPC 2.0, one object a line.</summary>
internal static class ControlClient
{
    /// <summary>Calls a method and waits for its answer.</summary>
    /// <exception cref="ControlFailure">The daemon does not answer, or refuses.</exception>
    public static async Task<JsonNode?> CallAsync(string socketPath, string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        JsonNode? answer;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            await using var stream = new NetworkStream(socket);
            await using var writer = new StreamWriter(stream);
            await writer.WriteAsync(Request(method, parameters));
            await writer.FlushAsync(cancellationToken);
            using var reader = new StreamReader(stream);
            answer = await reader.ReadLineAsync(cancellationToken) is { } line ? JsonNode.Parse(line) : null;
        }
        catch (Exception failure) when (failure is SocketException or IOException or JsonException)
        {
            throw Unreachable(socketPath, failure);
        }

        return Result(socketPath, answer);
    }

    /// <summary>The line of a call.</summary>
    internal static string Request(string method, JsonObject parameters) =>
        new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = parameters }.ToJsonString() + "\n";

    internal static ControlFailure Unreachable(string socketPath, Exception failure) => new(
        ExitCodes.NotRunning, $"The daemon cannot be reached at {socketPath}: {failure.Message}. Is it running? (systemctl status ahenk)");

    /// <summary>The result in an answer.</summary>
    /// <exception cref="ControlFailure">There is no answer, or it is a refusal.</exception>
    internal static JsonNode? Result(string socketPath, JsonNode? answer) => answer switch
    {
        null => throw new ControlFailure(ExitCodes.NotRunning, $"The daemon closed the connection at {socketPath} without an answer; look at its log."),
        { } when answer["error"] is { } error => throw new ControlFailure(ExitCodes.Refused, error["message"]?.ToString() ?? "The daemon refused."),
        _ => answer["result"],
    };
}

/// <summary>A call that did not succeed.</summary>
internal sealed class ControlFailure(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}

/// <summary>What <c>ahenk</c> ends with.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The daemon did what was asked without success, or refused.</summary>
    public const int Refused = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The daemon is not running.</summary>
    public const int NotRunning = 3;
}
