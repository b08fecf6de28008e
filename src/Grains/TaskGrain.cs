using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Scheduling;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <inheritdoc cref="ITaskGrain"/>
public sealed partial class TaskGrain(
    ITaskStore store, IScheduleStore schedules, IPluginHost plugins, TaskAnswers answers, SchedulePlanner planner, IAuditLog audit, IAgentEvents events,
    ILogger<TaskGrain> logger) : Grain, ITaskGrain
{
    private static readonly TimeSpan StorageRetry = TimeSpan.FromSeconds(5);

    private readonly IScheduleStore _schedules = schedules;
    private readonly SchedulePlanner _planner = planner;
    private StoredTask? _task;
    private TaskOutcome? _outcome;
    private IGrainTimer? _retry;
    private Task _finishing = Task.CompletedTask;
    private bool _isHandedOver;

    private long TaskId => this.GetPrimaryKeyLong();

    /// <inheritdoc/>
    public async Task<AcceptOutcome> Accept(IncomingTask task)
    {
        if (task.Cron is { } cron)
        {
            return await AcceptScheduled(task, cron);
        }

        var outcome = await store.AcceptAsync(task.Task, task.Position);
        if (outcome == AcceptOutcome.Duplicate)
        {
            LogDuplicate(TaskId);
            DeactivateUnlessAtWork();
            return outcome;
        }

        LogAccepted(TaskId, task.Task.Plugin, task.Task.Command);
        AgentMetrics.TaskReceived();
        TellAccepted(task.Task, null);
        _task = Stored(task.Task, TaskState.Waiting);
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
            DeactivateUnlessAtWork();
            return;
        }

        if (_task.Plugin.Length == 0)
        {
            // Stored without its plugin, and the agent stopped before the reason was.
            await Finish(TaskOutcome.Error($"Task {TaskId}, or its schedule, could not be understood; it was not run."));
            return;
        }

        if (_task.State == TaskState.Scheduled)
        {
            await TakeUpSchedule();
            return;
        }

        var lookup = await FindCommand(_task);
        if (_task.State == TaskState.Running && !lookup.Idempotent)
        {
            LogInterrupted(TaskId, _task.Plugin, _task.Command);
            await Finish(Interrupted(_task));
            return;
        }

        if (lookup.Problem is { } problem)
        {
            LogNotRunnable(TaskId, problem);
            await (lookup.Missing ? AwaitPlugin(_task) : Finish(TaskOutcome.Error(problem)));
            return;
        }

        _isHandedOver = true;
        await Enqueue(_task, lookup, null);
    }

    /// <inheritdoc/>
    public Task PluginAvailable(string plugin) => Release();

    /// <inheritdoc/>
    public async Task PluginUnavailable(string plugin, string? version, string reason)
    {
        _task ??= await store.FindAsync(TaskId);
        if (_task is not { State: TaskState.Waiting } || _outcome is not null || _isHandedOver)
        {
            return;
        }

        var answer = Compose(TaskOutcome.Error(reason), _task);
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
            RetryLater(() => PluginUnavailable(plugin, version, reason));
        }
    }

    /// <inheritdoc/>
    public Task Complete(PluginWork work, TaskOutcome outcome)
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
            DeactivateUnlessAtWork();
            return outcome;
        }

        AgentMetrics.TaskReceived();
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
            var answer = Compose(_outcome, _task);
            if (_task is { State: TaskState.Scheduled })
            {
                await FinishRun(answer);
            }
            else if (await store.FinishAsync(TaskId, answer.ResponseCode, answer.Draft))
            {
                LogFinished(TaskId, answer.ResponseCode);
                AgentMetrics.TaskFinished(answer.ResponseCode, answers.Since(_task?.ReceivedAt));
                TellFinished(answer.ResponseCode);
            }

            _retry?.Dispose();
            _retry = null;
            if (_scheduled is not { IsAtWork: true })
            {
                DeactivateOnIdle();
            }
        }
        catch (StorageException failure)
        {
            // The work is done and its answer exists only here: it is kept and stored as soon as the disk takes it.
            LogAnswerNotStored(failure, TaskId, StorageRetry.TotalSeconds);
            RetryLater(() => Finish(outcome));
        }
    }

    private void TellAccepted(NewTask task, string? cron)
    {
        Audit(AuditAction.TaskAccepted, task.Plugin, task.Command, null);
        events.Raise(new TaskAccepted(TaskId, task.Plugin, task.Command, cron));
    }

    private void TellFinished(string code)
    {
        Audit(AuditAction.TaskFinished, _task?.Plugin, _task?.Command, code);
        events.Raise(new TaskFinished(TaskId, Named(_task?.Plugin), Named(_task?.Command), code));
    }

    private void Audit(string action, string? plugin, string? command, string? code) =>
        audit.Write(new AuditEntry(AuditSource.Lider, action) { Plugin = Named(plugin), Command = Named(command), Id = TaskId, Code = code });

    /// <summary>A task that could not be understood has neither plugin nor command.</summary>
    private static string? Named(string? name) => string.IsNullOrEmpty(name) ? null : name;

    private static TaskOutcome Interrupted(StoredTask task) => TaskOutcome.Error(
        $"{task.Plugin} {task.Command} was interrupted because the agent or the machine stopped while it ran; not run again. " +
        "Check what it has done before sending it anew.");

    private static StoredTask Stored(NewTask task, TaskState state) => new()
    {
        TaskId = task.TaskId,
        Plugin = task.Plugin,
        Command = task.Command,
        Parameters = task.Parameters,
        PluginVersion = task.PluginVersion,
        FileServer = task.FileServer,
        State = state,
        ReceivedAt = task.ReceivedAt,
    };

    private ValueTask<PluginLookup> FindCommand(StoredTask task) => plugins.FindAsync(task.Plugin, task.PluginVersion, task.Command);

    private TaskAnswer Compose(TaskOutcome outcome, StoredTask? task) => answers.Compose(TaskId, outcome, task?.ReceivedAt);

    private Task Enqueue(StoredTask task, PluginLookup lookup, DateTimeOffset? run) => GrainFactory.GetGrain<IPluginGrain>(task.Plugin).Enqueue(new PluginWork
    {
        Kind = PluginWorkKind.Command,
        Id = TaskId,
        Command = task.Command,
        Parameters = task.Parameters ?? "{}",
        Idempotent = lookup.Idempotent,
        Parallel = lookup.Parallel,
        FileServer = task.FileServer,
        Owner = this.AsReference<IPluginWorkOwner>(),
        Run = run,
    });

    /// <summary>A parked task has its answer already, and waits on the disk alone.</summary>
    private Task AwaitPlugin(StoredTask task) => task.State == TaskState.Parked
        ? Task.CompletedTask
        : GrainFactory.GetGrain<IPluginGrain>(task.Plugin).Await(this.AsReference<IPluginWaiter>(), task.PluginVersion);

    private void RetryLater(Func<Task> attempt)
    {
        DelayDeactivation(StorageRetry * 2);
        _retry?.Dispose();
        _retry = this.RegisterGrainTimer(attempt, new GrainTimerCreationOptions(StorageRetry, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    /// <summary>
    /// An answer that is not stored yet exists only here; storing it ends this activation. So does the end of work that a plugin has.
    /// </summary>
    private void DeactivateUnlessAtWork()
    {
        if (_outcome is null && !_isHandedOver && _scheduled is not { IsAtWork: true })
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
