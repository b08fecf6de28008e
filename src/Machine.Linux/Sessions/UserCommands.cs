using System.Globalization;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>Runs programs as users by way of <c>setpriv</c>.</summary>
/// <remarks>
/// <para>
/// setpriv becomes the program: it sets the groups and both numbers and calls exec, so that there is no process of root's in between and time limit and
/// signals meet the program itself. The kernel takes all capabilities from a process that stops being root, and the bit for no new privileges keeps
/// set-user-id programs and file capabilities from giving any back. runuser and su would open a PAM session: that takes time, may be refused, makes a session
/// of logind's, and calls the agent's own hook for logins.
/// </para>
/// <para>
/// The groups are given by number, as the account has them: setpriv would ask the name service again. The directory is entered by <c>env</c>, by then with the
/// user's rights: root may not enter homes on a network, and shall not follow the links in them.
/// </para>
/// </remarks>
/// <param name="commands">Runs setpriv.</param>
/// <param name="sessions">Knows the environment of sessions.</param>
/// <param name="accounts">Knows the users of sessions.</param>
public sealed class UserCommands(ICommandRunner commands, IUserSessions sessions, IAccounts accounts) : IUserCommands
{
    /// <summary>Where the programs are that users run.</summary>
    internal const string UserPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games";

    /// <summary>What the C library and its loader take as orders: until it has changed its user, setpriv would obey them as root.</summary>
    private static readonly string[] LoaderVariables = ["GLIBC_TUNABLES", "GCONV_PATH", "GETCONF_DIR", "LOCPATH", "NLSPATH", "OUTPUT_CHARSET", "TZDIR"];

    /// <inheritdoc/>
    public Task<CommandResult> RunAsync(Account account, CommandLine command, CancellationToken cancellationToken) =>
        RunAsync(account, command, new Dictionary<string, string>(), cancellationToken);

    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(UserSession session, CommandLine command, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(session.UserName, cancellationToken);
        if (account is null || account.Uid != session.Uid)
        {
            return NotStarted($"The user '{session.UserName}' of the session {session.Id} is not known to the name service (by the number {session.Uid}).");
        }

        return await RunAsync(account, command, sessions.ReadEnvironment(session), cancellationToken);
    }

    private async Task<CommandResult> RunAsync(
        Account account, CommandLine command, IReadOnlyDictionary<string, string> session, CancellationToken cancellationToken)
    {
        if (FindFlaw(account, command) is { } flaw)
        {
            return NotStarted(flaw);
        }

        if (ProgramSearch.Find(command.Program, UserPath) is not { } program)
        {
            return NotStarted($"The program '{command.Program}' was not found in {UserPath}.");
        }

        // "/" is where commands start that name no place.
        var directory = command.WorkingDirectory != "/" ? command.WorkingDirectory : Directory.Exists(account.Home) ? account.Home : "/";
        var groups = account.Groups.Append(account.Gid).Distinct().Select(Text);
        var ordered = command with
        {
            Program = "setpriv",
            Arguments =
            [
                $"--reuid={Text(account.Uid)}", $"--regid={Text(account.Gid)}", $"--groups={string.Join(',', groups)}", "--no-new-privs",
                "--", "/usr/bin/env", $"--chdir={directory}", program, .. command.Arguments,
            ],
            Environment = MakeEnvironment(account, session, command.Environment),
            WorkingDirectory = "/",
        };
        return await commands.RunAsync(ordered, cancellationToken);
    }

    private static Dictionary<string, string> MakeEnvironment(
        Account account, IReadOnlyDictionary<string, string> session, IReadOnlyDictionary<string, string> added)
    {
        var variables = new Dictionary<string, string>(session, StringComparer.Ordinal)
        {
            ["HOME"] = account.Home,
            ["USER"] = account.Name,
            ["LOGNAME"] = account.Name,
            ["SHELL"] = account.Shell.Length == 0 ? "/bin/sh" : account.Shell,
            ["PATH"] = UserPath,
        };
        foreach (var (name, value) in added)
        {
            variables[name] = value;
        }

        return variables;
    }

    private static string? FindFlaw(Account account, CommandLine command)
    {
        if (account.Uid == 0 || account.Gid == 0 || account.Groups.Contains(0u))
        {
            return $"'{account.Name}' is root or in root's group: a program is not run with such rights on behalf of a user.";
        }

        if (command.Program.Contains('/', StringComparison.Ordinal) && !command.Program.StartsWith('/'))
        {
            return $"The program '{command.Program}' must be named by an absolute path or without one.";
        }

        if (command.Program.Contains('=', StringComparison.Ordinal))
        {
            return $"The program '{command.Program}' has an equals sign in its name and cannot be run as a user.";
        }

        return command.Environment.Keys.FirstOrDefault(IsForLoader) is { } variable
            ? $"The environment variable '{variable}' cannot be given to a program that runs as a user: root's loader would obey it first."
            : null;
    }

    private static bool IsForLoader(string variable) =>
        variable.StartsWith("LD_", StringComparison.Ordinal) || variable.StartsWith("MALLOC_", StringComparison.Ordinal) ||
        LoaderVariables.Contains(variable, StringComparer.Ordinal);

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    private static CommandResult NotStarted(string reason) => new() { ExitCode = -1, Output = "", Error = "", StartError = reason };
}
