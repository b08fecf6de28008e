using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Browser.Tests;

[Trait("Category", "Integration")]
public sealed class UserPreferenceTests : BrowserTest
{
    private static JsonObject Homepage => Profile(Entry("browser.startup.homepage", "https://example.org/"));

    private static string HomepageStatement => "user_pref(\"browser.startup.homepage\", \"https://example.org/\");";

    [Fact]
    public async Task What_the_console_sends_is_set_with_the_right_types_in_every_profile_as_the_user()
    {
        GivenProfiles(Default, $"{Place}/q.second", ".config/mozilla/firefox/r", "snap/firefox/common/.mozilla/firefox/s",
            ".var/app/org.mozilla.firefox/.mozilla/firefox/t", ".var/app/org.mozilla.firefox/config/mozilla/firefox/u");

        var result = await Apply(Profile(
            Entry("browser.startup.homepage", "https://example.org/?q=\"a\"\\b"),
            Entry("network.proxy.type", "1"),
            Entry("network.proxy.http_port", 3128),
            Entry("ahenk.negative", -5),
            Entry("places.history.enabled", "false"),
            Entry("ahenk.truth", true),
            Entry("ahenk.zeros", "007"),
            Entry("ahenk.large", "4294967296"),
            Entry("ahenk.minus", "-5"),
            Entry("ahenk.empty", ""),
            Entry("ahenk.text \"x\"", "ışık\n'son'\r"),
            Entry("network.proxy.type", "5")));

        Assert.Equal((PluginCode.Processed, "The preferences are set in 6 profiles of Firefox of 'ayse', from its next start on."), (result.Code, result.Message));
        var expected = Block(
            "user_pref(\"browser.startup.homepage\", \"https://example.org/?q=\\\"a\\\"\\\\b\");",
            "user_pref(\"network.proxy.type\", 5);",
            "user_pref(\"network.proxy.http_port\", 3128);",
            "user_pref(\"ahenk.negative\", -5);",
            "user_pref(\"places.history.enabled\", false);",
            "user_pref(\"ahenk.truth\", true);",
            "user_pref(\"ahenk.zeros\", 7);",
            "user_pref(\"ahenk.large\", \"4294967296\");",
            "user_pref(\"ahenk.minus\", \"-5\");",
            "user_pref(\"ahenk.empty\", \"\");",
            "user_pref(\"ahenk.text \\\"x\\\"\", \"ışık\\n'son'\\r\");");
        var scripts = Directory.GetFiles(Home.Path, "user.js", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });
        Assert.Equal(6, scripts.Length);
        Assert.All(scripts, script =>
        {
            Assert.Equal(expected, File.ReadAllText(script));
            Assert.Equal((54321u, UnixFileMode.UserRead | UnixFileMode.UserWrite), Home.Owner(script));
        });
    }

    [Fact]
    public async Task The_object_that_the_console_sends_as_a_name_is_the_host_of_the_SOCKS_proxy()
    {
        GivenProfiles(Default);

        var result = await Apply(Profile(Entry(new JsonObject { ["preferenceName"] = "x", ["value"] = "" }, "socks.example")));

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Equal(Block("user_pref(\"network.proxy.socks\", \"socks.example\");"), ReadHome($"{Default}/user.js"));
    }

    [Fact]
    public async Task What_is_no_preference_is_left_out_and_named()
    {
        GivenProfiles(Default);

        var result = await Apply(Profile(
            Entry("a", 1), Entry(7, "x"), Entry(null, "x"), Entry("", "x"), Entry("b\nc", "x"), Entry("d", null), Entry("e", new JsonArray(1)), Entry("f", "x\0y"),
            Entry(new string('g', 300), "x"), "no entry"));

        Assert.Equal(PluginCode.Warning, result.Code);
        Assert.Equal(8, result.Message.Split("was left out").Length - 1);
        Assert.Equal(Block("user_pref(\"a\", 1);"), ReadHome($"{Default}/user.js"));
    }

    [Theory]
    [InlineData("{}", "holds no 'preferences'")]
    [InlineData("""{"preferences":[{"preferenceName":3,"value":"x"}]}""", "Nothing of the profile was applied.")]
    public async Task A_profile_of_which_nothing_can_be_applied_is_an_error_and_changes_nothing(string profile, string because)
    {
        GivenProfiles(Default);

        var result = await Apply(JsonNode.Parse(profile)!.AsObject());

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains(because, result.Message, StringComparison.Ordinal);
        Assert.Null(ReadHome($"{Default}/user.js"));
    }

    [Fact]
    public async Task A_user_without_a_profile_of_Firefox_is_a_warning_and_one_that_is_gone_is_not_made()
    {
        var without = await Apply(Homepage);
        GivenProfiles(Default);
        Directory.Delete($"{Home.Path}/{Default}", recursive: true);

        var gone = await Apply(Homepage);

        Assert.All([without, gone], result => Assert.Equal(PluginCode.Warning, result.Code));
        Assert.Contains("no profile of Firefox yet", gone.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{Home.Path}/{Default}"));
        Assert.Equal(PluginCode.Error, (await Apply(Homepage, "nobody")).Code);
    }

    [Fact]
    public async Task Applying_twice_changes_nothing_the_second_time()
    {
        GivenProfiles(Default);
        await Apply(Homepage);
        Assert.Equal(1, Files.Changes);

        Assert.Equal(PluginCode.Processed, (await Apply(Homepage)).Code);

        Assert.Equal(1, Files.Changes);
    }

    [Fact]
    public async Task What_the_user_has_in_the_script_stays_through_another_profile_and_undoing()
    {
        // Latin 1, a line that is not ended, and Windows' line ends.
        byte[] own = [.. "// I\u015F\r\nuser_pref(\"mine\", 1);"u8, 0xFE];
        GivenProfiles(Default);
        Home.MakeFile($"{Home.Path}/{Default}/user.js", "");
        File.WriteAllBytes($"{Home.Path}/{Default}/user.js", own);
        await Apply(Homepage);
        byte[] added = [.. "// added\n"u8];
        await File.AppendAllBytesAsync($"{Home.Path}/{Default}/user.js", added, Token);

        await Apply(Profile(Entry("other", "2")));

        byte[] kept = [.. own, (byte)'\n', .. added];
        Assert.Equal([.. kept, .. Encoding.UTF8.GetBytes(Block("user_pref(\"other\", 2);"))], File.ReadAllBytes($"{Home.Path}/{Default}/user.js"));
        await Undo();
        Assert.Equal(kept, File.ReadAllBytes($"{Home.Path}/{Default}/user.js"));
    }

    [Fact]
    public async Task Undoing_removes_a_script_in_which_nothing_else_is_and_leaves_a_user_s_own_alone()
    {
        GivenProfiles(Default, $"{Place}/q");
        await Apply(Homepage);
        Home.MakeFile($"{Home.Path}/{Place}/q/user.js", "");

        await Undo();

        Assert.Null(ReadHome($"{Default}/user.js"));
        Assert.Equal("", ReadHome($"{Place}/q/user.js"));
        var changes = Files.Changes;
        await Undo();
        Assert.Equal(changes, Files.Changes);
    }

    [Fact]
    public async Task A_profile_with_no_preferences_takes_those_of_the_last_one_away()
    {
        GivenProfiles(Default);
        await Apply(Homepage);

        Assert.Equal(PluginCode.Processed, (await Apply(Profile())).Code);

        Assert.Null(ReadHome($"{Default}/user.js"));
    }

    [Fact]
    public async Task A_block_whose_end_was_taken_away_ends_with_its_last_statement()
    {
        GivenProfiles(Default);
        var block = Block("user_pref(\"a\", 1);", "user_pref(\"b\", 2);");
        Home.MakeFile($"{Home.Path}/{Default}/user.js", block.Replace("// END Ahenk\n", "\n// mine\nuser_pref(\"mine\", 1);\n", StringComparison.Ordinal) + block);

        await Undo();

        Assert.Equal("\n// mine\nuser_pref(\"mine\", 1);\n", ReadHome($"{Default}/user.js"));
    }

    [Fact]
    public async Task What_Firefox_has_copied_is_undone_too_and_nothing_else_of_its_file()
    {
        GivenProfiles(Default);
        await Apply(Profile(Entry("a", "x \"ş\""), Entry("b", "1"), Entry("c", "true")));
        const string Others = "// Mozilla User Preferences\n\nuser_pref(\"b\", 2);\nuser_pref(\"d\", \"user_pref(\\\"c\\\", true);\");\n";
        Home.MakeFile($"{Home.Path}/{Default}/prefs.js", Others + "user_pref(\"a\", \"x \\\"ş\\\"\");\nuser_pref(\"c\", true);\n");

        await Undo();

        Assert.Equal(Others, ReadHome($"{Default}/prefs.js"));
        Assert.Empty(await Store.ListAsync());
    }

    [Fact]
    public async Task A_Firefox_that_runs_is_not_interfered_with_and_its_copy_is_undone_the_next_time()
    {
        GivenProfiles(Default);
        await Apply(Homepage);
        Home.MakeFile($"{Home.Path}/{Default}/prefs.js", HomepageStatement + "\n");
        Programs.IsFirefoxRunning = true;
        await Undo();
        Assert.Equal(HomepageStatement + "\n", ReadHome($"{Default}/prefs.js"));
        Assert.Null(ReadHome($"{Default}/user.js"));

        Programs.IsFirefoxRunning = false;
        await Undo();

        Assert.Equal("", ReadHome($"{Default}/prefs.js"));
    }

    [Fact]
    public async Task A_home_that_is_not_there_at_the_logout_is_undone_the_next_time()
    {
        GivenProfiles(Default);
        await Apply(Homepage);
        Home.MakeFile($"{Home.Path}/{Default}/prefs.js", HomepageStatement + "\n");
        Directory.Move(Home.Path, $"{Home.Base}/away");
        await Undo();
        Directory.Move($"{Home.Base}/away", Home.Path);

        await Undo();

        Assert.Null(ReadHome($"{Default}/user.js"));
        Assert.Equal("", ReadHome($"{Default}/prefs.js"));
    }

    [Fact]
    public async Task A_script_that_would_become_too_large_to_be_read_again_is_left_as_it_is()
    {
        GivenProfiles(Default);
        var own = new string('/', (2 << 20) - 10);
        Home.MakeFile($"{Home.Path}/{Default}/user.js", own);

        var result = await Apply(Homepage);

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("would be larger than", result.Message, StringComparison.Ordinal);
        Assert.Equal(own, ReadHome($"{Default}/user.js"));
    }

    [Fact]
    public async Task The_list_of_profiles_is_read_as_Firefox_reads_it()
    {
        GivenProfiles(Default);
        Home.MakeFile($"{Home.Path}/{Place}/spaced name/times.json", "{}");
        Home.MakeFile($"{Home.Path}/{Place}/installed/times.json", "{}");
        Home.MakeFile(
            $"{Home.Path}/{Place}/profiles.ini",
            "; Path=comment\r\nPath=stray\r\n[Profile0]\r\nName=Path=x\r\nIsRelative=1\r\nPath=spaced name\r\n# Path=/etc\r\n\r\n" +
            "[InstallABC]\r\nDefault=installed\r\nPath=installed\r\n[Profile]x]\r\nPath=/etc\r\n[Profile1]\r\nIsRelative = 1\r\nPath = p.default\r\n" +
            "[Profile2]\r\nIsRelative=1\r\nPath=p.default\r\n[BackgroundTasksProfiles]\r\nPath=/etc\r\n");

        var result = await Apply(Homepage);

        Assert.Equal((PluginCode.Processed, "The preferences are set in 2 profiles of Firefox of 'ayse', from its next start on."), (result.Code, result.Message));
        Assert.NotNull(ReadHome($"{Place}/spaced name/user.js"));
        Assert.NotNull(ReadHome($"{Default}/user.js"));
        Assert.Null(ReadHome($"{Place}/installed/user.js"));
    }
}
