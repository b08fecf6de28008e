using System.Net.Sockets;
using System.Reflection;
using System.Text.RegularExpressions;
using Ahenk.Machine.Linux.Tests.Processes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests.Sessions;

/// <summary>packaging/pam/ahenk-session, run as pam_exec runs it, with a program in place of <c>ahenk</c>.</summary>
[Trait("Category", "Integration")]
public sealed class PamHookTests : RunnerTest, IDisposable
{
    private static readonly string Hook = Path.GetFullPath(Path.Combine(
        typeof(PamHookTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "MachineFixtures").Value!,
        "../../../packaging/pam/ahenk-session"));

    private readonly string _directory = Directory.CreateTempSubdirectory("ahenk-pam-").FullName;
    private readonly Fifo _fifo = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private string Spool => $"{_directory}/logins";

    public void Dispose()
    {
        _socket.Dispose();
        _fifo.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash")]
    public async Task A_login_and_a_logout_are_told(string shell)
    {
        Listen();
        MakeProgram("");

        await RunAsync(shell, "open_session", ("XDG_SESSION_DESKTOP", "gnome"), ("DISPLAY", ":0"));
        Assert.Equal("[login][--][ayse][gnome][:0]", await ReadLineAsync());
        await RunAsync(shell, "open_session", ("PAM_USER", @"LIDER\şükrü c"), ("PAM_TTY", "ssh"));
        Assert.Equal(@"[login][--][LIDER\şükrü c][-][ssh]", await ReadLineAsync());
        await RunAsync(shell, "open_session", ("PAM_TTY", "ssh"), ("PAM_RHOST", "10.0.3.4"));
        Assert.Equal("[login][--][ayse][-][ssh][-][10.0.3.4]", await ReadLineAsync());
        await RunAsync(shell, "close_session");
        Assert.Equal("[logout][--][ayse]", await ReadLineAsync());
        Assert.False(File.Exists(Spool));
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash")]
    public async Task It_does_not_wait_for_an_agent_that_hangs_and_keeps_the_event(string shell)
    {
        Listen();
        MakeProgram("echo $$ >\"$fifo\"; exec sleep 600");

        var start = TimeProvider.System.GetTimestamp();
        await RunAsync(shell, "open_session", "3", ("DISPLAY", ":0"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{shell}: {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:F1} ms");

        Assert.Equal("[login][--][ayse][-][:0]", await ReadLineAsync());
        var pid = Number(await _fifo.ReadLineAsync());
        await IsGone(pid);
        await SpoolIs(@"^login\tayse\t-\t:0\t[0-9]+\n$");
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash")]
    public async Task Without_the_daemon_the_event_is_kept(string shell)
    {
        await RunAsync(shell, "open_session", ("XDG_CURRENT_DESKTOP", "XFCE"), ("DISPLAY", ":1"));
        await RunAsync(shell, "close_session", ("PAM_USER", @"LIDER\mehmet"));

        Assert.Matches("^login\tayse\tXFCE\t:1\t[0-9]+\nlogout\tLIDER\\\\mehmet\t-\t-\t[0-9]+\n$", File.ReadAllText(Spool));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Spool));
    }

    [Fact]
    public async Task An_event_that_the_daemon_does_not_take_is_kept()
    {
        Listen();
        MakeProgram("exit 3");

        await RunAsync("dash", "open_session");

        Assert.Equal("[login][--][ayse][-][-]", await ReadLineAsync());
        await SpoolIs(@"^login\tayse\t-\t-\t[0-9]+\n$");
    }

    [Fact]
    public async Task The_run_directory_is_made_when_it_is_missing()
    {
        await RunAsync(new CommandLine("dash", Hook, $"{_directory}/new", $"{_directory}/ahenk") { Environment = Variables("open_session", []) });

        Assert.True(File.Exists($"{_directory}/new/logins"));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode($"{_directory}/new"));
    }

    [Fact]
    public async Task The_file_of_kept_events_is_bounded()
    {
        File.WriteAllText(Spool, new string('x', 65536));
        await RunAsync("dash", "open_session");

        Assert.Equal(65536, new FileInfo(Spool).Length);
    }

    [Fact]
    public async Task A_link_in_place_of_the_file_is_not_followed()
    {
        File.CreateSymbolicLink(Spool, $"{_directory}/elsewhere");
        await RunAsync("dash", "open_session");

        Assert.False(File.Exists($"{_directory}/elsewhere"));
    }

    [Theory]
    [InlineData("PAM_USER", "")]
    [InlineData("PAM_USER", "--socket=/tmp/x")]
    [InlineData("PAM_USER", "a\nlogin\troot")]
    [InlineData("PAM_USER", "a\tb")]
    [InlineData("PAM_USER", "gdm")]
    [InlineData("PAM_USER", "Debian-gdm")]
    [InlineData("PAM_USER", "lightdm")]
    [InlineData("PAM_SERVICE", "su-l")]
    [InlineData("PAM_SERVICE", "sudo")]
    [InlineData("PAM_SERVICE", "cron")]
    [InlineData("PAM_SERVICE", "systemd-user")]
    [InlineData("PAM_SERVICE", "gdm-launch-environment")]
    [InlineData("PAM_TYPE", "auth")]
    [InlineData("PAM_TYPE", "")]
    public async Task What_is_no_login_of_a_person_is_not_told(string variable, string value)
    {
        foreach (var shell in new[] { "dash", "bash" })
        {
            await RunAsync(shell, "open_session", (variable, value));
        }

        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Theory]
    [InlineData("$(touch DIR/pwned)")]
    [InlineData("`touch DIR/pwned`")]
    [InlineData("a;touch DIR/pwned")]
    [InlineData("a\nb")]
    [InlineData("--help")]
    public async Task Desktop_and_display_are_taken_only_in_plain_forms(string value)
    {
        value = value.Replace("DIR", _directory, StringComparison.Ordinal);
        foreach (var shell in new[] { "dash", "bash" })
        {
            await RunAsync(shell, "open_session", ("XDG_SESSION_DESKTOP", value), ("DISPLAY", value));
        }

        Assert.Matches("^(login\tayse\t-\t-\t[0-9]+\n){2}$", File.ReadAllText(Spool));
        Assert.False(File.Exists($"{_directory}/pwned"));
    }

    [Fact]
    public async Task The_agents_client_gets_nothing_of_the_users_environment()
    {
        Listen();
        MakeProgram("env | sort | tr '\\n' ' ' >\"$fifo\"; echo >\"$fifo\"");
        await RunAsync("dash", "open_session", ("DOTNET_STARTUP_HOOKS", "/tmp/x.dll"), ("PATH", "/tmp"));

        await ReadLineAsync();
        var line = await _fifo.ReadLineAsync();
        string[] telling = ["LANG", "LC_", "PATH=", "DOTNET", "PAM"];
        Assert.Equal(
            ["LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            line!.Split(' ').Where(variable => telling.Any(start => variable.StartsWith(start, StringComparison.Ordinal))));
    }

    private void Listen() => _socket.Bind(new UnixDomainSocketEndPoint($"{_directory}/control.sock"));

    private void MakeProgram(string then)
    {
        File.WriteAllText(
            $"{_directory}/ahenk", $"#!/bin/sh\nfifo='{_fifo.Path}'\n{{ printf '[%s]' \"$@\"; echo; }} >\"$fifo\"\n{then}\n");
        File.SetUnixFileMode($"{_directory}/ahenk", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Task RunAsync(string shell, string type, params (string Name, string Value)[] variables) => RunAsync(shell, type, "60", variables);

    private Task RunAsync(string shell, string type, string limit, params (string Name, string Value)[] variables) =>
        RunAsync(new CommandLine(shell, Hook, _directory, $"{_directory}/ahenk", limit) { Environment = Variables(type, variables) });

    private static async Task RunAsync(CommandLine command)
    {
        var result = await Runner.RunAsync(command, Token);
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
    }

    private static Dictionary<string, string> Variables(string type, (string Name, string Value)[] variables)
    {
        var all = new Dictionary<string, string> { ["PAM_TYPE"] = type, ["PAM_USER"] = "ayse", ["PAM_SERVICE"] = "gdm-password" };
        foreach (var (name, value) in variables)
        {
            all[name] = value;
        }

        return all;
    }

    private async Task<string?> ReadLineAsync() => await _fifo.ReadLineAsync();

    /// <summary>Waits until the hook's other half has kept the event.</summary>
    private async Task SpoolIs(string pattern)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var attempt = 0; attempt < 1500 && !Regex.IsMatch(ReadSpool(), pattern); attempt++)
        {
            await timer.WaitForNextTickAsync(Token);
        }

        Assert.Matches(pattern, ReadSpool());
    }

    /// <summary>Nothing as long as the hook has the file's lock.</summary>
    private string ReadSpool()
    {
        try
        {
            return File.ReadAllText(Spool);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
