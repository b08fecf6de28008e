using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.TestPlugins.Probe;

/// <summary>A plugin for tests: commands that do nothing, leave a trace, take long or misbehave.</summary>
public sealed class ProbePlugin : IPlugin
{
    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands { get; } =
    [
        new("NOOP", (_, _) => Task.FromResult(PluginResult.Processed("done"))),
        new("APPEND", Append),
        new("WAIT", Wait),
        new("WAIT_IDEMPOTENT", Wait) { Idempotent = true },
        new("THROW", (_, _) => throw new InvalidOperationException("the probe was told to throw")),
        new("HANG", Wait) { TimeLimit = TimeSpan.FromSeconds(1) },
        new("BIG", (context, _) => Task.FromResult(PluginResult.Processed("big", new JsonObject
        {
            ["Result"] = "start" + new string('x', (int)context.Parameters.GetInteger("size")!) + "end",
        }) with { Keep = KeptPart.End })),
    ];

    /// <summary>Notes the run in a file; O_APPEND, so that the line is whole even when the process is killed.</summary>
    private static Task<PluginResult> Append(PluginContext context, CancellationToken cancellationToken)
    {
        using (var file = new FileStream(context.Parameters.GetString("file")!, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(context.TaskId.ToString(CultureInfo.InvariantCulture) + "\n"));
        }

        return Task.FromResult(PluginResult.Processed("noted"));
    }

    /// <summary>Notes the run in a file, where one is named; then waits for another file, or for ever.</summary>
    private static async Task<PluginResult> Wait(PluginContext context, CancellationToken cancellationToken)
    {
        if (context.Parameters.GetString("file") is { } file)
        {
            await File.AppendAllTextAsync(file, context.TaskId.ToString(CultureInfo.InvariantCulture) + "\n", cancellationToken);
        }

        var until = context.Parameters.GetString("until");
        while (!File.Exists(until))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }

        return PluginResult.Processed("waited");
    }
}
