using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.FileManagement.Tests;

[Trait("Category", "Integration")]
public sealed class WritingTests : FileTest
{
    private const UnixFileMode Mode0644 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Mode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode Mode0755 = Mode0644 | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    [Theory]
    [InlineData("")]
    [InlineData("Masaüstü \U0001F600\r\nsecond line")]
    public async Task The_text_is_written_as_it_is(string content)
    {
        Given("/etc/hosts", "a longer text that was there before, so that what is left of it would show");

        var result = await Write("/etc/hosts", content);

        Assert.Equal((PluginCode.Processed, null), (result.Code, result.Data));
        Assert.Equal(content, await ReadBack("/etc/hosts"));
    }

    [Fact]
    public async Task A_new_file_gets_0644_and_its_directories_0755()
    {
        var result = await Write("/etc/new/deep/$(touch x); file.conf", "text");

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Equal("text", await ReadBack("/etc/new/deep/$(touch x); file.conf"));
        Assert.Equal(Mode0644, File.GetUnixFileMode(At("/etc/new/deep/$(touch x); file.conf")));
        Assert.Equal((Mode0755, Mode0755), (File.GetUnixFileMode(At("/etc/new")), File.GetUnixFileMode(At("/etc/new/deep"))));
    }

    [Fact]
    public async Task Mode_and_owner_of_a_file_stay_and_no_reader_ever_sees_half_of_it()
    {
        var file = Given("/etc/sssd.conf", "old");
        File.SetUnixFileMode(file, Mode0640);
        if (Environment.IsPrivilegedProcess)
        {
            NativeFiles.SetOwner(file, 65534, 4242);
        }

        var owner = NativeFiles.GetOwner(file);
        using var reader = File.OpenRead(file);

        await Write("/etc/sssd.conf", "new");

        Assert.Equal((Mode0640, owner), (File.GetUnixFileMode(file), NativeFiles.GetOwner(file)));
        Assert.Equal("new", await ReadBack("/etc/sssd.conf"));
        Assert.Equal("old"u8.ToArray(), ReadAll(reader));
    }

    [Fact]
    public async Task Set_user_id_goes_with_the_content_that_had_it()
    {
        var file = Given("/usr/bin/tool", "old");
        File.SetUnixFileMode(file, Mode0755 | UnixFileMode.SetUser | UnixFileMode.SetGroup);

        await Write("/usr/bin/tool", "new");

        Assert.Equal(Mode0755, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task The_files_own_attributes_and_access_list_stay()
    {
        var file = Given("/etc/file", "old");
        NativeFiles.SetAttribute(file, "user.origin", "somewhere"u8.ToArray());
        NativeFiles.SetAttribute(file, "system.posix_acl_access", AccessList(forUser: 65534));
        var mode = File.GetUnixFileMode(file);

        await Write("/etc/file", "new");

        Assert.Equal("new", await ReadBack("/etc/file"));
        Assert.Equal("somewhere"u8.ToArray(), NativeFiles.GetAttribute(file, "user.origin"));
        Assert.Equal(AccessList(forUser: 65534), NativeFiles.GetAttribute(file, "system.posix_acl_access"));
        Assert.Equal(mode, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_file_does_not_get_the_access_list_that_its_directory_gives_new_ones()
    {
        var file = Given("/etc/file", "old");
        NativeFiles.SetAttribute(At("/etc"), "system.posix_acl_default", AccessList(forUser: 65534));

        await Write("/etc/file", "new");

        Assert.Null(NativeFiles.GetAttribute(file, "system.posix_acl_access"));
    }

    [Fact]
    public async Task A_link_that_root_made_is_written_through_and_stays_a_link()
    {
        Given("/run/resolve/stub.conf", "old");
        GivenLink("/etc/resolv.conf", "../run/resolve/stub.conf");

        Assert.Equal(PluginCode.Processed, (await Write("/etc/resolv.conf", "new")).Code);

        Assert.Equal("../run/resolve/stub.conf", new FileInfo(At("/etc/resolv.conf")).LinkTarget);
        Assert.Equal("new", await ReadBack("/run/resolve/stub.conf"));
    }

    [Fact]
    public async Task A_link_to_a_file_that_is_missing_makes_it_but_no_directory()
    {
        Directory.CreateDirectory(At("/run"));
        GivenLink("/etc/one", "/run/new.conf");
        GivenLink("/etc/two", "/run/missing/new.conf");

        Assert.Equal(PluginCode.Processed, (await Write("/etc/one", "text")).Code);
        AssertRefused(await Write("/etc/two", "text"), "directory that does not exist");

        Assert.Equal("text", await ReadBack("/run/new.conf"));
        Assert.False(Directory.Exists(At("/run/missing")));
    }

    [Fact]
    public async Task A_directory_that_is_a_link_of_root_is_walked_and_directories_are_made_below_it()
    {
        Directory.CreateDirectory(At("/run"));
        GivenLink("/var/run", "/run");

        Assert.Equal(PluginCode.Processed, (await Write("/var/run/tool/file", "text")).Code);

        Assert.Equal("text", await ReadBack("/run/tool/file"));
    }

    [Theory]
    [InlineData("/tmp/link")]
    [InlineData("/tmp/directory/shadow")]
    [InlineData("/tmp/below/link")]
    [InlineData("/etc/to-tmp")]
    public async Task A_link_that_others_could_have_put_there_is_refused(string path)
    {
        Given("/etc/shadow", "secret");
        GivenOpenDirectory("/tmp");
        GivenLink("/tmp/link", "/etc/shadow");
        GivenLink("/tmp/directory", "/etc");
        GivenLink("/tmp/below/link", "../../etc/shadow");
        GivenLink("/etc/to-tmp", "/tmp/link");

        AssertRefused(await Write(path, "new"), "symbolic link");

        Assert.Equal("secret", await ReadBack("/etc/shadow"));
    }

    [Fact]
    public async Task A_link_in_the_home_of_a_user_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a directory to another user");
        Given("/etc/shadow", "secret");
        GivenLink("/home/ali/link", "/etc/shadow");
        NativeFiles.SetOwner(At("/home/ali"), 65534, 65534);

        AssertRefused(await Write("/home/ali/link", "new"), "symbolic link");

        Assert.Equal("secret", await ReadBack("/etc/shadow"));
    }

    [Fact]
    public async Task A_second_name_of_a_file_that_somebody_else_made_does_not_lead_to_the_file()
    {
        var shadow = Given("/etc/shadow", "secret");
        GivenOpenDirectory("/tmp");
        NativeFiles.MakeHardLink(shadow, At("/tmp/file"));

        await Write("/tmp/file", "new");

        Assert.Equal(("secret", "new"), (await ReadBack("/etc/shadow"), await ReadBack("/tmp/file")));
    }

    [Fact]
    public async Task Files_and_directories_can_be_made_where_everybody_can_write()
    {
        GivenOpenDirectory("/tmp");

        Assert.Equal(PluginCode.Processed, (await Write("/tmp/a/b", "text")).Code);

        Assert.Equal("text", await ReadBack("/tmp/a/b"));
    }

    [Fact]
    public async Task What_cannot_be_written_leaves_everything_as_it_was()
    {
        Given("/etc/hosts", "text");

        AssertRefused(await Write("/etc", "text"), "is a directory");
        AssertRefused(await Write("/etc/hosts/file", "text"), "not a directory");
        AssertRefused(await Write("/etc/hosts", null), "no content");
        AssertRefused(await Write("/etc/hosts", "half \uD83D"), "half a character");
        AssertRefused(await Write("/etc/" + new string('n', 300), "text"), "File name too long");

        Assert.Equal("text", await ReadBack("/etc/hosts"));
        Assert.Equal(["hosts"], Directory.GetFileSystemEntries(At("/etc")).Select(Path.GetFileName));
    }

    /// <summary>The kernel's form of an access list (version 2): owner, one user, group, mask, others; 0644 with the user added.</summary>
    private static byte[] AccessList(int forUser)
    {
        (short Tag, short Rights, int Id)[] entries = [(1, 6, -1), (2, 4, forUser), (4, 4, -1), (16, 4, -1), (32, 4, -1)];
        return
        [
            .. BitConverter.GetBytes(2),
            .. entries.SelectMany(entry => (byte[])
                [.. BitConverter.GetBytes(entry.Tag), .. BitConverter.GetBytes(entry.Rights), .. BitConverter.GetBytes(entry.Id)]),
        ];
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private Task<string> ReadBack(string path) => File.ReadAllTextAsync(At(path), TestContext.Current.CancellationToken);
}
