using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <inheritdoc cref="ITaskGrain"/>
public sealed partial class TaskGrain(ITaskStore store, IPluginHost plugins, TaskAnswers answers, ILogger<TaskGrain> logger) : Grain, ITaskGrain
{
    private static readonly TimeSpan StorageRetry = TimeSpan.FromSeconds(5);

    private StoredTask? _task;
    private TaskOutcome? _outcome;
    private IGrainTimer? _retry;
    private Task _finishing = Task.CompletedTask;
    private bool _isHandedOver;

    private long TaskId => this.GetPrimaryKeyLong();

    /// <inheritdoc/>
    public async Task<AcceptOutcome> Accept(IncomingTask task)
    {
        if (task.IsScheduled)
        {
            // Stored without its plugin: a crash before its answer is stored must not make the next start run it.
            return await Reject(new RejectedTask(
                $"This version of Ahenk does not run scheduled tasks: task {TaskId} was not run. Send it without a schedule.",
                task.Task.ReceivedAt,
                task.Task.Arrival,
                task.Position));
        }

        var outcome = await store.AcceptAsync(task.Task, task.Position);
        if (outcome == AcceptOutcome.Duplicate)
        {
            LogDuplicate(TaskId);
            DeactivateUnlessAnswering();
            return outcome;
        }

        LogAccepted(TaskId, task.Task.Plugin, task.Task.Command);
        _task = new StoredTask
        {
            TaskId = TaskId,
            Plugin = task.Task.Plugin,
            Command = task.Task.Command,
            Parameters = task.Task.Parameters,
            PluginVersion = task.Task.PluginVersion,
            FileServer = task.Task.FileServer,
            State = TaskState.Waiting,
            ReceivedAt = task.Task.ReceivedAt,
        };
        return outcome;
    }

    /// <inheritdoc/>
    public async Task Release()
    {
        if (_outcome is not null || _isHandedOver)
        {
            // Answered, even when the disk has not taken the answer yet, or on its way through the plugin's queue.
            return;
        }

        _task ??= await store.FindAsync(TaskId);
        if (_task is null || _task.State == TaskState.Finished)
        {
            DeactivateUnlessAnswering();
            return;
        }

        if (_task.Plugin.Length == 0)
        {
            await Finish(TaskOutcome.Error(
                $"Task {TaskId} could not be understood or has a schedule, which this version of Ahenk does not run; it was not run."));
            return;
        }

        var lookup = plugins.Find(_task.Plugin, _task.PluginVersion, _task.Command);
        if (_task.State == TaskState.Running && !lookup.Idempotent)
        {
            LogInterrupted(TaskId, _task.Plugin, _task.Command);
            await Finish(TaskOutcome.Error(
                $"{_task.Plugin} {_task.Command} was interrupted because the agent or the machine stopped while it ran; not run again. " +
                "Check what it has done before sending it anew."));
            return;
        }

        if (lookup.Problem is { } problem)
        {
            LogNotRunnable(TaskId, problem);
            await (lookup.Missing ? AwaitPlugin(_task) : Finish(TaskOutcome.Error(problem)));
            return;
        }

        _isHandedOver = true;
        await GrainFactory.GetGrain<IPluginGrain>(_task.Plugin).Enqueue(new PluginWork
        {
            Kind = PluginWorkKind.Command,
            Id = TaskId,
            Command = _task.Command,
            Parameters = _task.Parameters ?? "{}",
            Idempotent = lookup.Idempotent,
            Parallel = lookup.Parallel,
            FileServer = _task.FileServer,
            Owner = this.AsReference<IPluginWorkOwner>(),
        });
    }

    /// <inheritdoc/>
    public async Task PluginUnavailable(string reason)
    {
        _task ??= await store.FindAsync(TaskId);
        if (_task is not { State: TaskState.Waiting } || _outcome is not null || _isHandedOver)
        {
            return;
        }

        var answer = answers.Compose(TaskId, TaskOutcome.Error(reason), _task.ReceivedAt);
        try
        {
            if (await store.ParkAsync(TaskId, answer.ResponseCode, answer.Draft))
            {
                LogParked(TaskId, _task.Plugin, reason);
                _task = _task with { State = TaskState.Parked };
            }
        }
        catch (StorageException failure)
        {
            LogAnswerNotStored(failure, TaskId, StorageRetry.TotalSeconds);
            RetryLater(() => PluginUnavailable(reason));
        }
    }

    /// <inheritdoc/>
    public Task Complete(TaskOutcome outcome)
    {
        // Not awaited: the answer has its place in the journal's queue now, and the note that the plugin's next item starts can share its commit.
        _finishing = Finish(outcome);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _finishing.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<AcceptOutcome> Reject(RejectedTask task)
    {
        var rejected = new NewTask(TaskId, "", "", "{}", task.ReceivedAt, task.Arrival);
        var outcome = await store.AcceptAsync(rejected, task.Position);
        if (outcome == AcceptOutcome.Duplicate)
        {
            LogDuplicate(TaskId);
            DeactivateUnlessAnswering();
            return outcome;
        }

        _task = new StoredTask { TaskId = TaskId, Plugin = "", Command = "", State = TaskState.Waiting, ReceivedAt = task.ReceivedAt };
        await Finish(TaskOutcome.Error(task.Reason));
        return outcome;
    }

    private async Task Finish(TaskOutcome outcome)
    {
        _outcome ??= outcome;
        try
        {
            _task ??= await store.FindAsync(TaskId);
            var answer = answers.Compose(TaskId, _outcome, _task?.ReceivedAt);
            if (await store.FinishAsync(TaskId, answer.ResponseCode, answer.Draft))
            {
                LogFinished(TaskId, answer.ResponseCode);
            }

            _retry?.Dispose();
            _retry = null;
            DeactivateOnIdle();
        }
        catch (StorageException failure)
        {
            // The work is done and its answer exists only here: it is kept and stored as soon as the disk takes it.
            LogAnswerNotStored(failure, TaskId, StorageRetry.TotalSeconds);
            RetryLater(() => Finish(outcome));
        }
    }

    /// <summary>A parked task has its answer already, and waits on the disk alone.</summary>
    private Task AwaitPlugin(StoredTask task) => task.State == TaskState.Parked
        ? Task.CompletedTask
        : GrainFactory.GetGrain<IPluginGrain>(task.Plugin).Await(TaskId, task.PluginVersion);

    private void RetryLater(Func<Task> attempt)
    {
        DelayDeactivation(StorageRetry * 2);
        _retry?.Dispose();
        _retry = this.RegisterGrainTimer(attempt, new GrainTimerCreationOptions(StorageRetry, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    /// <summary>An answer that is not stored yet exists only here; storing it ends this activation.</summary>
    private void DeactivateUnlessAnswering()
    {
        if (_outcome is null)
        {
            DeactivateOnIdle();
        }
    }

    [LoggerMessage(1101, LogLevel.Information, "[EXECUTION] Task {TaskId} accepted: {Plugin} {Command}")]
    private partial void LogAccepted(long taskId, string plugin, string command);

    [LoggerMessage(1102, LogLevel.Information, "[EXECUTION] Task {TaskId} came again and is not run again")]
    private partial void LogDuplicate(long taskId);

    [LoggerMessage(1103, LogLevel.Warning, "[EXECUTION] Task {TaskId} ({Plugin} {Command}) was running when the agent stopped; it is answered and not run again")]
    private partial void LogInterrupted(long taskId, string plugin, string command);

    [LoggerMessage(1104, LogLevel.Warning, "[EXECUTION] Task {TaskId} cannot be run: {Problem}")]
    private partial void LogNotRunnable(long taskId, string problem);

    [LoggerMessage(1105, LogLevel.Information, "[EXECUTION] Task {TaskId} finished: {ResponseCode}")]
    private partial void LogFinished(long taskId, string responseCode);

    [LoggerMessage(1107, LogLevel.Warning, "[EXECUTION] Task {TaskId} is answered with an error and runs when the plugin {Plugin} comes after all: {Reason}")]
    private partial void LogParked(long taskId, string plugin, string reason);

    [LoggerMessage(1106, LogLevel.Error, "[EXECUTION] The answer of task {TaskId} could not be stored; next attempt in {Seconds} s")]
    private partial void LogAnswerNotStored(Exception failure, long taskId, double seconds);
}
