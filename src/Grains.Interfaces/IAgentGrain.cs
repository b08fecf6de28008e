namespace Ahenk.Grains.Interfaces;

/// <summary>This machine's identity towards Lider. There is one, with key 0.</summary>
public interface IAgentGrain : IGrainWithIntegerKey
{
    /// <summary>What is known so far.</summary>
    Task<AgentIdentity> GetIdentity();

    /// <summary>
    /// Composes a REGISTER message with the machine's inventory (LP 3.2). The name and password in it are stored before it is returned, so that
    /// every retry of an unanswered request uses the same (LP 4.1).
    /// </summary>
    Task<RegistrationDraft> PrepareRegistration(RegistrationOrder order);

    /// <summary>Composes an UNREGISTER message (LP 4.3). Holds secrets.</summary>
    /// <param name="user">The authorising directory user.</param>
    /// <param name="userPassword">That user's password; goes into the message and nowhere else.</param>
    Task<string> PrepareUnregistration(string user, string userPassword);

    /// <summary>Lider has registered the machine.</summary>
    /// <param name="response">The REGISTRATION_RESPONSE as it came, kept for the directory login.</param>
    /// <param name="dn">The agent's directory entry.</param>
    Task MarkRegistered(string response, string? dn);

    /// <summary>The account has logged in once: from now on the registration is not repeated. An identity that was forgotten meanwhile stays so.</summary>
    Task MarkVerified();

    /// <summary>Somebody who may (a plugin that renames or moves the machine) gave it another name, password or directory entry; what is null or empty stays.</summary>
    Task Adopt(string? name, string? password, string? dn);

    /// <summary>The machine is not registered any more: name and password are forgotten. What Lider has ordered is still to be (<see cref="Departure.Begun"/>).</summary>
    Task MarkUnregistered();

    /// <summary>What Lider had ordered is forgotten, too.</summary>
    Task MarkForgotten();

    /// <summary>
    /// Compares this machine with the one that was registered. The first time, what it is is stored; parts that have changed are stored as long as it is the same machine.
    /// </summary>
    Task<CloneReport> CheckMachine();

    /// <summary>Somebody who knows says that this is the machine that was registered, whatever has changed.</summary>
    Task AdoptMachine();
}

/// <summary>What to register with.</summary>
[GenerateSerializer, Immutable]
public sealed record RegistrationOrder
{
    /// <summary>0 for the first name; each higher number gives another name (the one before was refused).</summary>
    [Id(0)]
    public int Attempt { get; init; }

    /// <summary>The authorising directory user.</summary>
    [Id(1)]
    public required string User { get; init; }

    /// <summary>That user's password; goes into the message and nowhere else.</summary>
    [Id(2)]
    public required string UserPassword { get; init; }

    /// <summary>The server given by hand, kept for later starts; <see langword="null"/>: as configured.</summary>
    [Id(3)]
    public string? Host { get; init; }

    /// <summary>An account made beforehand that becomes this machine's identity (<c>register_with = account</c>), or <see langword="null"/>.</summary>
    [Id(4)]
    public string? AccountName { get; init; }

    /// <summary>Its password.</summary>
    [Id(5)]
    public string? AccountPassword { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"RegistrationOrder {{ Attempt = {Attempt}, User = {User} }}";
}

/// <summary>A composed REGISTER message.</summary>
/// <param name="Identity">The name and password it asks for.</param>
/// <param name="Body">The message. Holds secrets.</param>
/// <param name="MostAttempts">How many names are worth trying: three for each of the machine's network addresses.</param>
[GenerateSerializer, Immutable]
public sealed record RegistrationDraft(
    [property: Id(0)] AgentIdentity Identity, [property: Id(1)] string Body, [property: Id(2)] int MostAttempts)
{
    /// <inheritdoc/>
    public override string ToString() => $"RegistrationDraft {{ {Identity} }}";
}

/// <summary>How far the registration has come.</summary>
public enum RegistrationState
{
    /// <summary>Lider does not know this machine.</summary>
    Unregistered = 0,

    /// <summary>Lider said REGISTERED; the account has not logged in yet.</summary>
    Registered = 1,

    /// <summary>The account has logged in.</summary>
    Verified = 2,
}

/// <summary>How far a machine that is not registered any more has come with forgetting.</summary>
public enum Departure
{
    /// <summary>It was never registered, or is.</summary>
    None = 0,

    /// <summary>Name and password are forgotten.</summary>
    Begun = 1,

    /// <summary>What Lider had ordered is forgotten, too.</summary>
    Done = 2,
}

/// <summary>Name, secret and state of this machine.</summary>
[GenerateSerializer, Immutable]
public sealed record AgentIdentity
{
    /// <summary>The local part of the machine's JID; empty before the first attempt.</summary>
    [Id(0)]
    public string Name { get; init; } = "";

    /// <summary>The account's password.</summary>
    [Id(1)]
    public string Password { get; init; } = "";

    /// <summary>How far the registration has come.</summary>
    [Id(2)]
    public RegistrationState State { get; init; }

    /// <summary>The server given by hand at registration, or <see langword="null"/>.</summary>
    [Id(3)]
    public string? Host { get; init; }

    /// <summary>The machine's directory entry, as Lider told it.</summary>
    [Id(4)]
    public string? Dn { get; init; }

    /// <summary>When Lider registered it.</summary>
    [Id(5)]
    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>The REGISTRATION_RESPONSE as it came; holds secrets of the directory.</summary>
    [Id(6)]
    public string? Response { get; init; }

    /// <summary>Whether it has left Lider. It then registers again only when somebody says so, not with the configured credential.</summary>
    [Id(7)]
    public Departure Departure { get; init; }

    /// <summary>What the registered machine is; <see langword="null"/>: registered by an agent that did not look.</summary>
    [Id(8)]
    public MachineFingerprint? Machine { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"AgentIdentity {{ Name = {Name}, State = {State} }}";
}
