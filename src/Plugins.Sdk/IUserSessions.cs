namespace Ahenk.Plugins.Sdk;

/// <summary>Who is logged in on this machine. Any number of sessions may be there at once, also several of one user.</summary>
public interface IUserSessions
{
    /// <summary>
    /// All sessions, as logind knows them, or utmp where there is no logind. Those of display managers (the login screen) are among them:
    /// <see cref="UserSession.IsOfPerson"/> tells.
    /// </summary>
    Task<IReadOnlyList<UserSession>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The variables that a program needs to show itself in a session: of DISPLAY, WAYLAND_DISPLAY, XAUTHORITY, DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR,
    /// XDG_CURRENT_DESKTOP, XDG_SESSION_ID, XDG_SESSION_TYPE and LANG those that are known. They come from the session's own processes: the user has chosen them,
    /// and only programs of this user may be given them.
    /// </summary>
    IReadOnlyDictionary<string, string> ReadEnvironment(UserSession session);

    /// <summary>Ends a session and its processes; what does not go by itself is killed.</summary>
    /// <returns>Whether the session is gone.</returns>
    Task<bool> EndAsync(UserSession session, CancellationToken cancellationToken);
}

/// <summary>How a session is used.</summary>
public enum SessionType
{
    /// <summary>Neither terminal nor screen is known, as with SSH before a terminal is asked for.</summary>
    Unspecified,

    /// <summary>A text terminal; SSH with a terminal is one too.</summary>
    Tty,

    /// <summary>An X server.</summary>
    X11,

    /// <summary>A Wayland compositor.</summary>
    Wayland,
}

/// <summary>What a session is for.</summary>
public enum SessionClass
{
    /// <summary>Somebody's work.</summary>
    User,

    /// <summary>A login screen.</summary>
    Greeter,

    /// <summary>A lock screen.</summary>
    LockScreen,

    /// <summary>Work without somebody there, as of cron.</summary>
    Background,

    /// <summary>The user's service manager and all else.</summary>
    Other,
}

/// <summary>Where a session stands.</summary>
public enum SessionState
{
    /// <summary>Logged in, but not in front: another session has the seat, or it is still being made.</summary>
    Online,

    /// <summary>Logged in and in front; sessions without a seat are always.</summary>
    Active,

    /// <summary>Logged out, though some of its processes still run.</summary>
    Closing,
}

/// <summary>One session.</summary>
/// <param name="Id">logind's id, or one made from the terminal where there is no logind. Unique while the session lives.</param>
/// <param name="UserName">The user's name, as the name service spells it.</param>
/// <param name="Uid">The user's number.</param>
public sealed record UserSession(string Id, string UserName, uint Uid)
{
    /// <summary>How it is used.</summary>
    public SessionType Type { get; init; }

    /// <summary>What it is for.</summary>
    public SessionClass Class { get; init; }

    /// <summary>Where it stands.</summary>
    public SessionState State { get; init; }

    /// <summary>The seat, for example <c>seat0</c>; <see langword="null"/> for a session from afar.</summary>
    public string? Seat { get; init; }

    /// <summary>The terminal, for example <c>tty2</c> or <c>pts/0</c>.</summary>
    public string? Terminal { get; init; }

    /// <summary>The X display, for example <c>:0</c>.</summary>
    public string? Display { get; init; }

    /// <summary>The name of the Wayland socket in <see cref="RuntimeDirectory"/>, for example <c>wayland-0</c>.</summary>
    public string? WaylandSocket { get; init; }

    /// <summary>The host that a session from afar comes from, as its service names it: not verified.</summary>
    public string? RemoteHost { get; init; }

    /// <summary>The desktop, for example <c>gnome</c>.</summary>
    public string? Desktop { get; init; }

    /// <summary>The service that made it, for example <c>gdm-password</c> or <c>sshd</c>.</summary>
    public string? Service { get; init; }

    /// <summary>The process that leads it; 0: not known.</summary>
    public int LeaderPid { get; init; }

    /// <summary>The address of the user's message bus.</summary>
    public string? DBusAddress { get; init; }

    /// <summary>The user's XDG_RUNTIME_DIR.</summary>
    public string? RuntimeDirectory { get; init; }

    /// <summary>Whether it has a screen.</summary>
    public bool IsGraphical => Type is SessionType.X11 or SessionType.Wayland;

    /// <summary>Whether a person is behind it who is logged in: no login screen, no cron job, not one that is about to end.</summary>
    public bool IsOfPerson => Class == SessionClass.User && State != SessionState.Closing && !LoginName.IsDisplayManager(UserName);
}
