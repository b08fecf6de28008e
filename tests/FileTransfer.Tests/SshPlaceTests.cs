using Ahenk.Lider.Protocol;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Unit")]
public sealed class SshPlaceTests : IDisposable
{
    private readonly Bed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData(null, 22, "u", "/x", "host")]
    [InlineData("", 22, "u", "/x", "host")]
    [InlineData("a b", 22, "u", "/x", "host")]
    [InlineData("a\nb", 22, "u", "/x", "host")]
    [InlineData("-oProxyCommand=x", 22, "u", "/x", "host")]
    [InlineData("[::1]", 22, "u", "/x", "host")]
    [InlineData("files.example", 0, "u", "/x", "port")]
    [InlineData("files.example", 70000, "u", "/x", "port")]
    [InlineData("files.example", 22, null, "/x", "user")]
    [InlineData("files.example", 22, " ", "/x", "user")]
    [InlineData("files.example", 22, "u\0", "/x", "user")]
    [InlineData("files.example", 22, "u", null, "path")]
    [InlineData("files.example", 22, "u", "", "path")]
    [InlineData("files.example", 22, "u", "a\0b", "path")]
    public async Task What_lider_names_is_checked_before_anything_is_done(string? host, int port, string? user, string? path, string word)
    {
        var place = new FileServer { Protocol = FileProtocol.Ssh, Host = host, Port = port, Username = user, Password = "s3cret", Path = path };

        var message = await _bed.FailsAsync(_bed.FetchAsync(place, null), "check", place);

        Assert.Contains($"Lider names no usable {word}.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_password_is_explained()
    {
        foreach (var password in (string?[])[null, ""])
        {
            var place = new FileServer { Protocol = FileProtocol.Ssh, Host = "127.0.0.1", Port = 9, Username = "lider", Password = password, Path = "/x" };

            var message = await _bed.FailsAsync(_bed.FetchAsync(place, null), "log in", place);

            Assert.Contains("Lider sent no password. Its settings page clears", message, StringComparison.Ordinal);
            Assert.Contains("ssh_key_file", message, StringComparison.Ordinal);
        }
    }
}
