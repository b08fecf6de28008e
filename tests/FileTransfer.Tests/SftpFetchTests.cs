using System.Diagnostics;
using Ahenk.FileServers;
using Ahenk.TestSupport;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Integration")]
public sealed class SftpFetchTests(SshServerFixture fixture) : IDisposable
{
    private readonly SshTestServer _server = fixture.Server;
    private readonly Bed _bed = new(fixture.Server);

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData("plain", 0)]
    [InlineData("one", 1)]
    [InlineData("çok 'güzel' \"adı\" $x.bin", 3_000_001)]
    public async Task A_fetched_file_is_whole_and_for_its_owner_alone(string name, int length)
    {
        var content = Bed.Random(length);
        var path = _server.PutFile(name, content);

        await _bed.FetchAsync(_server.Place(), path);

        Assert.Equal(content, await File.ReadAllBytesAsync(_bed.Target, Bed.Cancellation));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_bed.Target));
    }

    [Fact]
    public async Task Without_a_path_the_file_is_the_one_that_the_place_names()
    {
        _server.PutFile("named", [1, 2, 3]);

        await _bed.FetchAsync(_server.Place("named"), path: null);

        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(_bed.Target, Bed.Cancellation));
    }

    [Fact]
    public async Task A_symbolic_link_on_the_server_is_followed()
    {
        var path = _server.PutFile("linked", [4]);
        File.CreateSymbolicLink(path + "-link", path);

        await _bed.FetchAsync(_server.Place(), path + "-link");

        Assert.Equal([4], await File.ReadAllBytesAsync(_bed.Target, Bed.Cancellation));
    }

    [Fact]
    public async Task A_local_file_that_exists_is_left_alone()
    {
        var path = _server.PutFile("other", [1]);
        var existing = _bed.Write("existing", [9]);

        var message = await _bed.FailsAsync(_bed.Client().FetchAsync(_server.Place(), path, existing, Bed.Cancellation), "check", _server.Place());

        Assert.Contains("exists already", message, StringComparison.Ordinal);
        Assert.Equal([9], await File.ReadAllBytesAsync(existing, Bed.Cancellation));
    }

    [Fact]
    public async Task A_local_symbolic_link_is_not_written_through()
    {
        var path = _server.PutFile("other-link", [1]);
        File.CreateSymbolicLink(_bed.PathOf("link"), _bed.Target);

        await _bed.FailsAsync(_bed.Client().FetchAsync(_server.Place(), path, _bed.PathOf("link"), Bed.Cancellation), "check", _server.Place());
    }

    [Fact]
    public async Task A_file_beyond_the_limit_is_not_fetched()
    {
        var path = _server.PutFile("long", new byte[1001]);
        _bed.Options = _bed.Options with { MaxFetchBytes = 1000 };

        var message = await _bed.FailsAsync(_bed.FetchAsync(_server.Place(), path), "open", _server.Place());

        Assert.Contains("max_fetch_mib", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        var message = await _bed.FailsAsync(_bed.FetchAsync(_server.Place(), $"{_server.Home}/nowhere/x"), "open", _server.Place());

        Assert.Contains($"'{_server.Home}/nowhere/x'", message, StringComparison.Ordinal);
        Assert.Contains("no such file", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_the_user_may_not_read_is_told()
    {
        var path = _server.PutFile("secret", [1]);
        File.SetUnixFileMode(path, UnixFileMode.None);

        var message = await _bed.FailsAsync(_bed.FetchAsync(_server.Place(), path), "open", _server.Place());

        Assert.Contains("does not allow", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_is_no_file()
    {
        var message = await _bed.FailsAsync(_bed.FetchAsync(_server.Place(), _server.Home), "open", _server.Place());

        Assert.Contains("directory", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_on_the_server_is_not_opened()
    {
        var path = Path.Combine(_server.Home, "pipe");
        using (var mkfifo = Process.Start("mkfifo", path))
        {
            await mkfifo.WaitForExitAsync(Bed.Cancellation);
        }

        var message = await _bed.FailsAsync(_bed.FetchAsync(_server.Place(), path), "open", _server.Place());

        Assert.Contains("not a regular file", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_local_disk_is_told_and_nothing_is_left()
    {
        var path = _server.PutFile("big", new byte[300_000]);
        FileStream? device = null;

        // The kernel's own full disk.
        var client = _bed.Client(_ => device = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));
        var message = await _bed.FailsAsync(client.FetchAsync(_server.Place(), path, _bed.Target, Bed.Cancellation), "transfer", _server.Place());

        Assert.Contains("disk of this machine is full", message, StringComparison.Ordinal);
        Assert.False(device!.CanWrite);
    }

    [Fact]
    public async Task A_file_on_a_local_disk_that_fills_up_is_removed()
    {
        await using var disk = await SmallDisk.CreateAsync();
        Assert.SkipWhen(disk is null, "A file system that fills up can only be mounted by root; the other test of a full disk does without.");
        var path = _server.PutFile("bigger", new byte[3 << 20]);
        var target = Path.Combine(disk.Directory, "target");

        var message = await _bed.FailsAsync(_bed.Client().FetchAsync(_server.Place(), path, target, Bed.Cancellation), "transfer", _server.Place());

        Assert.Contains("disk of this machine is full", message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Directory));
    }
}
