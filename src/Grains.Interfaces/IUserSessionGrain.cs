namespace Ahenk.Grains.Interfaces;

/// <summary>
/// One user of this machine, by login name without domain, however many sessions the user has. What happens at login and logout happens in this order and
/// is gone on with after a crash where it stood (LP 3.5, PL 0.4):
/// agreement, LOGIN, the plugins' safe and login modes, policies; the plugins' logout and safe modes, LOGOUT.
/// </summary>
public interface IUserSessionGrain : IGrainWithStringKey, IPluginWorkOwner
{
    /// <summary>The user is logged in. Stored when the call returns; the rest follows by itself. A user who is logged in already stays so.</summary>
    Task Login(UserLogin login);

    /// <summary>The login service lists a session of the user. From now on its lists decide when the user is gone. Nothing happens unless the user is logged in.</summary>
    Task Confirm(UserLogin login);

    /// <summary>The last session of the user is gone. Stored when the call returns; the rest follows by itself.</summary>
    Task Logout();

    /// <summary>The agent has started: what was under way is gone on with, and what the stored policies want is applied again.</summary>
    Task Resume();

    /// <summary>Lider lets the user administer this machine until logout (LP 2.7). Nothing happens unless the user is logged in.</summary>
    Task GrantAdministration();

    /// <summary>The user has answered the agreement by other means than the dialog, on the command line.</summary>
    /// <returns>What became of it, as a sentence for the user.</returns>
    Task<string> AnswerAgreement(bool accepted);

    /// <summary>How the user stands.</summary>
    Task<UserReport> GetReport();
}

/// <summary>A login.</summary>
[GenerateSerializer, Immutable]
public sealed record UserLogin
{
    /// <summary>The directory domain, or <see langword="null"/>.</summary>
    [Id(0)]
    public string? Domain { get; init; }

    /// <summary>The desktop, as the login said, or <see langword="null"/>.</summary>
    [Id(1)]
    public string? Desktop { get; init; }

    /// <summary>The display or terminal, as the login said, or <see langword="null"/>.</summary>
    [Id(2)]
    public string? Display { get; init; }

    /// <summary>The host that the session comes from, or <see langword="null"/>.</summary>
    [Id(3)]
    public string? RemoteHost { get; init; }

    /// <summary>Whether the login service lists the session; otherwise it has only been told of.</summary>
    [Id(4)]
    public bool IsListed { get; init; }
}

/// <summary>Where a user stands on the way in or out.</summary>
public enum UserStage
{
    /// <summary>Not logged in, and nothing left to do.</summary>
    Out = 0,

    /// <summary>The agreement is being asked for.</summary>
    Agreement = 1,

    /// <summary>LOGIN is about to be sent.</summary>
    Announcing = 2,

    /// <summary>The plugins' safe and login modes run.</summary>
    EnteringModes = 3,

    /// <summary>Logged in, policies fetched and kept applied.</summary>
    In = 4,

    /// <summary>The plugins' logout and safe modes run.</summary>
    LeavingModes = 5,

    /// <summary>The agreement was not accepted: the sessions are ended; LOGIN was not sent.</summary>
    Refused = 6,
}

/// <summary>How a user stands.</summary>
/// <param name="User">The login name.</param>
/// <param name="Stage">How far the user has come.</param>
/// <param name="Since">Since when the user is logged in.</param>
/// <param name="IsAdministrator">Whether Lider lets the user administer the machine.</param>
[GenerateSerializer, Immutable]
public sealed record UserReport(
    [property: Id(0)] string User, [property: Id(1)] UserStage Stage, [property: Id(2)] DateTimeOffset? Since, [property: Id(3)] bool IsAdministrator);
