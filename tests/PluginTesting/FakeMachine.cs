using Ahenk.Plugins.Sdk;

namespace Ahenk.PluginTesting;

/// <summary>A machine whose users and sessions a test makes up, and on which programs are only written down.</summary>
public sealed class FakeMachine : IMachine, ICommandRunner, IAccounts, IUserSessions, IUserCommands
{
    /// <summary>The users by name.</summary>
    public IDictionary<string, Account> Known { get; } = new Dictionary<string, Account>();

    /// <summary>The sessions.</summary>
    public IList<UserSession> LoggedIn { get; } = [];

    /// <summary>What was run as root.</summary>
    public IList<CommandLine> Ran { get; } = [];

    /// <summary>How that ends.</summary>
    public Func<CommandLine, CommandResult> Answer { get; set; } = _ => Ended(0);

    /// <summary>What was run in sessions.</summary>
    public IList<(UserSession Session, CommandLine Command)> RanInSession { get; } = [];

    /// <summary>How that ends.</summary>
    public Func<UserSession, CommandLine, CommandResult> AnswerInSession { get; set; } = (_, _) => Ended(0);

    /// <summary>Runs programs as root. Default: they are written down.</summary>
    public ICommandRunner Commands { get => field ?? this; set; }

    public IInventory Inventory => throw new InvalidOperationException("This test expects no look at the inventory.");

    public IAccounts Accounts => this;

    public IUserSessions Sessions => this;

    public IUserCommands UserCommands => this;

    public IHomeFiles HomeFiles { get; set; } = null!;

    public IUserDialogs Dialogs { get; set; } = null!;

    public string PrivateDirectory => throw new InvalidOperationException("This test expects no private file.");

    /// <summary>The end of a program.</summary>
    public static CommandResult Ended(int exitCode, string output = "", string error = "") => new() { ExitCode = exitCode, Output = output, Error = error };

    public Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)
    {
        Ran.Add(command);
        return Task.FromResult(Answer(command));
    }

    public Task<Account?> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult(Known.TryGetValue(name, out var account) ? account : null);

    public Task<IReadOnlyList<UserSession>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<UserSession>>([.. LoggedIn]);

    /// <summary>The variables that follow from the session itself, as <see cref="LoggedIn"/> has it now.</summary>
    public IReadOnlyDictionary<string, string> ReadEnvironment(UserSession session)
    {
        var now = LoggedIn.FirstOrDefault(one => one.Id == session.Id) ?? session;
        var variables = new Dictionary<string, string?>
        {
            ["DISPLAY"] = now.Display,
            ["XAUTHORITY"] = now.Display is null ? null : $"/run/user/{now.Uid}/xauthority",
            ["DBUS_SESSION_BUS_ADDRESS"] = now.DBusAddress,
        };
        return variables.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!);
    }

    public Task<bool> EndAsync(UserSession session, CancellationToken cancellationToken) => Task.FromResult(LoggedIn.Remove(session));

    public Task<CommandResult> RunAsync(Account account, CommandLine command, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("This test expects no program beside the sessions.");

    public Task<CommandResult> RunAsync(UserSession session, CommandLine command, CancellationToken cancellationToken)
    {
        RanInSession.Add((session, command));
        return Task.FromResult(AnswerInSession(session, command));
    }
}
