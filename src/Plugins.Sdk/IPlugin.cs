namespace Ahenk.Plugins.Sdk;

/// <summary>
/// A plugin: a folder below the plugin directory whose assembly holds exactly one public class with this interface
/// and a parameterless constructor.
/// </summary>
public interface IPlugin
{
    /// <summary>The commands this plugin answers. Ids are compared without regard to case (PL 0.1).</summary>
    IReadOnlyCollection<PluginCommand> Commands { get; }

    /// <summary>How it applies a profile of a policy (PL 0.3); <see langword="null"/>: it has no profiles.</summary>
    PluginPolicy? Policy => null;

    /// <summary>
    /// What it does at certain moments of the agent's life (PL 0.4). The manifest must name the same modes, for it is read before the plugin is loaded.
    /// </summary>
    IReadOnlyDictionary<PluginMode, ModeHandler> Modes => NoModes.Instance;
}

/// <summary>
/// Runs one command, or applies one profile. An expected failure is a <see cref="PluginResult.Error(string, System.Text.Json.Nodes.JsonObject?)"/>
/// or a <see cref="PluginInputException"/>; any other exception is answered as TASK_ERROR (POLICY_ERROR) with its message and logged with its stack.
/// </summary>
/// <param name="context">What the task or profile brings and what the machine offers.</param>
/// <param name="cancellationToken">Set when the time limit has passed or the agent ends.</param>
public delegate Task<PluginResult> CommandHandler(PluginContext context, CancellationToken cancellationToken);

/// <summary>Runs a mode. It is never answered; what escapes is logged.</summary>
/// <param name="context">Whose login or logout it is, and what the machine offers.</param>
/// <param name="cancellationToken">Set when the time limit of modes (<c>[PLUGIN] mode_timeout</c>) has passed or the agent ends.</param>
public delegate Task ModeHandler(PluginContext context, CancellationToken cancellationToken);

/// <summary>One command of a plugin.</summary>
/// <param name="Id">The <c>commandClsId</c> of the task (LP 2.2), for example <c>EXECUTE_SCRIPT</c>.</param>
/// <param name="Run">Does the work.</param>
public sealed record PluginCommand(string Id, CommandHandler Run)
{
    /// <summary>
    /// Whether running the command twice does no more than running it once. A command that was running when the
    /// agent died is run again only when this is <see langword="true"/>. Default: <see langword="false"/>.
    /// </summary>
    public bool Idempotent { get; init; }

    /// <summary>
    /// Whether runs of this command may overlap with runs of this and other such commands of the plugin, up to <c>[PLUGIN] parallel</c>. Default:
    /// <see langword="false"/>: it has the plugin to itself.
    /// </summary>
    public bool Parallel { get; init; }

    /// <summary>How long a run may take before it is cancelled and answered TASK_ERROR. Default: one hour.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>How a plugin applies the profiles of policies. Applying the same profile twice must change nothing the second time.</summary>
/// <param name="Apply">Applies the profile that is in <see cref="PluginContext.Parameters"/>.</param>
public sealed record PluginPolicy(CommandHandler Apply)
{
    /// <summary>How long that may take. Default: ten minutes.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>The moments at which plugins are called without a task (PL 0.4).</summary>
public enum PluginMode
{
    /// <summary>The plugin was loaded, at the agent's start or later.</summary>
    Init,

    /// <summary>A user has logged in; after <see cref="Safe"/>.</summary>
    Login,

    /// <summary>A user has logged out; before <see cref="Safe"/>.</summary>
    Logout,

    /// <summary>What a policy did for a user is undone: before the policies of a login are applied, and after a logout.</summary>
    Safe,

    /// <summary>The plugin is about to be unloaded, or the agent ends.</summary>
    Shutdown,
}

internal static class NoModes
{
    public static readonly IReadOnlyDictionary<PluginMode, ModeHandler> Instance = new Dictionary<PluginMode, ModeHandler>();
}
