using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Ahenk.PluginTesting;

namespace Ahenk.Plugins.BrowserChrome.Tests;

[Trait("Category", "Unit")]
public sealed class ProxyTests : BrowserTest
{
    private static JsonArray Manual => [Entry("type", "1"), Entry("httpHost", "proxy.example"), Entry("httpPort", "3128"), Entry("socksHost", "10.0.0.1"), Entry("socksPort", 1080)];

    [Fact]
    public async Task A_manual_proxy_is_set_whole_in_the_user_s_session_and_as_the_user()
    {
        var session = GivenSession();

        var result = await Apply(Profile([Entry("A", 1)], Manual));

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Empty(Machine.Ran);
        Assert.All(Machine.RanInSession, ran =>
        {
            Assert.Same(session, ran.Session);
            Assert.Equal(("gsettings", "set", 4), (ran.Command.Program, ran.Command.Arguments[0], ran.Command.Arguments.Count));
        });
        Assert.Equal(
            [
                "org.gnome.system.proxy.http host 'proxy.example'", "org.gnome.system.proxy.http port 3128",
                "org.gnome.system.proxy.https host ''", "org.gnome.system.proxy.https port 0",
                "org.gnome.system.proxy.ftp host ''", "org.gnome.system.proxy.ftp port 0",
                "org.gnome.system.proxy.socks host '10.0.0.1'", "org.gnome.system.proxy.socks port 1080",
                "org.gnome.system.proxy mode 'manual'",
            ],
            Settings);
    }

    [Theory]
    [InlineData("\"localhost, 127.0.0.0/8,::1\"", "['localhost', '127.0.0.0/8', '::1']")]
    [InlineData("\"['localhost', '*.example']\"", "['localhost', '*.example']")]
    [InlineData("[\"localhost\", \"[::1]\"]", "['localhost', '[::1]']")]
    [InlineData("\"[::1]\"", "['[::1]']")]
    [InlineData("\"[]\"", "@as []")]
    [InlineData("\"\"", "@as []")]
    public async Task Hosts_without_proxy_are_a_list(string value, string expected)
    {
        GivenSession();

        await Apply(Profile(proxy: [.. Manual.Select(entry => entry!.DeepClone()), Entry("ignore-hosts", JsonNode.Parse(value))]));

        Assert.Contains($"org.gnome.system.proxy ignore-hosts {expected}", Settings);
    }

    [Fact]
    public async Task An_automatic_proxy_takes_its_own_address()
    {
        GivenSession();

        await Apply(Profile(proxy: [Entry("type", 2), Entry("autoconfig-url", "http://wpad.example/it's.pac"), Entry("httpHost", "other")]));

        Assert.Equal(["org.gnome.system.proxy autoconfig-url 'http://wpad.example/it\\'s.pac'", "org.gnome.system.proxy mode 'auto'"], Settings);
    }

    [Theory]
    [InlineData("type", "3")]
    [InlineData("httpHost", "a'; rm -rf /")]
    [InlineData("httpHost", "--help")]
    [InlineData("socksHost", "a b")]
    [InlineData("httpPort", "0")]
    [InlineData("httpPort", "65536")]
    [InlineData("httpPort", "80 ; id")]
    [InlineData("ignore-hosts", "a,$(id)")]
    public async Task A_value_that_is_none_sets_nothing_and_is_told(string name, string value)
    {
        GivenSession();

        var result = await Apply(Profile([Entry("A", 1)], [.. Manual.Select(entry => entry!.DeepClone()), Entry(name, value)]));

        Assert.Equal(PluginCode.Warning, result.Code);
        Assert.Contains("The proxy was not set: ", result.Message, StringComparison.Ordinal);
        Assert.Empty(Machine.RanInSession);
        Assert.True(File.Exists(Chrome));
    }

    [Theory]
    [InlineData("not an address")]
    [InlineData("javascript:1")]
    [InlineData("")]
    public async Task An_address_that_is_none_is_refused(string address)
    {
        GivenSession();

        var result = await Apply(Profile(proxy: [Entry("type", "2"), Entry("autoconfig-url", address)]));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Empty(Machine.RanInSession);
    }

    [Theory]
    [InlineData(null, "this profile is the machine's")]
    [InlineData("nobody-here", "does not know the user 'nobody-here'")]
    [InlineData("ayse", "needs a session of the user 'ayse'")]
    public async Task Without_a_session_the_browsers_are_set_and_the_proxy_is_a_warning(string? user, string because)
    {
        var result = await Apply(Profile([Entry("A", 1)], Manual), user);

        Assert.Equal(PluginCode.Warning, result.Code);
        Assert.Contains(because, result.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Chrome));
        Assert.Empty(Machine.RanInSession);
    }

    [Fact]
    public async Task A_session_with_a_screen_is_preferred_and_one_without_a_bus_or_of_somebody_else_is_not_used()
    {
        GivenSession("somebody", user: 1002);
        GivenSession("no bus", hasBus: false);
        GivenSession("ssh", SessionType.Tty);
        GivenSession("screen", SessionType.Wayland);

        await Apply(Profile(proxy: Manual));

        Assert.Equal(["screen"], Machine.RanInSession.Select(ran => ran.Session.Id).Distinct());
    }

    [Fact]
    public async Task A_session_that_does_not_answer_is_told_after_one_try()
    {
        GivenSession();
        Machine.AnswerInSession = (_, _) => FakeMachine.Ended(143) with { TimedOut = true };

        var result = await Apply(Profile([Entry("A", 1)], Manual));

        Assert.Equal(PluginCode.Warning, result.Code);
        Assert.Contains("did not answer within 10 s", result.Message, StringComparison.Ordinal);
        Assert.Single(Settings);
    }

    [Fact]
    public async Task A_desktop_without_the_setting_is_told_after_one_try()
    {
        GivenSession();
        Machine.AnswerInSession = (_, _) => FakeMachine.Ended(1, error: "No such schema \"org.gnome.system.proxy.http\"\n");

        var result = await Apply(Profile([Entry("A", 1)], Manual));

        Assert.Equal(PluginCode.Warning, result.Code);
        Assert.Contains("No such schema", result.Message, StringComparison.Ordinal);
        Assert.Single(Settings);
    }

    [Fact]
    public async Task Safe_switches_off_only_a_proxy_that_a_profile_has_set_and_once()
    {
        GivenSession();
        await Undo();
        await Apply(Profile(proxy: [Entry("type", "0")]));
        await Undo();
        Assert.Equal(["org.gnome.system.proxy mode 'none'"], Settings);

        await Apply(Profile(proxy: Manual));
        Machine.RanInSession.Clear();
        await Undo();
        await Undo();

        Assert.Equal(["org.gnome.system.proxy mode 'none'"], Settings);
    }

    [Fact]
    public async Task What_cannot_be_undone_after_the_logout_is_undone_before_the_next_policies()
    {
        GivenSession();
        await Apply(Profile([Entry("A", 1)], Manual));
        Machine.RanInSession.Clear();
        Machine.LoggedIn.Clear();
        await Undo();
        Assert.Empty(Settings);
        Assert.False(File.Exists(Chrome));

        GivenSession();
        await Undo();

        Assert.Equal(["org.gnome.system.proxy mode 'none'"], Settings);
    }
}
