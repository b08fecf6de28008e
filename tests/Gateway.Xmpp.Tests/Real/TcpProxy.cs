using System.Net;
using System.Net.Sockets;

namespace Ahenk.Gateway.Xmpp.Tests.Real;

/// <summary>A piece of network between a client and a real server that can be cut.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly List<(TcpClient Near, TcpClient Far)> _pairs = [];
    private readonly List<Task> _copying = [];
    private readonly int _target;
    private readonly Task _accepting;
    private bool _isCut;

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were let through so far.</summary>
    public int Connections { get; private set; }

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

    private static void Reset(TcpClient client)
    {
        client.Client.LingerState = new LingerOption(true, 0);
        client.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var near = await _listener.AcceptTcpClientAsync(_closing.Token);
                var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
                Join(near, far);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The server is down, so the client sees its connection die; or the proxy is closing.
            }
        }
    }

    private void Join(TcpClient near, TcpClient far)
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

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), _closing.Token);
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
