using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace MyPlugin;

/// <summary>Tells how long the machine has been running.</summary>
public sealed partial class MyPlugin : IPlugin
{
    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands { get; } =
    [
        // It only reads: it may be run again after an interruption, and beside others of its kind.
        new PluginCommand("UPTIME", RunAsync) { Idempotent = true, Parallel = true, TimeLimit = TimeSpan.FromMinutes(1) },
    ];

    private static async Task<PluginResult> RunAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var result = await context.Machine.Commands.RunAsync(new CommandLine("uptime", "--pretty"), cancellationToken);
        if (!result.Succeeded)
        {
            return PluginResult.Error($"The uptime could not be read: {result.StartError ?? result.Error}");
        }

        LogRead(context.Logger, context.TaskId);
        return PluginResult.Processed("The uptime has been read.", new JsonObject { ["Result"] = result.Output.Trim() });
    }

    [LoggerMessage(1, LogLevel.Information, "[UPTIME] read for task {TaskId}")]
    private static partial void LogRead(ILogger logger, long taskId);
}
