using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Conky;

/// <summary>
/// A text on desktops: a configuration of conky in a file of root's, and the processes of conky that read it. They are known by this file, so that what
/// users run themselves is left alone.
/// </summary>
/// <remarks>
/// conky is started by the user's own service manager (<c>systemd-run --user</c>): there it outlives the command, belongs to the user's session and
/// goes with it, and is none of the agent's processes. A configuration can run programs: they run as the user, never as root.
/// </remarks>
internal sealed class Overlay
{
    /// <summary>What of a session's environment conky needs to draw on its screen.</summary>
    private static readonly string[] Variables = ["DISPLAY", "XAUTHORITY"];

    /// <summary>How long the processes of a desktop that starts may take to come; only they know the display.</summary>
    private static readonly TimeSpan DisplayLimit = TimeSpan.FromSeconds(20);

    private readonly PluginContext _context;
    private readonly TimeProvider _time;
    private readonly string _configuration;
    private readonly string? _autostart;

    /// <summary>Names an overlay.</summary>
    /// <param name="desk">Where overlays are.</param>
    /// <param name="context">The run.</param>
    /// <param name="name">What tells it from others.</param>
    /// <param name="autostart">The file that starts it in every session; <see langword="null"/>: none.</param>
    private Overlay(Desk desk, PluginContext context, string name, string? autostart = null)
    {
        _context = context;
        _time = desk.Time;
        _configuration = Path.Combine(desk.Root, "etc/conky/ahenk", name + ".conf");
        _autostart = autostart is null ? null : Path.Combine(desk.Root, "etc/xdg/autostart", autostart);
    }

    /// <summary>Whether it was put here and not removed since.</summary>
    public bool Exists => File.Exists(_configuration);

    /// <summary>The arguments of conky. At a login the desktop needs some seconds before it can be drawn on.</summary>
    private string[] Arguments => ["--quiet", "--pause=5", $"--config={_configuration}"];

    private string Pattern => $"^([^ ]*/)?conky .*--config={Regex.Escape(_configuration)}$";

    /// <summary>The overlay of one user's profile.</summary>
    public static Overlay OfUser(Desk desk, PluginContext context, Account account) =>
        new(desk, context, string.Create(CultureInfo.InvariantCulture, $"user-{account.Uid}"));

    /// <summary>The overlay of the machine's profile.</summary>
    public static Overlay OfMachine(Desk desk, PluginContext context) => new(desk, context, "machine", "ahenk-conky.desktop");

    /// <summary>The overlay of the task.</summary>
    public static Overlay OfTask(Desk desk, PluginContext context) => new(desk, context, "task", "conky.desktop");

    /// <summary>Puts the files here; processes with another text are ended.</summary>
    /// <exception cref="PluginInputException">A file could not be written.</exception>
    public async Task PutAsync(string text, CancellationToken cancellationToken)
    {
        if (SystemFile.Write(_configuration, Encoding.UTF8.GetBytes(text.TrimEnd('\n') + "\n")))
        {
            await StopAsync(cancellationToken);
        }

        if (_autostart is not null)
        {
            SystemFile.Write(_autostart, Encoding.UTF8.GetBytes(
                $"[Desktop Entry]\nType=Application\nName=Ahenk\nTryExec=conky\nExec=conky {string.Join(' ', Arguments)}\nNoDisplay=true\n"));
        }
    }

    /// <summary>Shows it in sessions in which it is not shown yet.</summary>
    /// <returns>Where it is shown, and where it is not with the reason.</returns>
    public async Task<(List<string> Shown, List<string> Failed)> ShowAsync(IReadOnlyList<UserSession> sessions, CancellationToken cancellationToken)
    {
        var (shown, failed) = (new List<string>(), new List<string>());
        foreach (var ofUser in sessions.GroupBy(session => session.Uid))
        {
            var isRunning = await IsRunningAsync(ofUser.Key, cancellationToken);
            foreach (var session in ofUser)
            {
                if (session.Type != SessionType.X11)
                {
                    failed.Add($"{Place.Of(session)} (a Wayland session, on which conky cannot draw)");
                }
                else if (!isRunning && await StartAsync(session, cancellationToken) is { } problem)
                {
                    failed.Add($"{Place.Of(session)} ({problem})");
                }
                else
                {
                    shown.Add(Place.Of(session));
                }
            }
        }

        return (shown, failed);
    }

    /// <summary>Ends its processes and removes its files, the configuration last: while it is there, something may be left to do.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (_autostart is not null)
        {
            SystemFile.Delete(_autostart);
        }

        await StopAsync(cancellationToken);
        SystemFile.Delete(_configuration);
    }

    private async Task<bool> IsRunningAsync(uint user, CancellationToken cancellationToken)
    {
        var result = await _context.Machine.Commands.RunAsync(
            new CommandLine("pgrep", "--uid", user.ToString(CultureInfo.InvariantCulture), "--full", "--", Pattern), cancellationToken);
        return result.ExitCode == 0;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        const int NoneFound = 1;
        var result = await _context.Machine.Commands.RunAsync(new CommandLine("pkill", "--full", "--", Pattern), cancellationToken);
        if (!result.Succeeded && result.ExitCode != NoneFound)
        {
            throw new PluginInputException($"The text on the desktops could not be taken away: {Explain(result)}");
        }
    }

    /// <summary>Starts conky in a session.</summary>
    /// <returns>Why that failed, or <see langword="null"/>.</returns>
    private async Task<string?> StartAsync(UserSession session, CancellationToken cancellationToken)
    {
        var environment = await ReadEnvironmentAsync(session, cancellationToken);
        if (!environment.ContainsKey(Variables[0]))
        {
            return "the display of the session is not known";
        }

        var variables = Variables.Where(environment.ContainsKey).Select(name => $"--setenv={name}={environment[name]}");
        var result = await _context.Machine.UserCommands.RunAsync(
            session,
            new CommandLine("systemd-run", ["--user", "--collect", "--quiet", "--property=Type=exec", .. variables, "--", "conky", .. Arguments]),
            cancellationToken);
        return result.Succeeded ? null : $"conky could not be started: {Explain(result)}";
    }

    /// <summary>The environment of a session, as soon as it has a display.</summary>
    private async Task<IReadOnlyDictionary<string, string>> ReadEnvironmentAsync(UserSession session, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            var environment = _context.Machine.Sessions.ReadEnvironment(session);
            if (environment.ContainsKey(Variables[0]) || _time.GetElapsedTime(start) >= DisplayLimit)
            {
                return environment;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellationToken);
        }
    }

    private static string Explain(CommandResult result)
    {
        const int Longest = 300;
        var words = result.StartError ?? (result.TimedOut ? "it took too long" : result.Error.Trim());
        return words.Length <= Longest ? words : words[..Longest] + "...";
    }
}
