using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains;

/// <summary>Waits until Lider has what it was answered: for work that ends the agent, its connection or its name ("answer before you act").</summary>
public sealed class AnswerFlush(ITaskStore tasks, IScheduleStore schedules, IOutbox outbox, TimeProvider time)
{
    /// <summary>How long Lider is waited for: an agent that cannot reach it must still be able to restart its machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What a plugin that is still running may need to come to its answer.</summary>
    private static readonly TimeSpan PluginTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits.</summary>
    /// <param name="taskId">The task whose answer is waited for; <see langword="null"/>: all that is in the outbox.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether Lider has it.</returns>
    public async Task<bool> WaitAsync(long? taskId, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < Patience)
        {
            if (await IsStored(taskId) && await outbox.ReadFiguresAsync() is { Pending: 0, Unconfirmed: 0 })
            {
                return true;
            }

            await Task.Delay(Step, time, cancellationToken);
        }

        return false;
    }

    /// <summary>Waits for the answer of a plugin that is still running, and for all that is in the outbox.</summary>
    /// <returns>Whether Lider has it.</returns>
    public async Task<bool> WaitForPluginAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(PluginTime, time, cancellationToken);
        return await WaitAsync(null, cancellationToken);
    }

    private async Task<bool> IsStored(long? taskId) => taskId is not { } id || await tasks.FindAsync(id) switch
    {
        { State: TaskState.Scheduled } => await schedules.FindAsync(id) is not { GoingAt: not null },
        { State: not TaskState.Finished } => false,
        _ => true,
    };
}
