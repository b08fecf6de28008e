namespace Ahenk.Plugins.Sdk;

/// <summary>Runs programs as a user, with the rights, groups and environment of the user and nothing of the agent's.</summary>
public interface IUserCommands
{
    /// <summary>
    /// Runs a program as a user, beside the user's sessions. It gets HOME, USER, LOGNAME, SHELL, a PATH without the directories for administration,
    /// LANG and what <see cref="CommandLine.Environment"/> adds; it starts in the home directory unless <see cref="CommandLine.WorkingDirectory"/> says
    /// another one; it cannot gain privileges (no set-user-id). Names of programs are looked up in the user's PATH.
    /// </summary>
    /// <returns>How it ended, as <see cref="ICommandRunner.RunAsync"/> tells it. Root is refused: <see cref="CommandResult.StartError"/>.</returns>
    Task<CommandResult> RunAsync(Account account, CommandLine command, CancellationToken cancellationToken);

    /// <summary>Runs a program in a session: as <see cref="RunAsync(Account, CommandLine, CancellationToken)"/>, with the environment of the session.</summary>
    /// <returns>How it ended; <see cref="CommandResult.StartError"/> also when the session's user is not to be found.</returns>
    Task<CommandResult> RunAsync(UserSession session, CommandLine command, CancellationToken cancellationToken);
}
