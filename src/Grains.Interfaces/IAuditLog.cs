namespace Ahenk.Grains.Interfaces;

/// <summary>Who asked for what, when, with what result: append-only, for people who have to account for a machine.</summary>
public interface IAuditLog
{
    /// <summary>Notes something. Never waits and never fails: what cannot be written is the audit log's own concern.</summary>
    void Write(AuditEntry entry);
}

/// <summary>One line of the audit log. Holds no parameters and no secrets.</summary>
/// <param name="Who">Who asked for it; see <see cref="AuditSource"/>.</param>
/// <param name="What">What was done; see <see cref="AuditAction"/>.</param>
public sealed record AuditEntry(string Who, string What)
{
    /// <summary>The plugin.</summary>
    public string? Plugin { get; init; }

    /// <summary>The plugin's command.</summary>
    public string? Command { get; init; }

    /// <summary>The control method.</summary>
    public string? Method { get; init; }

    /// <summary>The task's or policy's id.</summary>
    public long? Id { get; init; }

    /// <summary>The user it was about.</summary>
    public string? User { get; init; }

    /// <summary>The code it ended with, as on the wire.</summary>
    public string? Code { get; init; }

    /// <summary>How it ended, as a word or a sentence; <see langword="null"/> for what only begins.</summary>
    public string? Result { get; init; }
}

/// <summary>Who can ask.</summary>
public static class AuditSource
{
    /// <summary>Lider.</summary>
    public const string Lider = "lider";

    /// <summary>The agent itself.</summary>
    public const string Agent = "agent";

    /// <summary>A user of this machine, over the control socket.</summary>
    public static string User(uint id) => $"uid {id}";
}

/// <summary>What is noted. docs/logging.md lists them.</summary>
public static class AuditAction
{
    /// <summary>A task was taken in.</summary>
    public const string TaskAccepted = "task-accepted";

    /// <summary>A task, or a run of a scheduled one, has its answer.</summary>
    public const string TaskFinished = "task-finished";

    /// <summary>A command that an administrator of this machine had run without Lider has ended.</summary>
    public const string LocalRunFinished = "local-run-finished";

    /// <summary>A profile of a policy was applied.</summary>
    public const string PolicyApplied = "policy-applied";

    /// <summary>A profile of a policy was undone.</summary>
    public const string PolicyUndone = "policy-undone";

    /// <summary>A package of a plugin was installed, or could not be.</summary>
    public const string PluginInstalled = "plugin-installed";

    /// <summary>A plugin was loaded, or could not be.</summary>
    public const string PluginLoaded = "plugin-loaded";

    /// <summary>A plugin was taken out of use.</summary>
    public const string PluginRemoved = "plugin-removed";

    /// <summary>The machine was registered, or could not be.</summary>
    public const string Registered = "registered";

    /// <summary>The machine is not registered any more.</summary>
    public const string Unregistered = "unregistered";

    /// <summary>The state of the Python Ahenk was taken over.</summary>
    public const string StateImported = "state-imported";

    /// <summary>Identity and state were forgotten while the daemon did not run.</summary>
    public const string StateForgotten = "state-forgotten";

    /// <summary>The database was damaged and was replaced.</summary>
    public const string DatabaseRepaired = "database-repaired";

    /// <summary>Somebody called a control method that changes something.</summary>
    public const string Control = "control";

    /// <summary>A user has logged in.</summary>
    public const string Login = "login";

    /// <summary>A user has logged out.</summary>
    public const string Logout = "logout";

    /// <summary>A user has answered the user agreement, or has let the question pass.</summary>
    public const string AgreementAnswered = "agreement-answered";

    /// <summary>A user was made an administrator.</summary>
    public const string AdminGranted = "admin-granted";

    /// <summary>A user is an administrator no more.</summary>
    public const string AdminRevoked = "admin-revoked";
}
