namespace Ahenk.Package.Tests;

/// <summary><c>ahenkd.py</c>, by which scripts of the Python Ahenk's time call the agent.</summary>
[Trait("Category", "Integration")]
public sealed class OldCommandTests
{
    [Fact]
    public async Task A_word_it_does_not_know_is_refused()
    {
        var (code, output) = await RunAsync("--config");

        Assert.Equal(2, code);
        Assert.Contains("Usage: ahenkd.py WORD", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("start", "/usr/bin/systemctl start ahenk.service")]
    [InlineData("stop", "/usr/bin/systemctl stop ahenk.service")]
    [InlineData("restart", "/usr/bin/systemctl restart ahenk.service")]
    [InlineData("status", "/usr/bin/ahenk status")]
    [InlineData("clean", "/usr/bin/ahenk clean")]
    [InlineData("login -x gnome :0", "/usr/bin/ahenk login -- -x gnome :0")]
    [InlineData("logout -- ayse", "/usr/bin/ahenk logout -- ayse")]
    [InlineData("send -t 7 -m {} -s", "/usr/bin/ahenk send -t 7 -m {} -s")]
    [InlineData("load -p all", "/usr/bin/ahenk load -p all")]
    [InlineData("reload -p usb", "/usr/bin/ahenk reload -p usb")]
    [InlineData("remove -p usb", "/usr/bin/ahenk remove -p usb")]
    [InlineData("register lider ayse", "/usr/bin/ahenk register lider ayse")]
    [InlineData("unregister ayse", "/usr/bin/ahenk unregister ayse")]
    public async Task The_old_words_become_the_new_command(string words, string command)
    {
        var (code, output) = await RunAsync(words.Split(' '));

        Assert.Equal((0, command + " DOTNET_STARTUP_HOOKS=None\n"), (code, output));
    }

    /// <summary>Runs the script with an <c>execve</c> that says what would have been run, and whether the environment's orders went along.</summary>
    private static Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        const string Harness =
            """
            import os, runpy, sys
            def say(path, command, environment):
                assert path == command[0]
                print(" ".join(command), "DOTNET_STARTUP_HOOKS=%s" % environment.get("DOTNET_STARTUP_HOOKS"))
                sys.exit(0)
            os.environ["DOTNET_STARTUP_HOOKS"] = "/tmp/evil.dll"
            os.execve = say
            sys.argv = sys.argv[1:]
            runpy.run_path(sys.argv[0], run_name="__main__")
            """;
        return Tool.TryAsync(null, "python3", ["-B", "-c", Harness, Tool.File("packaging", "ahenkd.py"), .. arguments]);
    }
}
