using System.Text;

namespace Ahenk.Configuration.Tests;

[Trait("Category", "Integration")]
public sealed class ConfigurationFileTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("[CONNECTION]\nport = 1\n", "[CONNECTION]\nport = 5\n")]
    [InlineData("; of mine\n\n[connection]\nhost=x\nPort  =   1  \n\n# end", "; of mine\n\n[connection]\nhost=x\nPort  =   5  \n\n# end")]
    [InlineData("[CONNECTION]\r\nport=1\r\nhost=x\r\n", "[CONNECTION]\r\nport=5\r\nhost=x\r\n")]
    [InlineData("[CONNECTION]\nport =\n", "[CONNECTION]\nport =5\n")]
    [InlineData("[CONNECTION]\nport = \"1\"\n", "[CONNECTION]\nport = 5\n")]
    [InlineData("\uFEFF[CONNECTION]\nport = 1\n", "\uFEFF[CONNECTION]\nport = 5\n")]
    [InlineData("[CONNECTION]\nhost=x\n; ports\n\n[TASK]\n", "[CONNECTION]\nhost=x\nport=5\n; ports\n\n[TASK]\n")]
    [InlineData("[CONNECTION]\n", "[CONNECTION]\nport = 5\n")]
    [InlineData("[CONNECTION]", "[CONNECTION]\nport = 5\n")]
    [InlineData("[CONNECTION]\r\nhost = x", "[CONNECTION]\r\nhost = x\r\nport = 5\r\n")]
    [InlineData("[CONNECTION]\nhost = x\n[TASK]\nkeep_days = 2\n[CONNECTION]\nuid = y\n", "[CONNECTION]\nhost = x\n[TASK]\nkeep_days = 2\n[CONNECTION]\nuid = y\nport = 5\n")]
    [InlineData("[TASK]\nkeep_days=2\n", "[TASK]\nkeep_days=2\n\n[CONNECTION]\nport=5\n")]
    [InlineData("[TASK]\nkeep_days=2\n\n", "[TASK]\nkeep_days=2\n\n[CONNECTION]\nport=5\n")]
    [InlineData("no ini at all\n[TASK]\n", "no ini at all\n[TASK]\n\n[CONNECTION]\nport = 5\n")]
    [InlineData("", "[CONNECTION]\nport = 5\n")]
    public void A_key_is_set_and_everything_else_stays(string before, string after)
    {
        _folder.Write(before);
        var file = ConfigurationFile.Open(_folder.Main);

        var line = file.Set("CONNECTION", "port", "5");
        file.Save();

        // Not as text: a byte order mark would be lost on the way.
        Assert.Equal(Encoding.UTF8.GetBytes(after), File.ReadAllBytes(_folder.Main));
        Assert.Equal((5, line), (int.Parse(_folder.Files().Find("CONNECTION", "port")!.Value), _folder.Files().Find("CONNECTION", "port")!.Line));
    }

    [Fact]
    public void Bytes_that_are_no_utf8_stay_too()
    {
        byte[] latin5 = [.. "; a\u00e7\u0131klama: "u8, 0xFD, 0xFE, 0x85, 0xA0, .. "\n[CONNECTION]\nport = 1\n"u8];
        File.WriteAllBytes(_folder.Main, latin5);
        var file = ConfigurationFile.Open(_folder.Main);

        file.Set("CONNECTION", "port", "5");
        file.Save();

        latin5[^2] = (byte)'5';
        Assert.Equal(latin5, File.ReadAllBytes(_folder.Main));
    }

    [Theory]
    [InlineData("\u015fifre \u00e0")]
    [InlineData("with = and ; and #")]
    [InlineData("\"quoted\"")]
    [InlineData(" spaces ")]
    [InlineData("\u00a0\u3000")]
    [InlineData("\" \"")]
    [InlineData("\"")]
    [InlineData("100%")]
    public void A_secret_is_read_as_it_was_set(string value)
    {
        var file = ConfigurationFile.Open(_folder.Main);
        file.Set("CONNECTION", "password", value);
        file.Save();

        Assert.Equal(value, _folder.Files().Find("CONNECTION", "password")!.Value);
    }

    [Theory]
    [InlineData("CONNECTION", "host", "\" lider.example.org \"", "lider.example.org")]
    [InlineData("CONNECTION", "host", "\u00a0lider.example.org", "lider.example.org")]
    [InlineData("CONNECTION", "password", "  secret\t", "secret")]
    public void Spaces_at_the_ends_mean_nothing_elsewhere(string section, string key, string text, string value)
    {
        _folder.Write($"[{section}]\n{key} = {text}\n");

        Assert.Equal(value, _folder.Files().Find(section, key)!.Value);
    }

    [Theory]
    [InlineData("x\n[BASE]")]
    [InlineData("x\r")]
    [InlineData("x\0")]
    public void A_value_cannot_bring_lines_of_its_own(string value)
    {
        var file = ConfigurationFile.Open(_folder.Write("").Main);

        Assert.Throws<ConfigurationException>(() => file.Set("CONNECTION", "host", value));
    }

    [Fact]
    public void A_key_is_taken_out_with_its_line_alone()
    {
        var file = ConfigurationFile.Open(_folder.Write("[A]\nx = 1\n; y\ny = 2\n").Main);

        Assert.True(file.Remove("a", "Y"));
        Assert.False(file.Remove("a", "z"));
        file.Save();

        Assert.Equal("[A]\nx = 1\n; y\n", _folder.Read());
    }

    [Fact]
    public void A_file_that_does_not_exist_is_made_for_its_owner_alone()
    {
        var file = ConfigurationFile.Open(_folder.Main);
        file.Set("TASK", "keep_days", "3");
        file.Save();

        Assert.Equal("[TASK]\nkeep_days = 3\n", _folder.Read());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Main));
    }

    [Fact]
    public void The_mode_becomes_0600_and_nothing_else_is_left_in_the_directory()
    {
        _folder.Write("");
        File.SetUnixFileMode(_folder.Main, (UnixFileMode)0b110_100_100);
        var file = ConfigurationFile.Open(_folder.Main);
        file.Set("TASK", "keep_days", "3");
        file.Save();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Main));
        Assert.Equal([_folder.Main], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_symbolic_link_is_not_followed()
    {
        _folder.Write("[TASK]\n", "elsewhere");
        File.CreateSymbolicLink(_folder.Main, _folder.In("elsewhere"));

        var refusal = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Open(_folder.Main));

        Assert.Contains(_folder.In("elsewhere"), refusal.Message, StringComparison.Ordinal);
        Assert.Equal("[TASK]\n", _folder.Read("elsewhere"));
    }

    [Fact]
    public void A_link_that_came_meanwhile_is_not_followed_either()
    {
        _folder.Write("[TASK]\n").Write("x", "elsewhere");
        var file = ConfigurationFile.Open(_folder.Main);
        file.Set("TASK", "keep_days", "3");
        File.Delete(_folder.Main);
        File.CreateSymbolicLink(_folder.Main, _folder.In("elsewhere"));

        Assert.Throws<ConfigurationException>(file.Save);
        Assert.Equal("x", _folder.Read("elsewhere"));
    }

    [Fact]
    public void What_others_can_write_is_not_changed()
    {
        _folder.Write("");
        File.SetUnixFileMode(_folder.Main, (UnixFileMode)0b110_110_110);
        Assert.Contains("other users", Assert.Throws<ConfigurationException>(() => ConfigurationFile.Open(_folder.Main)).Message, StringComparison.Ordinal);

        File.SetUnixFileMode(_folder.Main, (UnixFileMode)0b110_000_000);
        File.SetUnixFileMode(_folder.Root, (UnixFileMode)0b111_111_111);
        Assert.Contains(_folder.Root, Assert.Throws<ConfigurationException>(() => ConfigurationFile.Open(_folder.Main)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_somebody_else_is_not_overwritten()
    {
        _folder.Write("[TASK]\n");
        var file = ConfigurationFile.Open(_folder.Main);
        file.Set("TASK", "keep_days", "3");
        _folder.Write("[TASK]\nkeep_days = 99\n");

        Assert.Contains("somebody else", Assert.Throws<ConfigurationException>(file.Save).Message, StringComparison.Ordinal);
        Assert.Equal("[TASK]\nkeep_days = 99\n", _folder.Read());
    }

    [Fact]
    public void A_key_that_stands_twice_is_not_set_in_one_of_its_places()
    {
        var file = ConfigurationFile.Open(_folder.Write("[A]\nx = 1\nX = 2\n").Main);

        Assert.Contains("lines 2 and 3", Assert.Throws<ConfigurationException>(() => file.Set("A", "x", "3")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_in_place_of_the_file_is_told()
    {
        Directory.CreateDirectory(_folder.Main);

        Assert.Contains("regular file", Assert.Throws<ConfigurationException>(() => ConfigurationFile.Open(_folder.Main)).Message, StringComparison.Ordinal);
    }
}
