using System.Net.Sockets;

namespace Ahenk.Gateway.Xmpp.Xmpp.Net;

/// <summary>
/// A socket's stream that has the kernel acknowledge at once what was read. A server that does not switch Nagle's algorithm off (Prosody) holds its next
/// stanza back until then, and a kernel that has nothing to send waits 40 ms with it (tcp(7), TCP_QUICKACK; the option has to be set anew each time).
/// </summary>
internal sealed class PromptStream(Socket socket) : NetworkStream(socket, ownsSocket: false)
{
    private const int TcpLevel = 6;
    private const int QuickAck = 12;
    private static readonly byte[] On = BitConverter.GetBytes(1);

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await base.ReadAsync(buffer, cancellationToken);
        try
        {
            Socket.SetRawSocketOption(TcpLevel, QuickAck, On);
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The connection ended meanwhile: what was read before counts, and the next read tells.
        }

        return read;
    }
}
