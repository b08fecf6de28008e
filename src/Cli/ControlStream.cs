using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>A call that goes on after its result.</summary>
internal sealed class ControlStream : IDisposable
{
    private readonly string _socketPath;
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private ControlStream(string socketPath, NetworkStream stream)
    {
        _socketPath = socketPath;
        _stream = stream;
        _reader = new StreamReader(stream);
    }

    /// <summary>The call's result.</summary>
    public JsonNode? Result { get; private set; }

    /// <summary>Calls a method and waits for its result; what follows that may take as long as it will.</summary>
    /// <exception cref="ControlFailure">The daemon does not answer, or refuses.</exception>
    public static Task<ControlStream> OpenAsync(string socketPath, string method, JsonObject parameters, Patience patience, CancellationToken cancellationToken) =>
        patience.KeepAsync(socketPath, token => OpenAsync(socketPath, method, parameters, token), cancellationToken);

    /// <summary>The parameters of the next notification.</summary>
    /// <exception cref="ControlFailure">The daemon has ended the connection.</exception>
    public async Task<JsonNode> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await ReadAsync(cancellationToken) is { } notification)
            {
                return notification["params"] ?? new JsonObject();
            }
        }
        catch (Exception failure) when (failure is IOException or JsonException)
        {
            throw Ended(failure.Message);
        }

        throw Ended(Words.Say("it stops, or was ended", "duruyor ya da sonlandırıldı"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }

    private static async Task<ControlStream> OpenAsync(string socketPath, string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        ControlStream? opened = null;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            opened = new ControlStream(socketPath, stream);
            await using var writer = new StreamWriter(stream, leaveOpen: true);
            await writer.WriteAsync(ControlClient.Request(method, parameters));
            await writer.FlushAsync(cancellationToken);
            opened.Result = ControlClient.Result(socketPath, await opened.ReadAsync(cancellationToken));
            return opened;
        }
        catch (Exception failure)
        {
            opened?.Dispose();
            socket.Dispose();
            throw failure is SocketException or IOException or JsonException ? ControlClient.Unreachable(socketPath, failure) : failure;
        }
    }

    private ControlFailure Ended(string reason) => new(
        ExitCodes.NotRunning, Words.Say(
            $"The daemon has ended the connection at {_socketPath}: {reason}. Begin anew when it runs again. (systemctl status ahenk)",
            $"Hizmet {_socketPath} bağlantısını kapattı: {reason}. Yeniden çalıştığında baştan başlayın. (systemctl status ahenk)"));

    private async Task<JsonNode?> ReadAsync(CancellationToken cancellationToken) =>
        await _reader.ReadLineAsync(cancellationToken) is { } line ? JsonNode.Parse(line) : null;
}
