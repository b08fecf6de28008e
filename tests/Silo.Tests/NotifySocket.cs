using System.Net.Sockets;
using System.Text;

namespace Ahenk.Silo.Tests;

/// <summary>systemd's end of the socket that services tell it things on.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-notify-").FullName;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifySocket() => _socket.Bind(new UnixDomainSocketEndPoint(Path));

    public string Path => System.IO.Path.Combine(_folder, "notify");

    /// <summary>What was told so far.</summary>
    public List<string> Told { get; } = [];

    public async Task<string> ReadAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        var buffer = new byte[4096];
        Told.Add(Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, limit.Token)));
        return Told[^1];
    }

    public async Task ReadUntilAsync(Func<string, bool> found)
    {
        while (!found(await ReadAsync()))
        {
            // Something else.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
