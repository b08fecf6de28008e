using System.Text.Json.Nodes;

namespace Ahenk.Grains.Interfaces;

/// <summary>A task was taken in.</summary>
/// <param name="Task">Lider's id of it.</param>
/// <param name="Plugin">Its plugin.</param>
/// <param name="Command">Its command.</param>
/// <param name="Cron">Its schedule; <see langword="null"/>: it is run once, at once.</param>
public sealed record TaskAccepted(long Task, string Plugin, string Command, string? Cron) : AgentEvent("task.accepted")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["task"] = Task, ["plugin"] = Plugin, ["command"] = Command, ["cron"] = Cron };
}

/// <summary>A task, or one run of a scheduled task, has its answer.</summary>
/// <param name="Task">Lider's id of it.</param>
/// <param name="Plugin">Its plugin; <see langword="null"/> when the task could not be understood.</param>
/// <param name="Command">Its command, as above.</param>
/// <param name="Code">The answer's code, as on the wire.</param>
public sealed record TaskFinished(long Task, string? Plugin, string? Command, string Code) : AgentEvent("task.finished")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["task"] = Task, ["plugin"] = Plugin, ["command"] = Command, ["code"] = Code };
}

/// <summary>A profile of a policy was applied, or could not be.</summary>
/// <param name="Policy">Lider's id of the policy; <see langword="null"/> for the policy of the old server.</param>
/// <param name="Version">The policy's version.</param>
/// <param name="Plugin">The profile's plugin.</param>
/// <param name="Whose">The user whose policy it is; <see langword="null"/>: the machine's.</param>
/// <param name="Result">How it ended, in lower case: <c>processed</c>, <c>warning</c>, <c>error</c>, <c>timeout</c>, <c>killed</c>.</param>
public sealed record PolicyApplied(long? Policy, string? Version, string Plugin, string? Whose, string Result) : AgentEvent("policy.applied")
{
    /// <inheritdoc/>
    public override string? User => Whose;

    /// <inheritdoc/>
    public override JsonObject Fields => new()
    {
        ["user"] = Whose,
        ["policy"] = Policy,
        ["version"] = Version,
        ["plugin"] = Plugin,
        ["result"] = Result,
    };
}

/// <summary>A user has logged in, or has opened a further session.</summary>
/// <param name="Who">The login name without a domain.</param>
/// <param name="Login">What is known of the login.</param>
public sealed record UserLoggedIn(string Who, UserLogin Login) : AgentEvent("user.logged_in")
{
    /// <inheritdoc/>
    public override string User => Who;

    /// <inheritdoc/>
    public override JsonObject Fields => new()
    {
        ["user"] = Who,
        ["domain"] = Login.Domain,
        ["desktop"] = Login.Desktop,
        ["display"] = Login.Display,
        ["host"] = Login.RemoteHost,
    };
}

/// <summary>The last session of a user is gone.</summary>
/// <param name="Who">The login name without a domain.</param>
public sealed record UserLoggedOut(string Who) : AgentEvent("user.logged_out")
{
    /// <inheritdoc/>
    public override string User => Who;

    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["user"] = Who };
}

/// <summary>A session with the XMPP server stands.</summary>
/// <param name="Jid">The agent's full address.</param>
/// <param name="Connection">The connection in words.</param>
public sealed record AgentConnected(string? Jid, string? Connection) : AgentEvent("agent.connected")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["jid"] = Jid, ["connection"] = Connection };
}

/// <summary>The session with the XMPP server has ended.</summary>
/// <param name="Kind">What kind of failure ended it, in lower case; <see langword="null"/>: the agent ended it.</param>
/// <param name="Reason">The failure as a sentence, as above.</param>
public sealed record AgentDisconnected(string? Kind, string? Reason) : AgentEvent("agent.disconnected")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["kind"] = Kind, ["reason"] = Reason };
}

/// <summary>Lider has taken the machine in.</summary>
/// <param name="Agent">The agent's name.</param>
/// <param name="Dn">Its entry in the directory.</param>
public sealed record AgentRegistered(string Agent, string? Dn) : AgentEvent("agent.registered")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["agent"] = Agent, ["dn"] = Dn };
}

/// <summary>The machine has forgotten its name and password, and is not registered any more.</summary>
/// <param name="Agent">The name that the agent had.</param>
public sealed record AgentUnregistered(string Agent) : AgentEvent("agent.unregistered")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["agent"] = Agent };
}

/// <summary>The agent begins to stop.</summary>
public sealed record AgentStopping() : AgentEvent("agent.stopping")
{
    /// <inheritdoc/>
    public override JsonObject Fields => [];
}

/// <summary>A plugin was taken into use: when it was first needed, when it was needed again after it was loaded anew, or at once when it has the mode init.</summary>
/// <param name="Plugin">Its name.</param>
/// <param name="Version">Its version, where its manifest says it.</param>
/// <param name="Kind">What it is made of.</param>
public sealed record PluginLoaded(string Plugin, string? Version, string Kind) : AgentEvent("plugin.loaded")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["plugin"] = Plugin, ["version"] = Version, ["kind"] = Kind };
}

/// <summary>A plugin cannot be used.</summary>
/// <param name="Plugin">Its name.</param>
/// <param name="Reason">Why.</param>
public sealed record PluginFailed(string Plugin, string Reason) : AgentEvent("plugin.failed")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["plugin"] = Plugin, ["reason"] = Reason };
}

/// <summary>The configuration was read anew.</summary>
/// <param name="Applied">Keys whose new values count from now on.</param>
/// <param name="NeedRestart">Keys whose new values count after a restart.</param>
public sealed record ConfigReloaded(IReadOnlyList<string> Applied, IReadOnlyList<string> NeedRestart) : AgentEvent("config.reloaded")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["applied"] = ListOf(Applied), ["needs_restart"] = ListOf(NeedRestart) };

    private static JsonArray ListOf(IReadOnlyList<string> keys) => [.. keys.Select(key => (JsonNode)key)];
}

/// <summary>One subscriber alone is told this: it read too slowly.</summary>
/// <param name="Count">How many events it did not get, all of them older than the next one.</param>
public sealed record EventsLost(long Count) : AgentEvent("events.lost")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["count"] = Count };
}

/// <summary>A plugin has raised an event of its own.</summary>
/// <param name="Plugin">The plugin's name.</param>
/// <param name="Topic">What the plugin calls it, in the form of <see cref="AgentEvent"/>'s names.</param>
/// <param name="Data">What it says of it: a JSON object.</param>
public sealed record PluginRaised(string Plugin, string Topic, string Data) : AgentEvent($"plugin.{Plugin}.{Topic}")
{
    /// <inheritdoc/>
    public override JsonObject Fields => new() { ["plugin"] = Plugin, ["data"] = JsonNode.Parse(Data) };
}
