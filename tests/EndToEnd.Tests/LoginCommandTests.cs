using System.Diagnostics;
using System.Net.Sockets;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary><c>ahenk login</c> and <c>ahenk logout</c> as the login hook calls them, with nobody, somebody or something at the other end.</summary>
[Trait("Category", "Integration")]
public sealed class LoginCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ahenk-login-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static CancellationToken Cancelled => Installation.Cancelled;

    private string Note => $"{_directory}/logins";

    public void Dispose()
    {
        _listener.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Without_a_daemon_the_event_is_kept_for_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root leaves notes");

        Assert.Equal((0, ""), await RunAsync("login", "--", @"LIDER\şükrü", "gnome", ":0"));
        Assert.Equal((0, ""), await RunAsync("logout", "ayse"));

        Assert.Matches("^login\tLIDER\\\\şükrü\tgnome\t:0\t[0-9]+\\.[0-9]{3}\nlogout\tayse\t-\t-\t[0-9]+\\.[0-9]{3}\n$", await File.ReadAllTextAsync(Note, Cancelled));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Note));
    }

    [Fact]
    public async Task A_daemon_that_does_not_answer_is_not_waited_for()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root leaves notes");
        Listen(backlog: 1);

        // The first ones are let in by the kernel, the later ones not even that.
        for (var call = 1; call <= 4; call++)
        {
            Assert.Equal((0, ""), await RunAsync("login", "ayse"));
            Assert.Equal(call, (await File.ReadAllLinesAsync(Note, Cancelled)).Length);
        }
    }

    [Fact]
    public async Task What_a_daemon_reads_too_late_is_kept_for_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root leaves notes");
        Listen(backlog: 8);
        var asked = AnswerAsync("""{"jsonrpc":"2.0","error":{"code":-32002,"message":"Too late."},"id":1}""");

        Assert.Equal((0, ""), await RunAsync("logout", "ayse"));

        await asked;
        Assert.StartsWith("logout\tayse\t", Assert.Single(await File.ReadAllLinesAsync(Note, Cancelled)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_daemon_takes_is_not_kept()
    {
        Listen(backlog: 8);
        var asked = AnswerAsync("""{"jsonrpc":"2.0","result":{"accepted":true},"id":1}""");

        Assert.Equal((0, ""), await RunAsync("login", "ayse", "-", ":0; rm", "LIDER", "10.0.0.9"));

        Assert.Matches("""^{"jsonrpc":"2.0","id":1,"method":"login","params":{"user":"ayse","domain":"LIDER","host":"10.0.0.9","by":[0-9]+}}$""", await asked);
        Assert.False(File.Exists(Note));
    }

    [Fact]
    public async Task What_a_daemon_refuses_is_said()
    {
        Listen(backlog: 8);
        var asked = AnswerAsync("""{"jsonrpc":"2.0","error":{"code":-32001,"message":"Only root may call 'logout'."},"id":1}""");

        Assert.Equal((1, "Only root may call 'logout'.\n"), await RunAsync("logout", "ayse"));

        await asked;
        Assert.False(File.Exists(Note));
    }

    [Theory]
    [InlineData("login")]
    [InlineData("login", "")]
    [InlineData("login", "--", "-x")]
    [InlineData("login", "a\tb")]
    [InlineData("logout", "ayse", "gnome")]
    public async Task What_is_no_login_is_no_event(params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(arguments);

        Assert.Equal(2, exitCode);
        Assert.StartsWith("Usage: ahenk", output, StringComparison.Ordinal);
        Assert.False(File.Exists(Note));
    }

    [Fact]
    public async Task A_link_in_place_of_the_note_is_not_followed()
    {
        File.CreateSymbolicLink(Note, $"{_directory}/elsewhere");

        Assert.Equal(3, (await RunAsync("login", "ayse")).ExitCode);

        Assert.False(File.Exists($"{_directory}/elsewhere"));
    }

    [Fact]
    public async Task A_note_that_is_full_is_left_alone()
    {
        await File.WriteAllTextAsync(Note, new string('x', 65536), Cancelled);

        Assert.Equal(3, (await RunAsync("login", "ayse")).ExitCode);

        Assert.Equal(65536, new FileInfo(Note).Length);
    }

    private void Listen(int backlog)
    {
        _listener.Bind(new UnixDomainSocketEndPoint($"{_directory}/control.sock"));
        _listener.Listen(backlog);
    }

    private async Task<string?> AnswerAsync(string answer)
    {
        using var connection = await _listener.AcceptAsync(Cancelled);
        await using var stream = new NetworkStream(connection);
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync(Cancelled);
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer + "\n"), Cancelled);
        return line;
    }

    private async Task<(int ExitCode, string Error)> RunAsync(params string[] arguments)
    {
        var info = new ProcessStartInfo(BuiltAgent.Command, [arguments[0], "--socket", $"{_directory}/control.sock", .. arguments[1..]])
        {
            RedirectStandardError = true,
        };
        BuiltAgent.AddRuntime(info.Environment);
        using var process = Process.Start(info)!;
        var error = await process.StandardError.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        return (process.ExitCode, error);
    }
}
