using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Browser.Tests;

[Trait("Category", "Integration")]
public sealed class MachinePreferenceTests : BrowserTest
{
    private static readonly string Naming = Block("pref(\"general.config.obscure_value\", 0);", "pref(\"general.config.filename\", \"mozilla.cfg\");");

    private static JsonObject Locked => Profile(Entry("browser.startup.homepage", "https://example.org/"), Entry("network.proxy.type", "1"));

    [Theory]
    [InlineData("usr/lib/firefox-esr")]
    [InlineData("opt/firefox-esr")]
    [InlineData("usr/lib/firefox")]
    [InlineData("opt/firefox")]
    [InlineData("usr/lib/iceweasel")]
    public async Task The_machine_s_preferences_are_locked_in_every_Firefox_that_is_found(string place)
    {
        Home.MakeDirectory($"{Root}/{place}", user: 0);

        var result = await Apply(Locked, user: null);

        Assert.Equal((PluginCode.Processed, "The preferences of Firefox are locked for all users, from its next start on."), (result.Code, result.Message));
        var settings = Block("lockPref(\"browser.startup.homepage\", \"https://example.org/\");", "lockPref(\"network.proxy.type\", 1);");
        Assert.StartsWith("//", settings, StringComparison.Ordinal);
        Assert.Equal(settings, File.ReadAllText($"{Root}/{place}/mozilla.cfg"));
        Assert.Equal(Naming, File.ReadAllText($"{Root}/{place}/defaults/pref/local-settings.js"));
        Assert.Equal((0u, (UnixFileMode)0x1A4), Home.Owner($"{Root}/{place}/mozilla.cfg"));
        Assert.Equal((0u, (UnixFileMode)0x1ED), Home.Owner($"{Root}/{place}/defaults/pref"));
    }

    [Fact]
    public async Task Undoing_takes_the_files_away_and_keeps_what_an_administrator_wrote()
    {
        var (one, other) = (GivenFirefox("usr/lib/firefox-esr"), GivenFirefox("opt/firefox"));
        File.WriteAllText($"{other}/mozilla.cfg", "// ours\nlockPref(\"a\", 1);\n");
        await Apply(Locked, user: null);
        await Apply(Profile(Entry("b", "2")), user: null);
        Assert.Equal("// ours\nlockPref(\"a\", 1);\n" + Block("lockPref(\"b\", 2);"), File.ReadAllText($"{other}/mozilla.cfg"));

        await Undo(user: null);

        Assert.Empty(Directory.GetFiles(one, "*", SearchOption.AllDirectories));
        Assert.Equal("// ours\nlockPref(\"a\", 1);\n", File.ReadAllText($"{other}/mozilla.cfg"));
        await Undo(user: null);
    }

    [Fact]
    public async Task Applying_twice_changes_nothing_the_second_time()
    {
        var place = GivenFirefox("usr/lib/firefox-esr");
        await Apply(Locked, user: null);
        var longAgo = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        string[] files = [$"{place}/mozilla.cfg", $"{place}/defaults/pref/local-settings.js"];
        Array.ForEach(files, file => File.SetLastWriteTimeUtc(file, longAgo));

        Assert.Equal(PluginCode.Processed, (await Apply(Locked, user: null)).Code);

        Assert.All(files, file => Assert.Equal(longAgo, File.GetLastWriteTimeUtc(file)));
    }

    [Fact]
    public async Task Users_and_machine_do_not_undo_each_other()
    {
        var place = GivenFirefox("usr/lib/firefox-esr");
        GivenProfiles(Default);
        await Apply(Locked, user: null);
        await Apply(Locked);

        await Undo();
        Assert.True(File.Exists($"{place}/mozilla.cfg"));
        await Apply(Locked);
        await Undo(user: null);

        Assert.False(File.Exists($"{place}/mozilla.cfg"));
        Assert.NotNull(ReadHome($"{Default}/user.js"));
    }

    [Fact]
    public async Task A_machine_without_Firefox_is_an_error_that_says_where_it_was_looked_for()
    {
        var result = await Apply(Locked, user: null);

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("/usr/lib/firefox-esr, /opt/firefox-esr", result.Message, StringComparison.Ordinal);
        await Undo(user: null);
    }

    [Theory]
    [InlineData("opt/firefox")]
    [InlineData("opt/firefox/defaults")]
    [InlineData("opt/firefox/defaults/pref")]
    public async Task A_Firefox_that_a_user_can_change_is_left_alone_and_the_others_are_set(string ofUser)
    {
        var good = GivenFirefox("usr/lib/firefox-esr");
        GivenFirefox("opt/firefox");
        Home.MakeDirectory($"{Root}/opt/firefox/defaults/pref", user: 0);
        Directory.Delete($"{Root}/{ofUser}", recursive: true);
        Home.MakeDirectory($"{Root}/{ofUser}");
        Home.Link($"{Home.Outside}/victim", $"{Root}/{ofUser}/{(ofUser == "opt/firefox" ? "mozilla.cfg" : "local-settings.js")}");
        Home.MakeFile($"{Home.Outside}/victim", "untouched");
        var before = Home.Surroundings;

        var result = await Apply(Locked, user: null);
        await Undo(user: null);

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains($"chown -R root: '{Root}/{ofUser}'", result.Message, StringComparison.Ordinal);
        Assert.Equal(before, Home.Surroundings);
        Assert.False(File.Exists($"{good}/mozilla.cfg"));
    }

    [Fact]
    public async Task A_link_to_a_Firefox_in_a_place_that_a_user_can_change_is_not_followed()
    {
        Home.MakeDirectory($"{Home.Outside}/firefox", user: 0);
        Directory.CreateDirectory($"{Root}/opt");
        File.CreateSymbolicLink($"{Root}/opt/firefox", $"{Home.Outside}/firefox");
        var before = Home.Surroundings;

        var result = await Apply(Locked, user: null);

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains($"others than root can change '{Home.Outside}'", result.Message, StringComparison.Ordinal);
        Assert.Equal(before, Home.Surroundings);
    }

    [Fact]
    public async Task A_directory_that_its_group_can_change_is_refused()
    {
        var place = GivenFirefox("opt/firefox");
        File.SetUnixFileMode(place, (UnixFileMode)0x1FD);

        Assert.Equal(PluginCode.Error, (await Apply(Locked, user: null)).Code);
        Assert.Empty(Directory.GetFileSystemEntries(place));
    }

    private string GivenFirefox(string place) => Home.MakeDirectory($"{Root}/{place}", user: 0);
}
