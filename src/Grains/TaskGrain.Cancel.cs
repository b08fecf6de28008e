using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <content>How an administrator of the machine cancels a task. Lider itself has no word for it (LP 2); it is told by the answer TASK_KILLED.</content>
public sealed partial class TaskGrain
{
    /// <inheritdoc/>
    public async Task<CancelOutcome> Cancel()
    {
        _task ??= await store.FindAsync(TaskId);
        if (_task is null)
        {
            DeactivateOnIdle();
            return CancelOutcome.Unknown;
        }

        if (_outcome is not null || _task.State == TaskState.Finished)
        {
            DeactivateUnlessAtWork();
            return CancelOutcome.Finished;
        }

        LogCancelledHere(TaskId);
        return _task.State == TaskState.Scheduled ? await CancelSchedule() : await CancelOnce(_task);
    }

    private async Task<CancelOutcome> CancelOnce(StoredTask task)
    {
        if (task.Plugin.Length > 0 && await GrainFactory.GetGrain<IPluginGrain>(task.Plugin).Cancel(TaskId) == WorkCancel.Ending)
        {
            return CancelOutcome.Ending;
        }

        if (_outcome is not null)
        {
            // It ended while it was looked for.
            return CancelOutcome.Finished;
        }

        await Finish(new TaskOutcome(PluginCode.Killed, $"{task.Plugin} {task.Command} was cancelled by an administrator of the machine before it ran."));
        return CancelOutcome.Cancelled;
    }

    private async Task<CancelOutcome> CancelSchedule()
    {
        if (await FindSchedule() is not { } scheduled)
        {
            DeactivateUnlessAtWork();
            return CancelOutcome.Finished;
        }

        var task = _task!;
        var isGoing = scheduled.GoingAt is not null;
        if (isGoing)
        {
            // The answer of its run is its last word.
            await scheduled.Cancel(null);
            await GrainFactory.GetGrain<IPluginGrain>(task.Plugin).Cancel(TaskId);
        }
        else
        {
            await scheduled.CancelWith(Compose(
                new TaskOutcome(PluginCode.Killed, $"The schedule of {task.Plugin} {task.Command} was cancelled by an administrator of the machine; it does not run any more."), task));
        }

        DeactivateUnlessAtWork();
        return isGoing ? CancelOutcome.Ending : CancelOutcome.Cancelled;
    }

    [LoggerMessage(3962, LogLevel.Warning, "[EXECUTION] An administrator of this machine cancels task {TaskId}")]
    private partial void LogCancelledHere(long taskId);
}
