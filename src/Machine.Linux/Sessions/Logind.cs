using System.Globalization;
using System.Text.Json;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>What logind knows of sessions, asked by <c>loginctl</c>.</summary>
/// <remarks>
/// The list gives ids only; its other columns differ from version to version, and older ones than 246 print a table whatever form is asked for. The
/// properties of all sessions come from one call.
/// </remarks>
internal sealed partial class Logind(ICommandRunner commands, ILogger logger)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    private static readonly string[] Properties =
        ["Id", "User", "Name", "Type", "Class", "State", "Seat", "TTY", "Display", "RemoteHost", "Desktop", "Service", "Leader"];

    /// <summary>All sessions.</summary>
    /// <returns><see langword="null"/>: there is no logind, or it does not answer.</returns>
    public async Task<IReadOnlyList<UserSession>?> ListAsync(CancellationToken cancellationToken)
    {
        var list = await RunAsync(["list-sessions", "--output=json", "--no-legend", "--no-pager"], cancellationToken);
        if (!list.Succeeded)
        {
            LogAbsent(Explain(list));
            return null;
        }

        if (ParseIds(list.Output) is not { } ids)
        {
            LogAbsent("its list of sessions is not JSON");
            return null;
        }

        return await ShowAsync(ids, cancellationToken);
    }

    /// <summary>Whether a session is still known. When logind does not answer in time, it is taken to be.</summary>
    public async Task<bool> KnowsAsync(string id, CancellationToken cancellationToken) =>
        await RunAsync(["show-session", "--no-pager", "--property=State", id], cancellationToken) is { Succeeded: true } or { TimedOut: true };

    /// <summary>Asks for the end of a session and all its processes.</summary>
    /// <returns>Why that failed, or <see langword="null"/>.</returns>
    public async Task<string?> TerminateAsync(string id, CancellationToken cancellationToken) =>
        await RunAsync(["terminate-session", id], cancellationToken) is { Succeeded: false } failure ? Explain(failure) : null;

    /// <summary>The ids in a list of sessions; <see langword="null"/>: it cannot be understood.</summary>
    internal static IReadOnlyList<string>? ParseIds(string output)
    {
        var text = output.Trim();
        if (!text.StartsWith('['))
        {
            return [.. text.Split('\n').Select(line => line.Trim().Split(' ')[0]).Where(PlainForms.IsSessionId)];
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(ReadId).OfType<string>().Where(PlainForms.IsSessionId)];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The sessions in what <c>show-session</c> prints: lines NAME=VALUE, an empty line between sessions.</summary>
    internal static IReadOnlyList<UserSession> ParseSessions(string output)
    {
        var sessions = new List<UserSession>();
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n').Append(""))
        {
            var cut = line.IndexOf('=', StringComparison.Ordinal);
            if (cut > 0)
            {
                properties[line[..cut]] = line[(cut + 1)..];
            }
            else if (line.Length == 0)
            {
                if (MakeSession(properties) is { } session)
                {
                    sessions.Add(session);
                }

                properties.Clear();
            }
        }

        return sessions;
    }

    /// <summary>
    /// loginctl stops at the first session that has ended since it was listed: the ones behind it are asked for again.
    /// </summary>
    private async Task<IReadOnlyList<UserSession>> ShowAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var sessions = new List<UserSession>();
        var rest = ids.ToList();
        while (rest.Count > 0)
        {
            var result = await RunAsync(
                ["show-session", "--no-pager", .. Properties.Select(static property => $"--property={property}"), .. rest], cancellationToken);
            var found = ParseSessions(result.Output);
            sessions.AddRange(found);
            if (result.Succeeded)
            {
                break;
            }

            rest.RemoveAll(id => found.Any(session => session.Id == id));
            if (rest.Count > 0)
            {
                LogGone(rest[0], Explain(result));
                rest.RemoveAt(0);
            }
        }

        return sessions;
    }

    private Task<CommandResult> RunAsync(string[] arguments, CancellationToken cancellationToken) =>
        commands.RunAsync(new CommandLine("loginctl", arguments) { TimeLimit = TimeLimit }, cancellationToken);

    private static string? ReadId(JsonElement session) => session.ValueKind == JsonValueKind.Object && session.TryGetProperty("session", out var id)
        ? id.ValueKind switch
        {
            JsonValueKind.String => id.GetString(),
            JsonValueKind.Number => id.GetRawText(),
            _ => null,
        }
        : null;

    private static UserSession? MakeSession(Dictionary<string, string> properties)
    {
        var (id, name) = (Text("Id", PlainForms.IsSessionId), Text("Name", static name => LoginName.Parse(name) is not null));
        if (id is null || name is null || !uint.TryParse(properties.GetValueOrDefault("User"), NumberStyles.None, CultureInfo.InvariantCulture, out var uid))
        {
            return null;
        }

        _ = int.TryParse(properties.GetValueOrDefault("Leader"), NumberStyles.None, CultureInfo.InvariantCulture, out var leader);
        return new UserSession(id, name, uid)
        {
            Type = properties.GetValueOrDefault("Type") switch
            {
                "x11" => SessionType.X11,
                "wayland" => SessionType.Wayland,
                "tty" => SessionType.Tty,
                _ => SessionType.Unspecified,
            },
            Class = properties.GetValueOrDefault("Class") switch
            {
                null or "" or "user" or "user-early" or "user-light" or "user-early-light" or "user-incomplete" => SessionClass.User,
                "greeter" => SessionClass.Greeter,
                "lock-screen" => SessionClass.LockScreen,
                "background" or "background-light" => SessionClass.Background,
                _ => SessionClass.Other,
            },
            State = properties.GetValueOrDefault("State") switch
            {
                "active" => SessionState.Active,
                "closing" => SessionState.Closing,
                _ => SessionState.Online,
            },
            Seat = Text("Seat", PlainForms.IsSeat),
            Terminal = Text("TTY", PlainForms.IsTerminal),
            Display = Text("Display", PlainForms.IsDisplay),
            RemoteHost = Text("RemoteHost", PlainForms.IsHost),
            Desktop = Text("Desktop", PlainForms.IsDesktop),
            Service = Text("Service", PlainForms.IsService),
            LeaderPid = leader,
        };

        string? Text(string property, Func<string, bool> form) => PlainForms.Take(properties.GetValueOrDefault(property), form);
    }

    private static string Explain(CommandResult result) =>
        result.StartError ?? (result.TimedOut ? "it took too long" : $"exit code {result.ExitCode}: {result.Error.Trim()}");

    [LoggerMessage(5031, LogLevel.Debug, "[SESSION] logind does not tell who is logged in, utmp is read instead: {Reason}")]
    private partial void LogAbsent(string reason);

    [LoggerMessage(5032, LogLevel.Debug, "[SESSION] The session {Session} was not described, it may have ended: {Reason}")]
    private partial void LogGone(string session, string reason);
}
