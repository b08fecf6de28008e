using System.Net.Sockets;
using System.Text;

namespace Ahenk.Cli.Tests;

/// <summary>Listens on a Unix socket, and gives every line that comes to a function for its answer, one connection after the other.</summary>
internal sealed class LineServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;

    /// <param name="path">The socket.</param>
    /// <param name="answer">The line to answer with; <see langword="null"/>: none.</param>
    public LineServer(string path, Func<string, string?> answer)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _serving = ServeAsync(answer);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stopping.Dispose();
    }

    private async Task ServeAsync(Func<string, string?> answer)
    {
        try
        {
            while (true)
            {
                using var connection = await _listener.AcceptAsync(_stopping.Token);
                await ServeAsync(connection, answer);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket connection, Func<string, string?> answer)
    {
        try
        {
            await using var stream = new NetworkStream(connection);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(_stopping.Token) is { } line)
            {
                if (answer(line) is { } reply)
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(reply + "\n"), _stopping.Token);
                }
            }
        }
        catch (IOException)
        {
            // The caller has waited no longer.
        }
    }
}
