using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests.Sessions;

[Trait("Category", "Integration")]
public sealed class HomeFilesTests : HomeTest
{
    [Fact]
    public void A_new_file_and_its_directories_are_the_users()
    {
        Write(".config/app/settings.json", "{}");

        Assert.Equal("{}", File.ReadAllText($"{Home}/.config/app/settings.json"));
        Assert.Equal((54321u, 54322u, 0x180u), Owner($"{Home}/.config/app/settings.json"));
        Assert.Equal((54321u, 54322u, 0x1C0u), Owner($"{Home}/.config"));
        Assert.Equal((54321u, 54322u, 0x1C0u), Owner($"{Home}/.config/app"));
        NothingOutsideChanged();
    }

    [Fact]
    public void A_file_that_is_there_keeps_its_permissions()
    {
        File.SetUnixFileMode(MakeFile($"{Home}/a", "old and longer"), (UnixFileMode)0x1A4);
        Write("a", "new");

        Assert.Equal("new", File.ReadAllText($"{Home}/a"));
        Assert.Equal((54321u, 54322u, 0x1A4u), Owner($"{Home}/a"));
    }

    [Fact]
    public void A_new_file_gets_the_permissions_that_are_asked_for()
    {
        Files.Write(Account, "a", "x"u8, (UnixFileMode)0x1ED);

        Assert.Equal(0x1EDu, Owner($"{Home}/a").Mode);
        Assert.Throws<ArgumentOutOfRangeException>(() => Files.Write(Account, "b", "x"u8, UnixFileMode.SetUser | UnixFileMode.UserRead));
    }

    [Fact]
    public void What_was_written_is_read_and_removed()
    {
        Write("d/a", "text");

        Assert.Equal("text", Read("d/a"));
        Assert.True(Files.Delete(Account, "d/a"));
        Assert.Null(Read("d/a"));
        Assert.False(Files.Delete(Account, "d/a"));
        Assert.False(Files.Delete(Account, "none/a"));
        Assert.Null(Read("none/a"));
        Assert.False(Directory.Exists($"{Home}/none"));
    }

    [Fact]
    public void A_file_may_be_as_large_as_the_limit_and_no_larger()
    {
        MakeFile($"{Home}/a", new string('x', 100_000));

        Assert.Equal(100_000, Files.Read(Account, "a", 100_000)!.Length);
        Assert.Contains("larger than 99999 bytes", Assert.Throws<HomeFileException>(() => Files.Read(Account, "a", 99_999)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_thread_has_its_own_rights_again()
    {
        Write("a", "x");
        Assert.Throws<HomeFileException>(() => Write("a/b", "x"));
        var own = $"{Base}/roots";
        File.WriteAllText(own, "");

        Assert.Equal(0u, Owner(own).User);
        File.Delete(own);
    }

    [Fact]
    public void What_the_user_may_not_write_is_not_written()
    {
        File.SetUnixFileMode(MakeDirectory($"{Home}/d"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Assert.Contains("Permission denied", Assert.Throws<HomeFileException>(() => Write("d/a", "x")).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries($"{Home}/d"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/shadow")]
    [InlineData("../outside/victim")]
    [InlineData("a/../../outside/victim")]
    [InlineData("./a")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public void Paths_that_lead_elsewhere_are_refused(string path)
    {
        Assert.Throws<HomeFileException>(() => Write(path, "x"));
        Assert.Throws<HomeFileException>(() => Read(path));
        Assert.Throws<HomeFileException>(() => Files.Delete(Account, path));
        Assert.Empty(Directory.GetFileSystemEntries(Home));
        NothingOutsideChanged();
    }

    [Fact]
    public void A_home_that_is_another_users_is_none()
    {
        Give(Home, 1234);

        Assert.Throws<HomeFileException>(() => Write("a", "x"));
        Assert.Throws<HomeFileException>(() => Files.Write(Account with { Home = "/" }, "a", "x"u8));
        Assert.Throws<HomeFileException>(() => Files.Write(Account with { Home = "/nonexistent" }, "a", "x"u8));
        Assert.Empty(Directory.GetFileSystemEntries(Home));
    }
}
