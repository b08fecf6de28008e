using System.Net.Sockets;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Calls the daemon over its control socket: JSON-RPC 2.0, one object a line.</summary>
internal static class ControlClient
{
    /// <summary>What the daemon reads of a line.</summary>
    private const int LongestRequest = 64 * 1024;

    /// <summary>Letters stay letters: as escapes they would take thrice the room.</summary>
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Calls a method and waits for its answer, as long as is meant to be waited.</summary>
    /// <exception cref="ControlFailure">The daemon does not answer, or refuses.</exception>
    public static Task<JsonNode?> CallAsync(string socketPath, string method, JsonObject parameters, Patience patience, CancellationToken cancellationToken) =>
        patience.KeepAsync(socketPath, token => CallAsync(socketPath, method, parameters, token), cancellationToken);

    /// <summary>The line of a call.</summary>
    /// <exception cref="ControlFailure">It is longer than what the daemon reads.</exception>
    internal static string Request(string method, JsonObject parameters)
    {
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = parameters };
        var line = request.ToJsonString(Relaxed) + "\n";
        return Encoding.UTF8.GetByteCount(line) <= LongestRequest ? line : throw new ControlFailure(ExitCodes.Usage, Words.Say(
            $"That is too much for one message: the daemon takes {LongestRequest >> 10} KiB.", $"Tek ileti için çok fazla: hizmet en çok {LongestRequest >> 10} KiB alır."));
    }

    internal static ControlFailure Unreachable(string socketPath, Exception failure)
    {
        var reason = File.Exists(socketPath) ? failure.Message : Words.Say("there is no such socket", "böyle bir soket yok");
        return new ControlFailure(ExitCodes.NotRunning, Words.Say(
            $"The daemon cannot be reached at {socketPath}: {reason}. Is it running? (systemctl status ahenk)",
            $"{socketPath} üzerinden hizmete ulaşılamıyor: {reason}. Çalışıyor mu? (systemctl status ahenk)"));
    }

    /// <summary>The result in an answer.</summary>
    /// <exception cref="ControlFailure">There is no answer, or it is a refusal.</exception>
    internal static JsonNode? Result(string socketPath, JsonNode? answer) => answer switch
    {
        null => throw new ControlFailure(ExitCodes.NotRunning, Words.Say(
            $"The daemon closed the connection at {socketPath} without an answer; look at its log.",
            $"Hizmet {socketPath} bağlantısını yanıt vermeden kapattı; günlüğüne bakın.")),
        { } when answer["error"] is { } error => throw new ControlFailure(ExitCodes.Refused, error["message"]?.ToString() ?? Words.Say("The daemon refused.", "Hizmet reddetti.")),
        _ => answer["result"],
    };

    private static async Task<JsonNode?> CallAsync(string socketPath, string method, JsonObject parameters, CancellationToken cancellationToken)
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
            answer = await reader.ReadLineAsync(cancellationToken) is { } text ? JsonNode.Parse(text) : null;
        }
        catch (Exception failure) when (failure is SocketException or IOException or JsonException)
        {
            throw Unreachable(socketPath, failure);
        }

        return Result(socketPath, answer);
    }
}

/// <summary>A call that did not succeed.</summary>
internal class ControlFailure(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
