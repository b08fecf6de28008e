using System.Text.Json.Nodes;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>What the operator wants an agent to do.</summary>
/// <param name="TaskId">The server's id of the task; a Java long.</param>
/// <param name="Plugin">The plugin's name, for example <c>script</c>.</param>
/// <param name="Command">The <c>commandClsId</c>, for example <c>EXECUTE_SCRIPT</c>.</param>
/// <param name="Parameters">The <c>parameterMap</c>, or <see langword="null"/>.</param>
public sealed record TaskOrder(long TaskId, string Plugin, string Command, JsonObject? Parameters = null)
{
    /// <summary>The version of the plugin that is asked for; every seeded one is 1.0.0 (PL 0.1).</summary>
    public string Version { get; init; } = "1.0.0";

    /// <summary>Null: run now; else a crontab expression of five or six fields (LP 6).</summary>
    public string? Cron { get; init; }

    /// <summary>The <c>fileServerConf</c> (LP 2.3); null unless the plugin transfers files.</summary>
    public JsonObject? FileServer { get; init; }
}
