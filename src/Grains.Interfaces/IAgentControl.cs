namespace Ahenk.Grains.Interfaces;

/// <summary>What the control socket can ask of the agent.</summary>
public interface IAgentControl
{
    /// <summary>How the agent is.</summary>
    Task<AgentReport> GetReport();

    /// <summary>Registers this machine with Lider.</summary>
    /// <param name="host">The XMPP server; <see langword="null"/>: as configured.</param>
    /// <param name="user">The authorising directory user.</param>
    /// <param name="password">That user's password; used once and not stored.</param>
    /// <param name="cancellationToken">Gives up waiting; an attempt that has begun goes on.</param>
    Task<RegistrationReport> Register(string? host, string user, string password, CancellationToken cancellationToken);

    /// <summary>Removes this machine from Lider; then it waits to be registered again.</summary>
    /// <param name="user">The authorising directory user.</param>
    /// <param name="password">That user's password; used once and not stored.</param>
    /// <param name="cancellationToken">Gives up waiting; what has begun goes on.</param>
    Task<RegistrationReport> Unregister(string user, string password, CancellationToken cancellationToken);

    /// <summary>Says that this is the machine that was registered, although its parts have changed (<see cref="AgentReport.CloneCheck"/>).</summary>
    Task<RegistrationReport> AdoptMachine();
}

/// <summary>How the agent is.</summary>
public sealed record AgentReport
{
    /// <summary>The agent's version.</summary>
    public required string Version { get; init; }

    /// <summary>The machine's name at Lider, or empty.</summary>
    public required string Name { get; init; }

    /// <summary>How far the registration has come.</summary>
    public required RegistrationState Registration { get; init; }

    /// <summary>What the connection is doing, as a word.</summary>
    public required string Connection { get; init; }

    /// <summary>Server, TLS and mechanism of the present session.</summary>
    public string? ConnectionDetail { get; init; }

    /// <summary>Since when the present session stands.</summary>
    public DateTimeOffset? ConnectedSince { get; init; }

    /// <summary>When the next attempt is made.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The last failure of the connection or the registration.</summary>
    public string? LastError { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? LastErrorAt { get; init; }

    /// <summary>When Lider was last heard since the start, a receipt included.</summary>
    public DateTimeOffset? LiderHeardAt { get; init; }

    /// <summary>When Lider has last confirmed a message of this agent since the start.</summary>
    public DateTimeOffset? LiderConfirmedAt { get; init; }

    /// <summary>Whether this is the machine that was registered, as of the start; <see langword="null"/>: it was not registered then.</summary>
    public CloneReport? CloneCheck { get; init; }

    /// <summary>Tasks that are not finished.</summary>
    public required int UnfinishedTasks { get; init; }

    /// <summary>How full the outbox is.</summary>
    public required OutboxFigures Outbox { get; init; }

    /// <summary>Messages from others than Lider, dropped since the start.</summary>
    public required long ForeignMessages { get; init; }
}

/// <summary>How a registration, or its end, ended.</summary>
/// <param name="Succeeded">Whether it is as was asked.</param>
/// <param name="Message">What happened, and what to do.</param>
public sealed record RegistrationReport(bool Succeeded, string Message);
