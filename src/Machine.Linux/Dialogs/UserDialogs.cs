using Ahenk.Machine.Linux.Processes;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Dialogs;

/// <summary>Dialogs by zenity, kdialog or yad, whichever the machine has; in a session of KDE its own is taken first.</summary>
/// <param name="commands">Runs them as the user.</param>
/// <param name="sessions">Knows the screens of sessions.</param>
/// <param name="logger">Hears why a dialog was not shown.</param>
public sealed partial class UserDialogs(IUserCommands commands, IUserSessions sessions, ILogger<UserDialogs> logger) : IUserDialogs
{
    private const int MostOfReason = 400;

    private static readonly DialogProgram Kdialog = new DialogProgram.Kdialog();
    private static readonly DialogProgram[] Elsewhere = [new DialogProgram.Zenity(), Kdialog, new DialogProgram.Yad()];
    private static readonly DialogProgram[] OnKde = [Kdialog, .. Elsewhere.Where(static program => program != Kdialog)];

    /// <summary>Whoever shows a dialog decides how long it stays; this only bounds what is forgotten.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public bool CanShow => Elsewhere.Any(program => IsInstalled(program.Name));

    /// <summary>Whether a program is on this machine.</summary>
    internal Func<string, bool> IsInstalled { get; init; } = static name => ProgramSearch.Find(name, UserCommands.UserPath) is not null;

    /// <summary>The directory of terminals.</summary>
    internal string Devices { get; init; } = "/dev";

    /// <inheritdoc/>
    public async Task<DialogAnswer> ShowAsync(UserSession session, DialogText text, CancellationToken cancellationToken) =>
        await RunAsync(session, text, asks: false, cancellationToken) is var answer && answer != DialogAnswer.Refused ? answer : DialogAnswer.Closed;

    /// <inheritdoc/>
    public Task<DialogAnswer> AskAsync(UserSession session, DialogText text, CancellationToken cancellationToken) =>
        RunAsync(session, text, asks: true, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> NotifyAsync(UserSession session, string text, CancellationToken cancellationToken) =>
        Task.FromResult(UserTerminal.Write(session, text, Devices));

    private async Task<DialogAnswer> RunAsync(UserSession session, DialogText text, bool asks, CancellationToken cancellationToken)
    {
        var environment = sessions.ReadEnvironment(session);
        if (!environment.ContainsKey("DISPLAY") && !environment.ContainsKey("WAYLAND_DISPLAY"))
        {
            return DialogAnswer.NotShown;
        }

        var shown = ShownText.Of(text);
        foreach (var program in IsKde(session, environment) ? OnKde : Elsewhere)
        {
            if (!IsInstalled(program.Name) || program.Compose(shown, asks) is not { } command)
            {
                continue;
            }

            var limited = command with { TimeLimit = Longest, TerminationGrace = Grace, OutputLimit = MostOfReason, Environment = WithUtf8(command.Environment, environment) };
            var result = await commands.RunAsync(session, limited, cancellationToken);
            var answer = result.TimedOut ? DialogAnswer.Closed : result.StartError is null ? program.Read(result) : DialogAnswer.NotShown;
            if (answer != DialogAnswer.NotShown)
            {
                return answer;
            }

            LogNotShown(program.Name, session.Id, session.UserName, result.StartError ?? $"exit code {result.ExitCode}: {result.Error.Trim()}");
        }

        return DialogAnswer.NotShown;
    }

    /// <summary>In a session with another character set the programs would refuse our texts.</summary>
    private static IReadOnlyDictionary<string, string> WithUtf8(IReadOnlyDictionary<string, string> own, IReadOnlyDictionary<string, string> session) =>
        session.TryGetValue("LANG", out var locale) && !locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) && !locale.Contains("utf8", StringComparison.OrdinalIgnoreCase)
            ? new Dictionary<string, string>(own, StringComparer.Ordinal) { ["LANG"] = "C.UTF-8" }
            : own;

    private static bool IsKde(UserSession session, IReadOnlyDictionary<string, string> environment)
    {
        var desktop = environment.GetValueOrDefault("XDG_CURRENT_DESKTOP") ?? session.Desktop ?? "";
        return desktop.Contains("kde", StringComparison.OrdinalIgnoreCase) || desktop.Contains("plasma", StringComparison.OrdinalIgnoreCase);
    }

    [LoggerMessage(5061, LogLevel.Debug, "[DIALOG] {Program} showed nothing in the session {Session} of '{User}': {Reason}")]
    private partial void LogNotShown(string program, string session, string user, string reason);
}
