using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.BrowserChrome.Tests;

[Trait("Category", "Unit")]
public sealed class PreferenceTests : BrowserTest
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enterable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    [Fact]
    public async Task What_the_console_sends_becomes_settings_of_the_right_types_for_both_browsers()
    {
        var result = await Apply(Profile(
        [
            Entry("BookmarkBarEnabled", "true"),
            Entry("PasswordManagerEnabled", "False"),
            Entry("IncognitoModeAvailability", 1),
            Entry("BrowserSignin", "2"),
            Entry("DefaultCookiesSetting", "4"),
            Entry("HomepageLocation", "https://ayşe.example/?a=\"b\"&c='d'\\"),
            Entry("DnsOverHttpsMode", "automatic"),
            Entry("DefaultSearchProviderKeyword", "112"),
            Entry("ClearBrowsingDataOnExitList", new JsonArray("browsing_history", "cookies_and_other_site_data")),
            Entry("EmptyList", new JsonArray()),
        ]));

        Assert.Equal((PluginCode.Processed, "The settings of Chrome and Chromium have been applied."), (result.Code, result.Message));
        var expected = new JsonObject
        {
            ["BookmarkBarEnabled"] = true,
            ["PasswordManagerEnabled"] = false,
            ["IncognitoModeAvailability"] = 1,
            ["BrowserSignin"] = 2,
            ["DefaultCookiesSetting"] = 4,
            ["HomepageLocation"] = "https://ayşe.example/?a=\"b\"&c='d'\\",
            ["DnsOverHttpsMode"] = "automatic",
            ["DefaultSearchProviderKeyword"] = "112",
            ["ClearBrowsingDataOnExitList"] = new JsonArray("browsing_history", "cookies_and_other_site_data"),
            ["EmptyList"] = new JsonArray(),
        };
        Assert.Equal(expected.ToJsonString(), JsonNode.Parse(File.ReadAllText(Chrome))!.ToJsonString());
        Assert.Equal(File.ReadAllText(Chrome), File.ReadAllText(Chromium));
        Assert.Empty(Machine.RanInSession);
    }

    [Fact]
    public async Task The_browsers_can_read_the_file_and_find_no_other_beside_it()
    {
        await Apply(Profile([Entry("A", 1)]));

        Assert.Equal(Readable, File.GetUnixFileMode(Chrome));
        for (var directory = Path.GetDirectoryName(Chrome)!; directory != Root; directory = Path.GetDirectoryName(directory)!)
        {
            Assert.Equal(Enterable, File.GetUnixFileMode(directory));
        }

        Assert.Equal([Chrome], Directory.GetFileSystemEntries(Path.GetDirectoryName(Chrome)!));
    }

    [Fact]
    public async Task Applying_the_same_twice_does_not_write_the_files_again()
    {
        await Apply(Profile([Entry("A", "true")]));
        var longAgo = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Chrome, longAgo);
        File.SetLastWriteTimeUtc(Chromium, longAgo);

        await Apply(Profile([Entry("A", "true")]));
        Assert.Equal((longAgo, longAgo), (File.GetLastWriteTimeUtc(Chrome), File.GetLastWriteTimeUtc(Chromium)));

        await Apply(Profile([Entry("A", "false")]));
        Assert.NotEqual(longAgo, File.GetLastWriteTimeUtc(Chrome));
        Assert.Equal("""{"A":false}""", JsonNode.Parse(File.ReadAllText(Chromium))!.ToJsonString());
    }

    [Fact]
    public async Task A_file_that_somebody_changed_is_put_right()
    {
        await Apply(Profile([Entry("A", "true")]));
        var content = File.ReadAllText(Chrome);
        File.WriteAllText(Chrome, content.Replace("true", "null", StringComparison.Ordinal));
        File.SetUnixFileMode(Chromium, UnixFileMode.UserRead);

        await Apply(Profile([Entry("A", "true")]));

        Assert.Equal(content, File.ReadAllText(Chrome));
        Assert.Equal(Readable, File.GetUnixFileMode(Chromium));
    }

    [Fact]
    public async Task A_link_in_the_file_s_place_is_replaced_and_not_followed()
    {
        var target = Path.Combine(Root, "target");
        File.WriteAllText(target, "kept");
        Directory.CreateDirectory(Path.GetDirectoryName(Chrome)!);
        File.CreateSymbolicLink(Chrome, target);

        await Apply(Profile([Entry("A", 1)]));

        Assert.Equal("kept", File.ReadAllText(target));
        Assert.Null(new FileInfo(Chrome).LinkTarget);
    }

    [Fact]
    public async Task What_cannot_be_written_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(Path.Combine(Root, "etc"));
        File.WriteAllText(Path.Combine(Root, "etc/opt"), "a file");

        var result = await Apply(Profile([Entry("A", 1)]));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains(Chrome, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_without_a_name_is_left_out_and_told_and_one_without_a_value_is_none()
    {
        var result = await Apply(Profile([Entry("A", 1), Entry("a b", 2), Entry(new JsonObject(), 3), Entry("B", null), "text", Entry("A", 4)]));

        Assert.Equal(PluginCode.Warning, result.Code);
        Assert.Contains("'a b' was left out", result.Message, StringComparison.Ordinal);
        Assert.Contains("'{}' was left out", result.Message, StringComparison.Ordinal);
        Assert.Equal("""{"A":4}""", JsonNode.Parse(File.ReadAllText(Chrome))!.ToJsonString());
    }

    [Fact]
    public async Task A_profile_of_which_nothing_can_be_used_is_an_error()
    {
        Assert.Equal(PluginCode.Error, (await Apply([])).Code);
        Assert.Equal(PluginCode.Error, (await Apply(Profile([Entry("?", 1)]))).Code);
        Assert.False(File.Exists(Chrome));
    }

    [Fact]
    public async Task A_profile_without_proxy_or_without_settings_is_fine()
    {
        Assert.Equal(PluginCode.Processed, (await Apply(new JsonObject { ["preferencesChrome"] = new JsonArray(Entry("A", 1)) })).Code);
        Assert.True(File.Exists(Chrome));
        Assert.Equal(PluginCode.Processed, (await Apply(Profile())).Code);
        Assert.False(File.Exists(Chrome));
    }

    [Fact]
    public async Task Safe_removes_the_files_and_what_the_original_agent_left()
    {
        await Undo();
        Assert.False(Directory.Exists(Path.Combine(Root, "etc")));

        await Apply(Profile([Entry("A", 1)]));
        await Undo();
        Assert.False(File.Exists(Chrome) || File.Exists(Chromium));
        Assert.Empty(await Store.ListAsync());

        File.WriteAllText(Chrome, "{ \"left\": true, }");
        await Undo("mehmet");
        Assert.False(File.Exists(Chrome));
    }

    [Fact]
    public async Task With_several_users_the_last_profile_holds_and_when_its_user_goes_the_one_before()
    {
        await Apply(Profile([Entry("Of", "machine")]), user: null);
        await Apply(Profile([Entry("Of", "ayse")]));
        await Undo("mehmet");
        await Apply(Profile([Entry("Of", "mehmet")]), "mehmet");
        Assert.Contains("mehmet", File.ReadAllText(Chrome), StringComparison.Ordinal);

        await Undo("mehmet");
        Assert.Contains("ayse", File.ReadAllText(Chrome), StringComparison.Ordinal);

        await Undo();
        Assert.Contains("machine", File.ReadAllText(Chromium), StringComparison.Ordinal);

        await Undo(null);
        Assert.False(File.Exists(Chrome));
    }
}
