using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <inheritdoc cref="IPluginGrain"/>
public sealed partial class PluginGrain(ITaskStore store, IPluginHost plugins, TimeProvider time, ILogger<PluginGrain> logger)
    : Grain, IPluginGrain, IDisposable
{
    private static readonly TimeSpan StorageRetry = TimeSpan.FromSeconds(5);

    private readonly Queue<PluginWork> _queue = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public Task Enqueue(PluginWork work)
    {
        _queue.Enqueue(work);
        if (_running.IsCompleted)
        {
            // Not awaited: it goes on in this grain's turns, so the queue needs no lock, while calls are answered at once.
            _running = RunQueue();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task RunQueue()
    {
        while (!_stopping.IsCancellationRequested && _queue.TryDequeue(out var work))
        {
            // Work in hand must not be lost to an idle deactivation, however long it takes.
            DelayDeactivation(Timeout.InfiniteTimeSpan);
            if (!await MayStart(work))
            {
                continue;
            }

            var outcome = await Run(work);
            await Complete(work, outcome);
        }

        DelayDeactivation(TimeSpan.Zero);
    }

    private async Task<TaskOutcome> Run(PluginWork work)
    {
        try
        {
            return await plugins.RunAsync(Name, work, _stopping.Token);
        }
        catch (Exception failure)
        {
            // The host answers with values; should it fail all the same, the queue must not stand still for it.
            LogHostFailed(failure, work.TaskId, Name, work.Command);
            return TaskOutcome.Error($"{Name} {work.Command} could not be run: {failure.Message}");
        }
    }

    private async Task<bool> MayStart(PluginWork work)
    {
        if (work.Idempotent)
        {
            return true;
        }

        while (true)
        {
            try
            {
                return await store.StartAsync(work.TaskId);
            }
            catch (StorageException failure)
            {
                LogStartNotStored(failure, work.TaskId, StorageRetry.TotalSeconds);
                try
                {
                    await Task.Delay(StorageRetry, time, _stopping.Token);
                }
                catch (OperationCanceledException)
                {
                    // The task stays stored as waiting and runs after the next start.
                    return false;
                }
            }
        }
    }

    private async Task Complete(PluginWork work, TaskOutcome outcome)
    {
        try
        {
            await GrainFactory.GetGrain<ITaskGrain>(work.TaskId).Complete(outcome);
        }
        catch (Exception failure)
        {
            // Whatever the call failed with, the queue goes on. The task is stored as running, so the next start answers it as interrupted.
            LogAnswerLost(failure, work.TaskId, Name, work.Command);
        }
    }

    [LoggerMessage(1201, LogLevel.Error, "[PLUGIN] The start of task {TaskId} could not be stored, so it is not run yet; next attempt in {Seconds} s")]
    private partial void LogStartNotStored(Exception failure, long taskId, double seconds);

    [LoggerMessage(1203, LogLevel.Error, "[PLUGIN] The plugin host failed with task {TaskId} ({Plugin} {Command})")]
    private partial void LogHostFailed(Exception failure, long taskId, string plugin, string command);

    [LoggerMessage(1202, LogLevel.Error, "[PLUGIN] The answer of task {TaskId} ({Plugin} {Command}) could not be handed over; it is answered as interrupted after the next start")]
    private partial void LogAnswerLost(Exception failure, long taskId, string plugin, string command);
}
