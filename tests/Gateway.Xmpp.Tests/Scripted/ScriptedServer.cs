using System.Net;
using System.Net.Sockets;
using Ahenk.Gateway.Xmpp.Tests.Rig;

namespace Ahenk.Gateway.Xmpp.Tests.Scripted;

/// <summary>A listener on loopback whose connections do exactly what a test tells them to.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly List<ScriptedConnection> _connections = [];

    public ScriptedServer(IPAddress? address = null, int port = 0)
    {
        _listener = new TcpListener(address ?? IPAddress.Loopback, port);
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether a connection is waiting that nobody has accepted.</summary>
    public bool HasPending => _listener.Pending();

    public async Task<ScriptedConnection> AcceptAsync()
    {
        var socket = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken).Within("the client to connect");
        var connection = new ScriptedConnection(socket);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Accepts a connection and takes it to the session.</summary>
    public async Task<ScriptedConnection> AcceptSessionAsync(SessionScript? script = null)
    {
        var connection = await AcceptAsync();
        await connection.EstablishAsync(script);
        return connection;
    }

    /// <summary>Listens no longer: the next connection is refused.</summary>
    public void StopListening() => _listener.Stop();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }
}
