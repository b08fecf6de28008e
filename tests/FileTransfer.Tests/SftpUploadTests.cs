using Ahenk.FileServers;
using Ahenk.Lider.Protocol;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Integration")]
public sealed class SftpUploadTests(SshServerFixture fixture) : IDisposable
{
    private readonly SshTestServer _server = fixture.Server;
    private readonly Bed _bed = new(fixture.Server);

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(32 << 10)]
    [InlineData(3_000_001)]
    public async Task An_uploaded_file_is_whole_and_alone_in_directories_that_are_made(int length)
    {
        var content = Bed.Random(length);
        var top = $"made-{length}";

        await _bed.UploadAsync(_server.Place(top + "/agent-files//{0}/"), "0123abcd", content);

        var directory = Path.Combine(_server.Home, top, "agent-files", "pc-01");
        var file = Assert.Single(Directory.EnumerateFileSystemEntries(directory));
        Assert.Equal(Path.Combine(directory, "0123abcd"), file);
        Assert.Equal(content, await File.ReadAllBytesAsync(file, Bed.Cancellation));
    }

    [Fact]
    public async Task A_file_with_the_same_name_is_replaced()
    {
        await _bed.UploadAsync(_server.Place("replaced"), "name", [1]);
        await _bed.UploadAsync(_server.Place("replaced"), "name", [2, 3]);

        var file = Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(_server.Home, "replaced")));
        Assert.Equal([2, 3], await File.ReadAllBytesAsync(file, Bed.Cancellation));
    }

    [Fact]
    public async Task A_directory_that_is_a_symbolic_link_is_used()
    {
        Directory.CreateSymbolicLink(Path.Combine(_server.Home, "link"), Path.Combine(_server.Home, "linked-to"));
        await _bed.UploadAsync(_server.Place("linked-to"), "first", [1]);

        await _bed.UploadAsync(_server.Place("link"), "second", [2]);

        Assert.True(File.Exists(Path.Combine(_server.Home, "linked-to", "second")));
    }

    [Fact]
    public async Task Uploads_of_one_name_at_a_time_leave_one_whole_file()
    {
        var client = _bed.Client();
        var contents = Enumerable.Range(1, 4).Select(number => Enumerable.Repeat((byte)number, 100_000).ToArray()).ToList();

        await Task.WhenAll(contents.Select((content, index) =>
            client.UploadAsync(_server.Place("raced/{0}"), "pc-01", "name", _bed.Write($"source{index}", content), Bed.Cancellation)));

        var file = Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(_server.Home, "raced", "pc-01")));
        Assert.Contains(await File.ReadAllBytesAsync(file, Bed.Cancellation), contents);
    }

    [Fact]
    public async Task An_empty_file_is_not_uploaded()
    {
        var message = await _bed.FailsAsync(_bed.UploadAsync(_server.Place("empty"), "name", []), "check", _server.Place());

        Assert.Contains("is empty", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_server.Home, "empty")));
    }

    [Fact]
    public async Task Neither_links_nor_directories_nor_devices_are_uploaded()
    {
        File.CreateSymbolicLink(_bed.PathOf("link"), _bed.Write("real", [1]));

        foreach (var file in (string[])[_bed.PathOf("link"), Path.GetDirectoryName(_bed.Target)!, "/dev/zero", _bed.PathOf("missing")])
        {
            await _bed.FailsAsync(_bed.Client().UploadAsync(_server.Place(), "pc-01", "name", file, Bed.Cancellation), "check", _server.Place());
        }
    }

    [Theory]
    [InlineData("pc-01", "")]
    [InlineData("pc-01", ".")]
    [InlineData("pc-01", "..")]
    [InlineData("pc-01", "a/b")]
    [InlineData("pc-01", "a\nb")]
    [InlineData("pc-01", "a\0b")]
    [InlineData("../other", "name")]
    [InlineData("..", "name")]
    public async Task Only_plain_names_are_used(string agent, string name)
    {
        var upload = _bed.Client().UploadAsync(_server.Place("{0}"), agent, name, _bed.Write("source", [1]), Bed.Cancellation);

        var message = await _bed.FailsAsync(upload, "check", _server.Place());

        Assert.Contains("plain name", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_told()
    {
        var place = _server.Place() with { Path = "/proc/agent-files/{0}" };

        var message = await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "open", place);

        Assert.Contains("cannot be made by the user", message, StringComparison.Ordinal);
        Assert.Contains("'/proc/agent-files/pc-01/name'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_may_not_be_written_is_told()
    {
        var directory = Directory.CreateDirectory(Path.Combine(_server.Home, "closed")).FullName;
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        var message = await _bed.FailsAsync(_bed.UploadAsync(_server.Place("closed"), "name", [1]), "open", _server.Place());

        Assert.Contains("does not allow", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_a_directory_has_cannot_be_taken_and_nothing_is_left()
    {
        await _bed.UploadAsync(_server.Place("taken/name/inner"), "file", [1]);

        await _bed.FailsAsync(_bed.UploadAsync(_server.Place("taken"), "name", [2]), "rename", _server.Place());

        Assert.Equal([Path.Combine(_server.Home, "taken", "name")], Directory.EnumerateFileSystemEntries(Path.Combine(_server.Home, "taken")));
    }

    [Fact]
    public async Task A_server_that_cannot_rename_over_a_file_has_it_replaced_all_the_same()
    {
        await using var server = await SshTestServer.StartAsync(new SshServerOptions { RenamesOverFiles = false });
        using var bed = new Bed(server);
        await bed.UploadAsync(server.Place("replaced"), "name", [1]);
        await bed.UploadAsync(server.Place("replaced"), "name", [2, 3]);

        var file = Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(server.Home, "replaced")));
        Assert.Equal([2, 3], await File.ReadAllBytesAsync(file, Bed.Cancellation));
    }

    [Fact]
    public async Task A_full_disk_on_the_server_is_told_and_nothing_is_left()
    {
        await using var server = await SshTestServer.StartAsync(new SshServerOptions { LargestFile = 1 << 20 });
        using var bed = new Bed(server);

        var message = await bed.FailsAsync(bed.UploadAsync(server.Place("full"), "name", new byte[2 << 20]), "transfer", server.Place());

        Assert.Contains("full disk", message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(server.Home, "full")));
    }

    [Theory]
    [InlineData(FileProtocol.Torrent, "TORRENT")]
    [InlineData(FileProtocol.Unknown, "unknown protocol")]
    public async Task A_protocol_that_does_not_exist_is_told(FileProtocol protocol, string words)
    {
        var place = new FileServer { Protocol = protocol };

        Assert.Contains(words, await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "check", place), StringComparison.Ordinal);
        Assert.Contains(words, await _bed.FailsAsync(_bed.FetchAsync(place, "/x"), "check", place), StringComparison.Ordinal);
    }
}
