using Ahenk.Machine.Linux.Inventory;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>Sessions as logind knows them, or utmp where there is no logind.</summary>
public sealed partial class UserSessions : IUserSessions
{
    /// <summary>How long a session may take to end when it is asked to; systemd itself kills a scope only after 90 s.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(10);

    /// <summary>How long SIGKILL may take.</summary>
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    /// <summary>How often it is looked whether a session is gone.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _time;
    private readonly ILogger<UserSessions> _logger;
    private readonly MachineFiles _files;
    private readonly Logind _logind;
    private readonly Utmp _utmp;
    private readonly SessionProcesses _processes;

    /// <summary>Joins its sources.</summary>
    public UserSessions(ICommandRunner commands, IAccounts accounts, TimeProvider time, ILogger<UserSessions> logger)
        : this(commands, accounts, time, logger, "/")
    {
    }

    /// <summary>As the other one, with another directory in place of <c>/</c>.</summary>
    internal UserSessions(ICommandRunner commands, IAccounts accounts, TimeProvider time, ILogger<UserSessions> logger, string root)
    {
        _time = time;
        _logger = logger;
        _files = new MachineFiles(root);
        _logind = new Logind(commands, logger);
        _utmp = new Utmp(_files, accounts);
        _processes = new SessionProcesses(root);
    }

    /// <summary>Signals a process; its number, then the signal.</summary>
    internal Func<int, int, int> Signal { get; init; } = Libc.Kill;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UserSession>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await _logind.ListAsync(cancellationToken) ?? await _utmp.ListAsync(cancellationToken)).Select(WithRuntime)];

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ReadEnvironment(UserSession session)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("XDG_RUNTIME_DIR", session.RuntimeDirectory);
        Add("DBUS_SESSION_BUS_ADDRESS", session.DBusAddress);
        Add("DISPLAY", session.Display);
        Add("WAYLAND_DISPLAY", session.Type == SessionType.Wayland ? session.WaylandSocket : null);
        Add("XDG_SESSION_ID", Utmp.Made(session) ? null : session.Id);
        foreach (var (name, value) in _processes.ReadEnvironment(session))
        {
            variables[name] = value;
        }

        return variables;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                variables[name] = value;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> EndAsync(UserSession session, CancellationToken cancellationToken)
    {
        if (Utmp.Made(session))
        {
            SignalMembers(session, Libc.SigTerm);
        }
        else if (await _logind.TerminateAsync(session.Id, cancellationToken) is { } failure)
        {
            LogNotTerminated(session.Id, session.UserName, failure);
        }

        if (!await IsGoneAsync(session, EndTime, cancellationToken))
        {
            SignalMembers(session, Libc.SigKill);
            if (!await IsGoneAsync(session, KillTime, cancellationToken))
            {
                LogStays(session.Id, session.UserName);
                return false;
            }
        }

        LogEnded(session.Id, session.UserName);
        return true;
    }

    /// <summary>
    /// The runtime directory is made by logind in a directory of root's, so it is what it seems; what is in it is the user's.
    /// </summary>
    private UserSession WithRuntime(UserSession session)
    {
        var directory = $"run/user/{session.Uid}";
        if (!_files.Exists(directory))
        {
            return session;
        }

        return session with
        {
            RuntimeDirectory = "/" + directory,
            DBusAddress = _files.Exists($"{directory}/bus") ? $"unix:path=/{directory}/bus" : null,
            WaylandSocket = session.Type == SessionType.Wayland ? _files.List(directory).FirstOrDefault(IsWaylandSocket) : null,
        };
    }

    private static bool IsWaylandSocket(string name)
    {
        const string Prefix = "wayland-";
        return name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length && name[Prefix.Length..].All(char.IsAsciiDigit);
    }

    private void SignalMembers(UserSession session, int signal)
    {
        foreach (var pid in _processes.Members(session))
        {
            // A process that is gone by now is no error.
            _ = Signal(pid, signal);
        }
    }

    private async Task<bool> IsGoneAsync(UserSession session, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        using var timer = new PeriodicTimer(Interval, _time);
        while (true)
        {
            if (_processes.Members(session).Count == 0 && (Utmp.Made(session) || !await _logind.KnowsAsync(session.Id, cancellationToken)))
            {
                return true;
            }

            if (_time.GetElapsedTime(start) >= limit)
            {
                return false;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    [LoggerMessage(5033, LogLevel.Information, "[SESSION] The session {Session} of '{User}' has been ended")]
    private partial void LogEnded(string session, string user);

    [LoggerMessage(5034, LogLevel.Warning, "[SESSION] logind did not end the session {Session} of '{User}', its processes are killed if it stays: {Reason}")]
    private partial void LogNotTerminated(string session, string user, string reason);

    [LoggerMessage(5035, LogLevel.Error, "[SESSION] The session {Session} of '{User}' could not be ended. Look at it with: loginctl session-status {Session}")]
    private partial void LogStays(string session, string user);
}
