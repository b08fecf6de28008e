using Ahenk.FileServers;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Integration")]
public sealed class SftpTroubleTests(SshServerFixture fixture) : IDisposable
{
    private const long Middle = 500_000;
    private const int Length = 3 << 20;

    private readonly SshTestServer _server = fixture.Server;
    private readonly Bed _bed = new(fixture.Server);

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task A_connection_that_breaks_while_a_file_is_fetched_leaves_nothing()
    {
        await using var relay = new Relay(_server.Port) { Trouble = RelayTrouble.Cut, After = Middle };
        var place = _server.Place() with { Port = relay.Port };

        var message = await _bed.FailsAsync(_bed.FetchAsync(place, _server.PutFile("cut", Bed.Random(Length))), "transfer", place);

        Assert.Contains("The connection broke", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_breaks_while_a_file_is_uploaded_leaves_nothing()
    {
        await using var relay = new Relay(_server.Port) { Trouble = RelayTrouble.Cut, After = Middle };
        var place = _server.Place("cut-upload") with { Port = relay.Port };

        var message = await _bed.FailsAsync(_bed.UploadAsync(place, "name", Bed.Random(Length)), "transfer", place);

        Assert.Contains("The connection broke", message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_server.Home, "cut-upload")));
    }

    [Fact]
    public async Task A_fetch_that_stands_still_is_ended()
    {
        await using var relay = new Relay(_server.Port) { Trouble = RelayTrouble.Stall, After = Middle };
        var place = _server.Place() with { Port = relay.Port };
        var fetch = _bed.FetchAsync(place, _server.PutFile("still", Bed.Random(Length)));
        await relay.Troubled;

        await ElapseAsync(fetch);

        Assert.Contains("Nothing moved for 60 seconds", await _bed.FailsAsync(fetch, "transfer", place), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_stands_still_is_ended_and_leaves_nothing()
    {
        await using var relay = new Relay(_server.Port) { Trouble = RelayTrouble.Stall, After = Middle };
        var place = _server.Place("still-upload") with { Port = relay.Port };
        var upload = _bed.UploadAsync(place, "name", Bed.Random(Length));
        await relay.Troubled;

        await ElapseAsync(upload, until: () => _bed.Time.Timers == 2); // The second is the limit of the tidying up, which is to succeed.

        Assert.Contains("Nothing moved for 60 seconds", await _bed.FailsAsync(upload, "transfer", place), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_server.Home, "still-upload")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Giving_up_ends_a_transfer_that_stands_still(bool upload)
    {
        await using var relay = new Relay(_server.Port) { Trouble = RelayTrouble.Stall, After = Middle };
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Bed.Cancellation);
        var place = _server.Place("given-up") with { Port = relay.Port };
        var content = Bed.Random(Length);
        var transfer = upload
            ? _bed.Client().UploadAsync(place, "pc-01", "name", _bed.Write("source", content), cancel.Token)
            : _bed.Client().FetchAsync(place, _server.PutFile("given-up-fetch", content), _bed.Target, cancel.Token);
        await relay.Troubled;

        await cancel.CancelAsync();
        await ElapseAsync(transfer); // For the attempt to remove what was uploaded so far, which has a time limit of its own.

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transfer);
        Assert.False(File.Exists(_bed.Target));
        Assert.False(File.Exists(Path.Combine(_server.Home, "given-up", "name")));
    }

    [Fact]
    public async Task What_was_given_up_before_it_began_does_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bed.Client().FetchAsync(_server.Place(), "/x", _bed.Target, cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bed.Client().UploadAsync(_server.Place(), "a", "b", _bed.Target, cancelled.Token));
        Assert.False(File.Exists(_bed.Target));
    }

    [Fact]
    public async Task Fifty_transfers_leave_no_connection_open()
    {
        await using var relay = new Relay(_server.Port);
        var place = _server.Place("fifty") with { Port = relay.Port };
        var path = _server.PutFile("fetched-often", Bed.Random(10_000));
        var client = _bed.Client();
        for (var number = 0; number < 50; number++)
        {
            switch (number % 25)
            {
                case < 8:
                    await _bed.FailsAsync(_bed.FetchAsync(place, path + "-missing"), "open", place);
                    break;
                case < 16:
                    await client.FetchAsync(place, path, _bed.PathOf($"fetched{number}"), Bed.Cancellation);
                    break;
                case 16:
                    var stranger = place with { Username = "nobody-here", Password = "wr0ng-s3cret" };
                    await _bed.FailsAsync(_bed.UploadAsync(stranger, "name", [1]), "log in", stranger);
                    break;
                default:
                    await client.UploadAsync(place, "pc-01", $"name{number}", _bed.Write("source", [1, 2]), Bed.Cancellation);
                    break;
            }
        }

        await relay.AllClosedAsync();
        Assert.Equal(50, relay.Accepted);
    }

    // Again and again, because a block may have been under way when the time was first moved.
    private async Task ElapseAsync(Task transfer, Func<bool>? until = null)
    {
        while (!transfer.IsCompleted && until?.Invoke() != true)
        {
            _bed.Time.Advance(TimeSpan.FromSeconds(61));
            await Task.WhenAny(transfer, Task.Delay(TimeSpan.FromMilliseconds(20), Bed.Cancellation));
        }
    }
}
