using Ahenk.FileServers;
using Ahenk.Lider.Protocol;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Integration")]
public sealed class HostKeyTests
{
    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa")]
    [InlineData("rsa")]
    public async Task The_first_key_is_recorded_and_holds_until_its_line_is_removed(string type)
    {
        await using var server = await SshTestServer.StartAsync(new SshServerOptions { HostKeyTypes = [type] });
        using var bed = new Bed(server);
        var path = server.PutFile("file", [1]);
        await bed.FetchAsync(server.Place(), path);
        File.Delete(bed.Target);
        Assert.Equal($"[127.0.0.1]:{server.Port} {server.HostKey(type)}\n", await File.ReadAllTextAsync(bed.Options.KnownHostsFile, Bed.Cancellation));

        await server.ReplaceHostKeysAsync(type);
        var message = await bed.FailsAsync(bed.FetchAsync(server.Place(), path), "host key", server.Place());

        Assert.Contains($"remove line 1 of {bed.Options.KnownHostsFile}", message, StringComparison.Ordinal);
        await AssertNobodyTriedToLogInAsync(server);

        File.Delete(bed.Options.KnownHostsFile);
        await bed.FetchAsync(server.Place(), path);
        Assert.True(File.Exists(bed.Target));
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    [InlineData("ed25519")]
    public async Task Of_several_keys_the_server_has_to_show_the_recorded_one(string type)
    {
        await using var server = await SshTestServer.StartAsync(new SshServerOptions { HostKeyTypes = ["rsa", "ecdsa", "ed25519"] });
        using var bed = new Bed(server);
        await File.WriteAllTextAsync(bed.Options.KnownHostsFile, $"[127.0.0.1]:{server.Port} {server.HostKey(type)}\n", Bed.Cancellation);

        await bed.UploadAsync(server.Place(), "name", [1]);

        Assert.Single(await File.ReadAllLinesAsync(bed.Options.KnownHostsFile, Bed.Cancellation));
    }

    [Fact]
    public async Task A_server_without_a_key_of_the_recorded_type_is_not_trusted()
    {
        await using var server = await SshTestServer.StartAsync(new SshServerOptions { HostKeyTypes = ["rsa"] });
        using var bed = new Bed(server);
        await bed.UploadAsync(server.Place(), "name", [1]);

        await server.ReplaceHostKeysAsync("ed25519");
        var message = await bed.FailsAsync(bed.UploadAsync(server.Place(), "name", [1]), "host key", server.Place());

        Assert.Contains("no ssh-rsa key any more", message, StringComparison.Ordinal);
        Assert.Contains($"remove line 1 of {bed.Options.KnownHostsFile}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_server_whose_key_cannot_be_recorded()
    {
        await using var server = await SshTestServer.StartAsync();
        using var bed = new Bed(server);
        bed.Options = bed.Options with { KnownHostsFile = bed.PathOf("missing/known_hosts") };

        var message = await bed.FailsAsync(bed.UploadAsync(server.Place(), "name", [1]), "host key", server.Place());

        Assert.Contains("could not be recorded", message, StringComparison.Ordinal);
        await AssertNobodyTriedToLogInAsync(server);
    }

    [Fact]
    public async Task A_damaged_record_is_told_before_anything_is_connected()
    {
        using var bed = new Bed();
        await File.WriteAllTextAsync(bed.Options.KnownHostsFile, "nonsense\n", Bed.Cancellation);
        var place = new FileServer { Protocol = FileProtocol.Ssh, Host = "127.0.0.1", Port = 9, Username = "u", Password = "p455w", Path = "/" };

        var message = await bed.FailsAsync(bed.FetchAsync(place, "/x"), "host key", place);

        Assert.Contains("Line 1 of", message, StringComparison.Ordinal);
    }

    private static async Task AssertNobodyTriedToLogInAsync(SshTestServer server)
    {
        await server.LoggedAsync("[preauth]", Bed.Cancellation); // What sshd ends its line with about a connection that ended before a log-in.
        Assert.DoesNotMatch("Failed|Accepted", server.Log);
    }
}
