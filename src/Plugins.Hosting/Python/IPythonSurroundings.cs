namespace Ahenk.Plugins.Hosting.Python;

/// <summary>What plugins of the original agent find in its tables <c>registration</c> and <c>session</c> (PL 2.9).</summary>
public interface IPythonSurroundings
{
    /// <summary>As it is now; asked before each call.</summary>
    ValueTask<PythonSurroundings> ReadAsync();
}

/// <summary>The agent and who is logged in.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Sessions">The sessions of users.</param>
public sealed record PythonSurroundings(PythonAgent Agent, IReadOnlyList<PythonSession> Sessions);

/// <summary>The agent's registration.</summary>
public sealed record PythonAgent
{
    /// <summary>Its name at Lider, or <see langword="null"/>.</summary>
    public string? Uid { get; init; }

    /// <summary>The password of that account.</summary>
    public string? Password { get; init; }

    /// <summary>Its entry in the directory, or <see langword="null"/>.</summary>
    public string? Dn { get; init; }

    /// <summary>Whether it is registered.</summary>
    public bool Registered { get; init; }

    /// <summary>What it told Lider of itself, as JSON text.</summary>
    public string? Params { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"PythonAgent {{ Uid = {Uid}, Registered = {Registered} }}";
}

/// <summary>A user's session.</summary>
/// <param name="UserName">Whose it is.</param>
/// <param name="Display">Its display, such as <c>:0</c>.</param>
/// <param name="Desktop">Its desktop.</param>
/// <param name="Ip">Where it comes from.</param>
/// <param name="Domain">The user's domain.</param>
public sealed record PythonSession(string UserName, string? Display, string? Desktop, string? Ip, string? Domain);
