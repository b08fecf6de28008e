using System.Net;
using System.Net.Sockets;

namespace Ahenk.FileServers;

/// <summary>What a relay does to a connection.</summary>
public enum RelayTrouble
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Breaks it after so many bytes.</summary>
    Cut,

    /// <summary>Passes nothing on after so many bytes, and leaves it open.</summary>
    Stall,
}

/// <summary>Stands between a client and a server on 127.0.0.1, counts connections and makes trouble.</summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _trouble = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _target;
    private readonly Task _accepting;
    private readonly List<Task> _connections = [];
    private int _troubles;

    /// <summary>Starts one.</summary>
    /// <param name="target">The server's port.</param>
    public Relay(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where to connect.</summary>
    public int Port { get; }

    /// <summary>The trouble, for the next <see cref="Troubles"/> connections that reach it.</summary>
    public RelayTrouble Trouble { get; init; }

    /// <summary>After how many bytes of either side.</summary>
    public long After { get; init; }

    /// <summary>How many connections are troubled; then all is well. Default: 1.</summary>
    public int Troubles { get; init; } = 1;

    /// <summary>What the trouble waits for: that the other side has come to the point where it is to happen.</summary>
    public Func<Task> Ready { get; init; } = () => Task.CompletedTask;

    /// <summary>Completes when the first trouble was made.</summary>
    public Task Troubled => _trouble.Task;

    /// <summary>How many connections there were.</summary>
    public int Accepted { get; private set; }

    /// <summary>Completes when both sides of all connections are closed.</summary>
    public async Task AllClosedAsync()
    {
        Task[] connections;
        lock (_connections)
        {
            connections = [.. _connections];
        }

        await Task.WhenAll(connections);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await AllClosedAsync();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_end.Token);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException)
            {
                return;
            }

            Accepted++;
            lock (_connections)
            {
                _connections.Add(ConnectAsync(client));
            }
        }
    }

    private async Task ConnectAsync(Socket client)
    {
        using (client)
        {
            using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            }
            catch (Exception refused) when (refused is SocketException or OperationCanceledException)
            {
                return;
            }

            var passed = new Passed();
            await Task.WhenAll(PassAsync(client, server, passed), PassAsync(server, client, passed));
        }
    }

    private async Task PassAsync(Socket from, Socket to, Passed passed)
    {
        var buffer = new byte[16 << 10];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, _end.Token)) > 0)
            {
                if (passed.IsStalled)
                {
                    continue;
                }

                if (Trouble != RelayTrouble.None && passed.Add(count) > After && Interlocked.Increment(ref _troubles) <= Troubles)
                {
                    await Ready();
                    if (Trouble == RelayTrouble.Cut)
                    {
                        from.Close(timeout: 0);
                        to.Close(timeout: 0);
                        _trouble.TrySetResult();
                        return;
                    }

                    passed.IsStalled = true;
                    _trouble.TrySetResult();
                    continue;
                }

                await to.SendAsync(buffer.AsMemory(0, count), _end.Token);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            from.Close(timeout: 0);
            to.Close(timeout: 0);
        }
    }

    private sealed class Passed
    {
        private long _bytes;
        private volatile bool _isStalled;

        public bool IsStalled
        {
            get => _isStalled;
            set => _isStalled = value;
        }

        public long Add(int count) => Interlocked.Add(ref _bytes, count);
    }
}
