using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.BrowserChrome.Tests;

[Trait("Category", "Unit")]
public sealed class ProxyTests : BrowserTest
{
    private static JsonArray Manual => [Entry("type", "1"), Entry("httpHost", "proxy.example"), Entry("httpPort", "3128"), Entry("socksHost", "10.0.0.1"), Entry("socksPort", 1080)];

    [Fact]
    public async Task A_manual_proxy_is_set_whole_in_the_user_s_session_and_as_the_user()
    {
        var bus = GivenSession(1001);

        var result = await Apply(Profile([Entry("A", 1)], Manual));

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Equal(["-u", "--", "ayse"], Runner.Commands[0].Arguments);
        Assert.All(Runner.Commands.Skip(1), command =>
        {
            Assert.Equal("runuser -u ayse -- gsettings set", string.Join(' ', command.Arguments.Take(5).Prepend(command.Program)));
            Assert.Equal(8, command.Arguments.Count);
            Assert.Equal(
                [new("DBUS_SESSION_BUS_ADDRESS", $"unix:path={bus}"), new("XDG_RUNTIME_DIR", Path.GetDirectoryName(bus)!)],
                command.Environment.OrderBy(pair => pair.Key));
        });
        Assert.Equal(
            [
                "org.gnome.system.proxy.http host 'proxy.example'", "org.gnome.system.proxy.http port 3128",
                "org.gnome.system.proxy.https host ''", "org.gnome.system.proxy.https port 0",
                "org.gnome.system.proxy.ftp host ''", "org.gnome.system.proxy.ftp port 0",
                "org.gnome.system.proxy.socks host '10.0.0.1'", "org.gnome.system.proxy.socks port 1080",
                "org.gnome.system.proxy mode 'manual'",
            ],
            Runner.Settings);
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
        GivenSession(1001);

        await Apply(Profile(proxy: [.. Manual.Select(entry => entry!.DeepClone()), Entry("ignore-hosts", JsonNode.Parse(value))]));

        Assert.Contains($"org.gnome.system.proxy ignore-hosts {expected}", Runner.Settings);
    }

    [Fact]
    public async Task An_automatic_proxy_takes_its_own_address()
    {
        GivenSession(1001);

        await Apply(Profile(proxy: [Entry("type", 2), Entry("autoconfig-url", "http://wpad.example/it's.pac"), Entry("httpHost", "other")]));

        Assert.Equal(["org.gnome.system.proxy autoconfig-url 'http://wpad.example/it\\'s.pac'", "org.gnome.system.proxy mode 'auto'"], Runner.Settings);
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
        GivenSession(1001);

        var result = await Apply(Profile([Entry("A", 1)], [.. Manual.Select(entry => entry!.DeepClone()), Entry(name, value)]));

        Assert.Equal(PluginCode.Warning, result.Code);
        Assert.Contains("The proxy was not set: ", result.Message, StringComparison.Ordinal);
        Assert.Empty(Runner.Commands);
        Assert.True(File.Exists(Chrome));
    }

    [Theory]
    [InlineData("not an address")]
    [InlineData("javascript:1")]
    [InlineData("")]
    public async Task An_address_that_is_none_is_refused(string address)
    {
        GivenSession(1001);

        var result = await Apply(Profile(proxy: [Entry("type", "2"), Entry("autoconfig-url", address)]));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Empty(Runner.Commands);
    }

    [Theory]
    [InlineData(null, "this profile is the machine's")]
    [InlineData("nobody-here", "does not know the user 'nobody-here'")]
    [InlineData("-rf", "is not the name of a user")]
    [InlineData("1001", "is not the name of a user")]
    [InlineData("ayse", "needs a session of the user 'ayse'")]
    public async Task Without_a_session_the_browsers_are_set_and_the_proxy_is_a_warning(string? user, string because)
    {
        var result = await Apply(Profile([Entry("A", 1)], Manual), user);

        Assert.Equal(PluginCode.Warning, result.Code);
        Assert.Contains(because, result.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Chrome));
        Assert.DoesNotContain(Runner.Commands, command => command.Program != "id");
    }

    [Fact]
    public async Task A_desktop_without_the_setting_is_told_after_one_try()
    {
        GivenSession(1001);
        Runner.Answer = _ => new CommandResult { ExitCode = 1, Output = "", Error = "No such schema \"org.gnome.system.proxy.http\"\n" };

        var result = await Apply(Profile([Entry("A", 1)], Manual));

        Assert.Equal(PluginCode.Warning, result.Code);
        Assert.Contains("No such schema", result.Message, StringComparison.Ordinal);
        Assert.Single(Runner.Settings);
    }

    [Fact]
    public async Task Safe_switches_off_only_a_proxy_that_a_profile_has_set_and_once()
    {
        GivenSession(1001);
        await Undo();
        await Apply(Profile(proxy: [Entry("type", "0")]));
        await Undo();
        Assert.Equal(["org.gnome.system.proxy mode 'none'"], Runner.Settings);

        await Apply(Profile(proxy: Manual));
        Runner.Commands.Clear();
        await Undo();
        await Undo();

        Assert.Equal(["org.gnome.system.proxy mode 'none'"], Runner.Settings);
    }

    [Fact]
    public async Task What_cannot_be_undone_after_the_logout_is_undone_before_the_next_policies()
    {
        var bus = GivenSession(1001);
        await Apply(Profile([Entry("A", 1)], Manual));
        Runner.Commands.Clear();
        File.Delete(bus);
        await Undo();
        Assert.Empty(Runner.Settings);
        Assert.False(File.Exists(Chrome));

        GivenSession(1001);
        await Undo();

        Assert.Equal(["org.gnome.system.proxy mode 'none'"], Runner.Settings);
    }
}
