using System.Net;
using System.Net.Sockets;
using Ahenk.FileServers;
using Ahenk.Lider.Protocol;
using Ahenk.XmppServers;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Integration")]
public sealed class HttpTroubleTests(HttpServerFixture fixture) : IClassFixture<HttpServerFixture>, IDisposable
{
    private const long Middle = 500_000;
    private const int Length = 3 << 20;

    private readonly HttpTestServer _server = fixture.Server;
    private readonly Bed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData(RelayTrouble.Cut, "The connection broke")]
    [InlineData(RelayTrouble.Stall, "Nothing moved for 60 seconds")]
    public async Task A_fetch_that_is_interrupted_leaves_nothing(RelayTrouble trouble, string words)
    {
        await using var relay = new Relay(_server.Port) { Trouble = trouble, After = Middle, Ready = _bed.FetchBegunAsync };
        await File.WriteAllBytesAsync(Path.Combine(_server.Root, "big"), Bed.Random(Length), Bed.Cancellation);
        var place = Through(relay, "/big");
        var fetch = _bed.FetchAsync(place, null);
        await relay.Troubled;

        await ElapseAsync(fetch, trouble);

        Assert.Contains(words, await _bed.FailsAsync(fetch, "transfer", place), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RelayTrouble.Cut, "The connection broke")]
    [InlineData(RelayTrouble.Stall, "Nothing moved for 60 seconds")]
    public async Task An_upload_that_is_interrupted_does_not_take_its_name(RelayTrouble trouble, string words)
    {
        await using var relay = new Relay(_server.Port) { Trouble = trouble, After = Middle };
        var place = Through(relay, "/");
        var upload = _bed.UploadAsync(place, $"interrupted-{trouble}", Bed.Random(Length));
        await relay.Troubled;

        await ElapseAsync(upload, trouble);

        Assert.Contains(words, await _bed.FailsAsync(upload, "transfer", place), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_server.Root, $"interrupted-{trouble}")));
    }

    [Fact]
    public async Task Giving_up_ends_a_transfer_that_stands_still()
    {
        await using var relay = new Relay(_server.Port) { Trouble = RelayTrouble.Stall, After = 10 };
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Bed.Cancellation);
        var fetch = _bed.Client().FetchAsync(Through(relay, "/x"), null, _bed.Target, cancel.Token);
        await relay.Troubled;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.False(File.Exists(_bed.Target));
    }

    [Fact]
    public async Task A_port_on_which_nothing_listens_is_told()
    {
        var place = new FileServer { Protocol = FileProtocol.Http, Url = $"http://127.0.0.1:{FreePort.Next()}/x" };

        Assert.Contains("cannot be reached", await _bed.FailsAsync(_bed.FetchAsync(place, null), "connect", place), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_nobody_knows_is_told()
    {
        var place = new FileServer { Protocol = FileProtocol.Http, Url = "http://files.invalid/x" };

        await _bed.FailsAsync(_bed.FetchAsync(place, null), "connect", place);
    }

    [Fact]
    public async Task A_server_that_never_finishes_tls_is_not_waited_for_for_long()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        _bed.Options = _bed.Options with { ConnectTimeout = TimeSpan.FromSeconds(1) };
        var place = new FileServer { Protocol = FileProtocol.Http, Url = $"https://127.0.0.1:{((IPEndPoint)mute.LocalEndpoint).Port}/x" };

        Assert.Contains("did not answer within 1 seconds", await _bed.FailsAsync(_bed.FetchAsync(place, null), "connect", place), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fifty_transfers_leave_no_connection_open()
    {
        await using var relay = new Relay(_server.Port);
        await File.WriteAllBytesAsync(Path.Combine(_server.Root, "often"), [1], Bed.Cancellation);
        for (var number = 0; number < 25; number++)
        {
            await _bed.Client().FetchAsync(Through(relay, "/often"), null, _bed.PathOf($"fetched{number}"), Bed.Cancellation);
            await _bed.FailsAsync(_bed.FetchAsync(Through(relay, "/missing"), null), "open", Through(relay, "/"));
        }

        await relay.AllClosedAsync();
        Assert.Equal(50, relay.Accepted);
    }

    private static FileServer Through(Relay relay, string path) => new() { Protocol = FileProtocol.Http, Url = $"http://127.0.0.1:{relay.Port}{path}" };

    // Again and again, because a block may have been under way when the time was first moved.
    private async Task ElapseAsync(Task transfer, RelayTrouble trouble)
    {
        while (trouble == RelayTrouble.Stall && !transfer.IsCompleted)
        {
            _bed.Time.Advance(TimeSpan.FromSeconds(61));
            await Task.WhenAny(transfer, Task.Delay(TimeSpan.FromMilliseconds(20), Bed.Cancellation));
        }
    }
}
