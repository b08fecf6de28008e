using Ahenk.FileServers;
using Ahenk.Lider.Protocol;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Integration")]
public sealed class HttpTests(HttpServerFixture fixture) : IClassFixture<HttpServerFixture>, IDisposable
{
    private readonly HttpTestServer _server = fixture.Server;
    private readonly Bed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData("plain", 0)]
    [InlineData("one", 1)]
    [InlineData("çok güzel? #1 100%41 {1}.bin", 3_000_001)]
    public async Task A_fetched_file_is_whole_and_for_its_owner_alone(string name, int length)
    {
        var content = Bed.Random(length);
        await File.WriteAllBytesAsync(Path.Combine(_server.Root, name), content, Bed.Cancellation);

        await _bed.FetchAsync(_server.Place("/some/{0}/"), $"/{name}");

        Assert.Equal(content, await File.ReadAllBytesAsync(_bed.Target, Bed.Cancellation));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_bed.Target));
    }

    [Theory]
    [InlineData("/packages", "x.deb")]
    [InlineData("/packages/", "x.deb")]
    [InlineData("/packages/x.deb", null)]
    [InlineData("/packages?q=1#part", "/packages/x.deb")]
    public async Task A_path_is_relative_to_the_address_that_lider_names(string address, string? path)
    {
        Directory.CreateDirectory(Path.Combine(_server.Root, "packages"));
        await File.WriteAllBytesAsync(Path.Combine(_server.Root, "packages", "x.deb"), [1, 2], Bed.Cancellation);

        await _bed.FetchAsync(_server.Place(address), path);

        Assert.Equal([1, 2], await File.ReadAllBytesAsync(_bed.Target, Bed.Cancellation));
    }

    [Theory]
    [InlineData("http://elsewhere.invalid/x")]
    [InlineData("//elsewhere.invalid/x")]
    [InlineData("x?y")]
    public async Task A_path_leads_to_no_other_server(string path)
    {
        var message = await _bed.FailsAsync(_bed.FetchAsync(_server.Place("/"), path), "open", _server.Place("/"));

        Assert.Contains($"from {_server.Address}/", message, StringComparison.Ordinal);
        Assert.Contains("404", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_unknown_length_in_whole_chunks_is_fetched()
    {
        await _bed.FetchAsync(_server.Place("/bad/chunks/3"), null);

        Assert.Equal(3000, new FileInfo(_bed.Target).Length);
    }

    [Theory]
    [InlineData("/bad/chunks/3")]
    [InlineData("/long")]
    public async Task A_file_beyond_the_limit_is_not_fetched(string path)
    {
        await File.WriteAllBytesAsync(Path.Combine(_server.Root, "long"), new byte[2001], Bed.Cancellation);
        _bed.Options = _bed.Options with { MaxFetchBytes = 2000 };

        Assert.Contains("max_fetch_mib", await _bed.FailsAsync(_bed.FetchAsync(_server.Place(path), null), "open", _server.Place(path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/bad/short", "transfer", "The connection broke")]
    [InlineData("/bad/chunks/3/broken", "transfer", "The connection broke")]
    [InlineData("/bad/endless", "open", "how long the file is")]
    [InlineData("/bad/garbage", "connect", "does not answer as an HTTP server does")]
    [InlineData("/", "open", "is a directory")]
    [InlineData("/directory", "open", "is a directory")]
    [InlineData("/missing", "open", "status 404: it has no such file")]
    [InlineData("/bad/status/401", "log in", "status 401: it wants a user and a password")]
    [InlineData("/bad/status/403", "open", "status 403: it does not allow")]
    [InlineData("/bad/status/418", "open", "status 418: this is no answer")]
    [InlineData("/bad/status/206", "open", "status 206: this is no answer")]
    [InlineData("/bad/status/503", "open", "status 503: it is too busy")]
    [InlineData("/bad/status/500", "open", "status 500: it has a fault")]
    [InlineData("/bad/loop", "open", "redirects more than 5 times")]
    [InlineData("/bad/redirect/302/file:///etc/passwd", "open", "no address of a file")]
    [InlineData("/bad/status/302", "open", "no address of a file")]
    public async Task What_went_wrong_is_told(string path, string step, string words)
    {
        Directory.CreateDirectory(Path.Combine(_server.Root, "directory"));

        Assert.Contains(words, await _bed.FailsAsync(_bed.FetchAsync(_server.Place(path), null), step, _server.Place(path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3_000_001)]
    public async Task An_uploaded_file_is_whole_under_the_agents_name(int length)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_server.Root, $"agent-files{length}", "pc-01")).FullName;
        var content = Bed.Random(length);

        await _bed.UploadAsync(_server.Place($"/agent-files{length}/{{0}}"), "a b#c", content);

        var file = Assert.Single(Directory.EnumerateFileSystemEntries(directory));
        Assert.Equal("a b#c", Path.GetFileName(file));
        Assert.Equal(content, await File.ReadAllBytesAsync(file, Bed.Cancellation));
    }

    [Fact]
    public async Task An_upload_follows_a_redirect_that_keeps_it_an_upload()
    {
        await _bed.UploadAsync(_server.Place("/bad/redirect/307//"), "redirected", [5]);

        Assert.Equal([5], await File.ReadAllBytesAsync(Path.Combine(_server.Root, "redirected"), Bed.Cancellation));
    }

    [Theory]
    [InlineData("/nowhere/{0}/", "open", "status 409: the directory is not there")]
    [InlineData("/bad/status/405/", "open", "status 405: it takes no uploads")]
    [InlineData("/bad/status/413/", "open", "status 413: the file is too big")]
    [InlineData("/bad/status/507/", "open", "status 507: its disk is full")]
    [InlineData("/bad/redirect/302/", "open", "which an upload cannot follow")]
    public async Task What_went_wrong_with_an_upload_is_told(string path, string step, string words) =>
        Assert.Contains(words, await _bed.FailsAsync(_bed.UploadAsync(_server.Place(path), "name", Bed.Random(300_000)), step, _server.Place(path)), StringComparison.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ftp://files.example/x")]
    [InlineData("/agent-files/x")]
    [InlineData("http://")]
    [InlineData("http://files.example/\nx")]
    public async Task An_address_has_to_be_one(string? url)
    {
        var place = new FileServer { Protocol = FileProtocol.Http, Url = url };

        Assert.Contains("no usable address", await _bed.FailsAsync(_bed.FetchAsync(place, null), "check", place), StringComparison.Ordinal);
        Assert.Contains("no usable address", await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "check", place), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_with_a_query_cannot_take_a_name()
    {
        var place = _server.Place("/upload?to=");

        Assert.Contains("no usable address", await _bed.FailsAsync(_bed.UploadAsync(place, "name", [1]), "check", place), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_for_any_agent_is_nothing_to_fetch()
    {
        var place = _server.Place("/agent-files/{0}/");

        Assert.Contains("still holds {0}", await _bed.FailsAsync(_bed.FetchAsync(place, "x"), "check", place), StringComparison.Ordinal);
    }
}
