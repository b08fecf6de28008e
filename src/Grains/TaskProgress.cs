using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains;

/// <summary>Puts reports of running tasks into the outbox; they are the first to go when it is full.</summary>
public sealed class TaskProgress(TaskAnswers answers, IOutbox outbox, ITaskStore tasks) : IPluginProgress
{
    /// <inheritdoc/>
    public async Task ReportAsync(long taskId, string message, JsonObject? data)
    {
        if (LocalRunId.Is(taskId))
        {
            // Lider has not asked for it.
            return;
        }

        var task = await tasks.FindAsync(taskId);
        var report = answers.Compose(taskId, new TaskOutcome(PluginCode.Processing, message, data?.ToJsonString()), task?.ReceivedAt);
        await outbox.AddAsync(report.Draft with { IsFinal = false });
    }
}
