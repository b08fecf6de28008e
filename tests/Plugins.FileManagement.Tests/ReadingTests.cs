using System.Net.Sockets;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.FileManagement.Tests;

[Trait("Category", "Integration")]
public sealed class ReadingTests : FileTest
{
    [Fact]
    public void Reading_may_be_repeated_and_overlap_and_writing_only_be_repeated()
    {
        Assert.Equal(["GET_FILE_CONTENT", "WRITE_TO_FILE"], Plugin.Commands.Select(command => command.Id));
        Assert.All(Plugin.Commands, command => Assert.True(command.Idempotent));
        Assert.Equal([true, false], Plugin.Commands.Select(command => command.Parallel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1\tlocalhost\n")]
    [InlineData("Masaüstü ve \U0001F600\r\n")]
    [InlineData("\uFEFFbegins with a byte order mark")]
    public async Task The_text_of_a_file_comes_unchanged(string content)
    {
        Given("/etc/hosts", content);

        var result = await Read("/etc/hosts");

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Equal(["file_exists", "file_content"], result.Data!.Select(pair => pair.Key));
        Assert.True((bool)result.Data!["file_exists"]!);
        Assert.Equal(content, (string)result.Data!["file_content"]!);
    }

    [Theory]
    [InlineData("/etc/missing")]
    [InlineData("/no/such/directory/file")]
    [InlineData("/etc/hosts/file")]
    [InlineData("/etc/dangling")]
    public async Task A_missing_file_is_a_success_without_data(string path)
    {
        Given("/etc/hosts", "text");
        GivenLink("/etc/dangling", "nowhere/file");

        var result = await Read(path);

        Assert.Equal((PluginCode.Processed, null), (result.Code, result.Data));
        Assert.Contains("not found", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_5_KiB_is_sent_and_a_larger_one_is_not()
    {
        Given("/whole", new string('a', 5 * 1024));
        Given("/larger", new string('a', (5 * 1024) + 1));

        Assert.Equal(5 * 1024, ((string)(await Read("/whole")).Data!["file_content"]!).Length);
        AssertRefused(await Read("/larger"), "larger than 5 KiB");
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("/up")]
    [InlineData("/top")]
    public async Task A_directory_is_refused(string path)
    {
        Directory.CreateDirectory(At("/etc"));
        GivenLink("/up", "etc/..");
        GivenLink("/top", "/");

        AssertRefused(await Read(path), "is a directory");
    }

    [Theory]
    [InlineData("etc/hosts", "not absolute")]
    [InlineData(" /etc/hosts", "not absolute")]
    [InlineData("/etc/", "names a directory")]
    [InlineData("/", "names a directory")]
    [InlineData("/.", "leads over")]
    [InlineData("/etc/../etc/hosts", "leads over")]
    [InlineData("/etc/hosts\0.txt", "not a path")]
    [InlineData("/etc/hosts\n[FILE] forged", "not a path")]
    [InlineData("", "missing")]
    public async Task A_path_that_does_not_mean_what_it_shows_is_refused(string path, string because)
    {
        AssertRefused(await Read(path), because);
        AssertRefused(await Write(path, "text"), because);
    }

    [Fact]
    public async Task A_path_that_no_file_can_have_is_refused()
    {
        AssertRefused(await Read("/" + new string('a', 5000)), "not a path");
        AssertRefused(await Read("/" + new string('a', 300)), "cannot be reached");
        AssertRefused(await Read("/half\uD83D"), "not a path");
        AssertRefused(await Read(null), "missing");
    }

    [Fact]
    public async Task Needless_slashes_and_dots_do_no_harm()
    {
        Given("/etc/hosts", "text");

        Assert.Equal("text", (string?)(await Read("//etc/.///hosts")).Data!["file_content"]);
    }

    [Fact]
    public async Task Links_are_followed_within_the_root_wherever_they_lie()
    {
        Given("/run/resolve/stub.conf", "nameserver 127.0.0.53\n");
        GivenLink("/etc/resolv.conf", "../../../run/resolve/stub.conf");
        GivenLink("/var/run", "/run");
        GivenOpenDirectory("/tmp");
        GivenLink("/tmp/link", "/etc/resolv.conf");

        foreach (var path in (string[])["/etc/resolv.conf", "/var/run/resolve/stub.conf", "/tmp/link"])
        {
            Assert.Equal("nameserver 127.0.0.53\n", (string?)(await Read(path)).Data?["file_content"]);
        }
    }

    [Fact]
    public async Task Links_that_lead_in_a_circle_are_refused()
    {
        GivenLink("/a", "b");
        GivenLink("/b", "/a");

        AssertRefused(await Read("/a"), "more than 40 symbolic links");
        AssertRefused(await Write("/a", "text"), "more than 40 symbolic links");
    }

    [Theory]
    [InlineData(new byte[] { 0xC7, 0xF0, 0xFE })]
    [InlineData(new byte[] { 0x7F, 0x45, 0x4C, 0x46, 0, 0 })]
    public async Task What_is_not_text_is_refused_rather_than_sent_damaged(byte[] content)
    {
        Given("/file", content);

        AssertRefused(await Read("/file"), "not text in UTF-8");
    }

    [Fact]
    public async Task Pipes_and_sockets_are_refused_without_waiting_for_the_other_end()
    {
        NativeFiles.MakeFifo(At("/pipe"));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(At("/socket")));

        foreach (var path in (string[])["/pipe", "/socket"])
        {
            AssertRefused(await Read(path), "device, pipe or socket");
            AssertRefused(await Write(path, "text"), "device, pipe or socket");
        }
    }

    [Theory]
    [InlineData("/dev/null", "device, pipe or socket")]
    [InlineData("/dev/zero", "device, pipe or socket")]
    [InlineData("/proc/cpuinfo", "interface of the kernel")]
    [InlineData("/proc/kmsg", "interface of the kernel")]
    [InlineData("/sys/kernel/notes", "interface of the kernel")]
    [InlineData("/proc/new/directory/file", "interface of the kernel")]
    public async Task Devices_and_the_kernels_own_files_are_left_alone(string path, string because)
    {
        Plugin = new FileManagementPlugin();

        if (!path.Contains("new", StringComparison.Ordinal))
        {
            AssertRefused(await Read(path), because);
        }

        AssertRefused(await Write(path, "text"), because);
    }

    [Fact]
    public async Task A_real_file_is_read_under_its_real_path()
    {
        Plugin = new FileManagementPlugin();
        var file = Given("/file", "text");

        Assert.Equal("text", (string?)(await Read(JsonValue.Create(file))).Data!["file_content"]);
        Assert.Equal(PluginCode.Processed, (await Read("/etc/passwd")).Code);
    }
}
