using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ahenk.FileServers;
using Ahenk.XmppServers;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Integration")]
public sealed class SshLogInTests(SshServerFixture fixture) : IDisposable
{
    private readonly SshTestServer _server = fixture.Server;
    private readonly Bed _bed = new(fixture.Server);

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task A_wrong_password_is_told_but_not_shown()
    {
        var place = _server.Place() with { Password = "wr0ng-s3cret" };
        _bed.Options = _bed.Options with { SshKeyFile = null };

        var message = await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "log in", place);

        Assert.Contains($"'{_server.UserName}'", message, StringComparison.Ordinal);
        Assert.Contains("Check user name and password", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_agents_own_key_makes_up_for_a_missing_password()
    {
        _bed.Options = _bed.Options with { SshKeyFile = _server.KeyFile };
        var path = _server.PutFile("by-key", [7]);

        await _bed.FetchAsync(_server.Place() with { Password = null }, path);

        Assert.Equal([7], await File.ReadAllBytesAsync(_bed.Target, Bed.Cancellation));
    }

    [Fact]
    public async Task A_key_that_is_refused_gives_way_to_the_password()
    {
        Assert.SkipUnless(SshTestServer.HasPasswords, "Only root can make a user with a password.");
        _bed.Options = _bed.Options with { SshKeyFile = await MakeKeyAsync("") };

        await _bed.UploadAsync(_server.Place("second-way"), "name", [1]);

        Assert.True(File.Exists(Path.Combine(_server.Home, "second-way", "name")));
    }

    [Fact]
    public async Task A_key_that_is_refused_is_told()
    {
        var key = await MakeKeyAsync("");
        _bed.Options = _bed.Options with { SshKeyFile = key };
        var place = _server.Place() with { Password = null };

        var message = await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "log in", place);

        Assert.Contains($"The key {key} was offered", message, StringComparison.Ordinal);
        Assert.Contains("Lider sent no password", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_cannot_be_used_are_told()
    {
        var open = _bed.Write("open", await File.ReadAllBytesAsync(_server.KeyFile, Bed.Cancellation));
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var damaged = _bed.Write("damaged", [1, 2, 3]);
        File.SetUnixFileMode(damaged, UnixFileMode.UserRead);

        foreach (var (file, words) in ((string, string)[])[
            (open, "Set its mode to 0600"), (damaged, "cannot be read"), (_bed.PathOf("missing"), "cannot be read"), (await MakeKeyAsync("phrase"), "pass phrase")])
        {
            _bed.Options = _bed.Options with { SshKeyFile = file };
            var message = await _bed.FailsAsync(_bed.UploadAsync(_server.Place(), "name", [1]), "log in", _server.Place());
            Assert.Contains(words, message, StringComparison.Ordinal);
            Assert.Contains(file, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_server_that_takes_no_passwords_is_told()
    {
        Assert.SkipUnless(SshTestServer.HasPasswords, "Only root can make a user with a password.");
        await using var server = await SshTestServer.StartAsync(new SshServerOptions { AllowsPasswords = false });

        var message = await _bed.FailsAsync(_bed.UploadAsync(server.Place(), "name", [1]), "log in", server.Place());

        Assert.Contains("allows log-ins with a password", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_sftp_is_told()
    {
        await using var server = await SshTestServer.StartAsync(new SshServerOptions { OffersSftp = false });
        using var bed = new Bed(server);

        var message = await bed.FailsAsync(bed.UploadAsync(server.Place(), "name", [1]), "open", server.Place());

        Assert.Contains("SFTP subsystem", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_on_which_nothing_listens_is_told()
    {
        var place = _server.Place() with { Port = FreePort.Next() };

        var message = await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "connect", place);

        Assert.Contains("Nothing listens there", message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{place.Port}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_nobody_knows_is_told()
    {
        var place = _server.Place() with { Host = "files.invalid" };

        await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "connect", place);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_not_waited_for_for_long()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        _bed.Options = _bed.Options with { ConnectTimeout = TimeSpan.FromSeconds(1) };
        var place = _server.Place() with { Port = ((IPEndPoint)mute.LocalEndpoint).Port };

        var message = await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "connect", place);

        Assert.Contains("did not answer within 1 seconds", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stops_in_the_middle_of_the_key_exchange_is_not_waited_for_for_long()
    {
        await using var relay = new Relay(_server.Port) { Trouble = RelayTrouble.Stall, After = 1000 };
        _bed.Options = _bed.Options with { ConnectTimeout = TimeSpan.FromSeconds(1) };
        var place = _server.Place() with { Port = relay.Port };

        var message = await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "connect", place);

        Assert.Contains("did not answer within 1 seconds", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_none_for_ssh_is_told()
    {
        await using var http = await HttpTestServer.StartAsync();
        var place = _server.Place() with { Port = http.Port };

        var message = await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "connect", place);

        Assert.Contains("an SSH server listens on this port", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1500)]
    public async Task Giving_up_ends_a_connection_that_hangs(int bytes)
    {
        await using var relay = new Relay(_server.Port) { Trouble = RelayTrouble.Stall, After = bytes };
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Bed.Cancellation);
        var place = _server.Place() with { Port = relay.Port };
        _bed.Options = _bed.Options with { ConnectTimeout = TimeSpan.FromSeconds(2) };
        var upload = _bed.Client().UploadAsync(place, "pc-01", "name", _bed.Write("source", [1]), cancel.Token);
        await relay.Troubled;

        await cancel.CancelAsync();

        var ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
        Assert.Equal(cancel.Token, ended.CancellationToken);
        await relay.AllClosedAsync(); // The connection that was left to itself ends too.
    }

    private async Task<string> MakeKeyAsync(string passPhrase)
    {
        var path = _bed.PathOf($"key{passPhrase}");
        using var keygen = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", passPhrase, "-f", path]);
        await keygen.WaitForExitAsync(Bed.Cancellation);
        return path;
    }
}
