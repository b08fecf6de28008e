using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Ahenk.FileServers;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests.Dialogs;

/// <summary>
/// An X server without a screen to look at, with a window manager that runs as a user who exists while the tests run. The user's session is known by that
/// process, as where utmp tells of sessions; nobody else has the cookie.
/// </summary>
public sealed partial class Screen : IAsyncLifetime
{
    private const string WindowManagerSettings =
        """<?xml version="1.0"?><JWM><FocusModel>click</FocusModel><Key mask="A" key="F4">close</Key></JWM>""";

    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-screen-").FullName;
    private readonly CommandRunner _runner = new(TimeProvider.System, NullLogger<CommandRunner>.Instance);
    private readonly CancellationTokenSource _stop = new();
    private Process? _server;
    private Task _windowManager = Task.CompletedTask;
    private TestUser? _testUser;

    /// <summary>Whose screen it is.</summary>
    public Account Owner { get; private set; } = new("", 0, 0, "/", "", []);

    /// <summary>The user's session there.</summary>
    public UserSession Session { get; private set; } = new("", "", 0);

    /// <summary>What tells of sessions, as in the agent.</summary>
    public UserSessions Sessions { get; private set; } = null!;

    /// <summary>Runs programs as the user, as in the agent.</summary>
    public UserCommands Commands { get; private set; } = null!;

    private string Cookie => Path.Combine(_folder, "cookie");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can act as another user");
        var home = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;
        File.SetUnixFileMode(_folder, (UnixFileMode)0x1ED);
        _testUser = await TestUser.CreateAsync(home);
        await File.WriteAllBytesAsync(Cookie, [0xFF, 0xFF, 0, 0, 0, 0, .. Field("MIT-MAGIC-COOKIE-1"u8), .. Field(RandomNumberGenerator.GetBytes(16))]);
        File.SetUnixFileMode(Cookie, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Tool.RunAsync("coreutils", "", "chown", _testUser.Name, Cookie);
        await File.WriteAllTextAsync(Path.Combine(_folder, "jwmrc"), WindowManagerSettings);

        var display = await StartServerAsync();
        var accounts = new Accounts(_runner, NullLogger<Accounts>.Instance);
        Sessions = new UserSessions(_runner, accounts, TimeProvider.System, NullLogger<UserSessions>.Instance);
        Commands = new UserCommands(_runner, Sessions, accounts);
        Owner = await accounts.FindAsync(_testUser.Name, CancellationToken.None) ?? throw new InvalidOperationException("The test's user is not known.");
        Session = new UserSession($"utmp-{_server!.Id}", Owner.Name, Owner.Uid) { Type = SessionType.X11, State = SessionState.Active, Display = display };
        _windowManager = Commands.RunAsync(
            Owner,
            new CommandLine("jwm", "-f", Path.Combine(_folder, "jwmrc"))
            {
                Environment = new Dictionary<string, string> { ["DISPLAY"] = display, ["XAUTHORITY"] = Cookie },
                TimeLimit = TimeSpan.FromHours(1),
            },
            _stop.Token);
        await IsManagedAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _windowManager.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_server is not null)
        {
            _server.Kill();
            await _server.WaitForExitAsync(CancellationToken.None);
            _server.Dispose();
        }

        if (_testUser is not null)
        {
            await _testUser.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
        _stop.Dispose();
    }

    /// <summary>The window with a title, once it is there and has the keyboard.</summary>
    public async Task<string> WindowAsync(string title)
    {
        var window = (await ToolAsync("xdotool", "search", "--sync", "--onlyvisible", "--limit", "1", "--name", $"^{Regex.Escape(title)}$")).Trim();
        await ToolAsync("xdotool", "windowactivate", "--sync", window);
        return window;
    }

    /// <summary>Whether there is a window with a title.</summary>
    public async Task<bool> HasWindowAsync(string title) =>
        (await RunAsync("xdotool", "search", "--onlyvisible", "--name", $"^{Regex.Escape(title)}$")).Succeeded;

    /// <summary>Presses a key, as xdotool calls it.</summary>
    public Task PressAsync(string key) => ToolAsync("xdotool", "key", key);

    /// <summary>Clicks on the button in a dialog's right lower corner.</summary>
    public async Task ClickLastButtonAsync(string window)
    {
        var size = Size().Match(await ToolAsync("xdotool", "getwindowgeometry", "--shell", window));
        await ToolAsync("xdotool", "mousemove", "--window", window, LessThan(size.Groups[1], 45), LessThan(size.Groups[2], 25), "click", "1");

        static string LessThan(Group size, int less) => (int.Parse(size.ValueSpan, CultureInfo.InvariantCulture) - less).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The process that a window belongs to.</summary>
    public async Task<int> ProcessOfAsync(string window) =>
        int.Parse(await ToolAsync("xdotool", "getwindowpid", window), CultureInfo.InvariantCulture);

    /// <summary>Takes a picture of the screen.</summary>
    public Task PictureAsync(string file) => ToolAsync("import", "-window", "root", file);

    /// <summary>Runs one of the tools on this screen; it must succeed.</summary>
    public async Task<string> ToolAsync(string program, params string[] arguments)
    {
        var result = await RunAsync(program, arguments);
        Assert.True(result.Succeeded, $"{program} {string.Join(' ', arguments)}: {result.StartError ?? result.Error} (exit code {result.ExitCode})");
        return result.Output;
    }

    private Task<CommandResult> RunAsync(string program, params string[] arguments) => _runner.RunAsync(
        new CommandLine(program, arguments)
        {
            Environment = new Dictionary<string, string> { ["DISPLAY"] = Session.Display!, ["XAUTHORITY"] = Cookie },
            TimeLimit = TimeSpan.FromSeconds(60),
        },
        TestContext.Current.CancellationToken);

    /// <summary>xdotool knows how many desktops there are once a window manager tells.</summary>
    private async Task IsManagedAsync()
    {
        while (!(await RunAsync("xdotool", "get_num_desktops")).Succeeded)
        {
            Assert.False(_windowManager.IsCompleted, "The window manager has ended.");
        }
    }

    /// <summary>The server chooses a free number itself and says it when it is ready.</summary>
    private async Task<string> StartServerAsync()
    {
        _server = Process.Start(new ProcessStartInfo("Xvfb", ["-displayfd", "1", "-screen", "0", "1024x768x24", "-noreset", "-nolisten", "tcp", "-auth", Cookie])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _server.ErrorDataReceived += static (_, _) => { };
        _server.BeginErrorReadLine();
        var number = await _server.StandardOutput.ReadLineAsync();
        Assert.False(string.IsNullOrEmpty(number), "Xvfb did not start.");
        return $":{number}";
    }

    /// <summary>A field of an Xauthority file (Xau(3)): its length in two bytes, then itself. The family before the fields is the one that fits every display.</summary>
    private static byte[] Field(ReadOnlySpan<byte> content) => [(byte)(content.Length >> 8), (byte)content.Length, .. content];

    [GeneratedRegex(@"WIDTH=([0-9]+)\s+HEIGHT=([0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Size();
}
