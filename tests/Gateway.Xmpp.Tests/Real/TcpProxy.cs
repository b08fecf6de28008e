using System.Net;
using System.Net.Sockets;

namespace Ahenk.Gateway.Xmpp.Tests.Real;

/// <summary>A piece of network between a client and a real server that can be cut.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly List<(Socket Near, Socket Far)> _pairs = [];
    private readonly List<Task> _copying = [];
    private readonly int _target;
    private readonly Task _accepting;
    private bool _isCut;
    private volatile bool _isSwallowing;

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were let through so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Takes what both sides write and lets nothing of it through, until the next cut.</summary>
    public void Swallow() => _isSwallowing = true;

    /// <summary>Resets every connection, without a word to either side; new ones are let through.</summary>
    public void Cut()
    {
        lock (_pairs)
        {
            foreach (var (near, far) in _pairs)
            {
                Reset(near);
                Reset(far);
            }

            _pairs.Clear();
            _isSwallowing = false;
        }
    }

    /// <summary>Cuts and lets nothing through until <see cref="Mend"/>.</summary>
    public void CutForLong()
    {
        lock (_pairs)
        {
            _isCut = true;
            Cut();
        }
    }

    public void Mend()
    {
        lock (_pairs)
        {
            _isCut = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting;
        await Task.WhenAll(_copying);
        _closing.Dispose();
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Its peer has closed it already.
        }

        socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var near = await _listener.AcceptSocketAsync(_closing.Token);
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await far.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
                Join(near, far);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The server is down, so the client sees its connection die; or the proxy is closing.
            }
        }
    }

    private void Join(Socket near, Socket far)
    {
        lock (_pairs)
        {
            if (_isCut)
            {
                Reset(near);
                Reset(far);
                return;
            }

            Connections++;
            near.NoDelay = far.NoDelay = true;
            _pairs.Add((near, far));
            _copying.Add(CopyAsync(near, far));
            _copying.Add(CopyAsync(far, near));
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, _closing.Token)) > 0)
            {
                for (var sent = _isSwallowing ? count : 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _closing.Token);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
