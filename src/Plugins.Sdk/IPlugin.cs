namespace Ahenk.Plugins.Sdk;

/// <summary>
/// A plugin: a folder below the plugin directory whose assembly holds exactly one public class with this interface
/// and a parameterless constructor.
/// </summary>
public interface IPlugin
{
    /// <summary>The commands this plugin answers. Ids are compared without regard to case (PL 0.1).</summary>
    IReadOnlyCollection<PluginCommand> Commands { get; }
}

/// <summary>
/// Runs one command. An expected failure is a <see cref="PluginResult.Error(string, System.Text.Json.Nodes.JsonObject?)"/>; an exception that
/// escapes is answered as TASK_ERROR with its message and logged with its stack.
/// </summary>
/// <param name="context">What the task brings and what the machine offers.</param>
/// <param name="cancellationToken">Set when the command's time limit has passed or the agent ends.</param>
public delegate Task<PluginResult> CommandHandler(PluginContext context, CancellationToken cancellationToken);

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

    /// <summary>How long a run may take before it is cancelled and answered TASK_ERROR. Default: one hour.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromHours(1);
}
