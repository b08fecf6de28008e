using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Interfaces;

/// <summary>
/// One task of Lider; the key is Lider's task id. It sees to it that the task runs at most once and that exactly one final answer is
/// stored for it.
/// </summary>
public interface ITaskGrain : IGrainWithIntegerKey, IPluginWorkOwner, IPluginWaiter
{
    /// <summary>Takes the task in. When the call returns, the task survives a power cut and its stanza may be acknowledged.</summary>
    Task<AcceptOutcome> Accept(IncomingTask task);

    /// <summary>
    /// Hands an accepted task to its plugin, or answers it when that cannot be; a scheduled one is made to wait for its time. Called in order of
    /// arrival, for it decides the order in the plugin's queue. A task, or a run of one, that was going on when the agent died is answered as interrupted, or
    /// run again when its command is idempotent.
    /// </summary>
    Task Release();

    /// <summary>Answers a message that bears this task's id but cannot be run.</summary>
    Task<AcceptOutcome> Reject(RejectedTask task);

    /// <summary>
    /// Gives a scheduled task another schedule, or cancels it (LP 2.4). When the call returns, the update survives a power cut and its stanza may be
    /// acknowledged. One whose task has not come is remembered for a day.
    /// </summary>
    Task Reschedule(ScheduleUpdate update);

    /// <summary>
    /// Looks whether the task's schedule is due and sets its reminder. Any number of calls is right: what is run is decided by the clock and by what is stored.
    /// </summary>
    Task Wake();

    /// <summary>
    /// A run of this task is about to start; asked by the plugin once it is its turn. When the call returns <see langword="true"/>, the start is noted and survives a power cut.
    /// <see langword="false"/>: the run must not start. To ask again about the same run is harmless.
    /// </summary>
    /// <param name="plannedAt">The occurrence, <see cref="PluginWork.Run"/>.</param>
    Task<bool> StartRun(DateTimeOffset plannedAt);

    /// <summary>
    /// An administrator of the machine does not want it: what waits is answered as killed and not run, what runs is ended and then answered so, a schedule is ended.
    /// </summary>
    Task<CancelOutcome> Cancel();
}

/// <summary>What became of a task, or a local run, that is to be cancelled.</summary>
public enum CancelOutcome
{
    /// <summary>It is not known here.</summary>
    Unknown,

    /// <summary>It has ended before.</summary>
    Finished,

    /// <summary>It did not run and will not.</summary>
    Cancelled,

    /// <summary>It runs and is being ended.</summary>
    Ending,
}

/// <summary>A task as it came over the wire.</summary>
/// <param name="Task">The task.</param>
/// <param name="Cron">Its schedule as it came; <see langword="null"/>: it is run at once.</param>
/// <param name="Position">How far the stream is handled once the task is stored.</param>
[GenerateSerializer, Immutable]
public sealed record IncomingTask(
    [property: Id(0)] NewTask Task,
    [property: Id(1)] string? Cron,
    [property: Id(2)] StreamPosition? Position);

/// <summary>UPDATE_SCHEDULED_TASK.</summary>
/// <param name="Cron">The schedule as it came; <see langword="null"/>, empty or <c>none</c>: the task is cancelled.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Position">How far the stream is handled once the update is stored.</param>
[GenerateSerializer, Immutable]
public sealed record ScheduleUpdate(
    [property: Id(0)] string? Cron,
    [property: Id(1)] DateTimeOffset ReceivedAt,
    [property: Id(2)] StreamPosition? Position);

/// <summary>A message that names a task but cannot be understood.</summary>
/// <param name="Reason">One sentence for the administrator.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Arrival">Its place in the order of arrival, as <see cref="NewTask.Arrival"/>.</param>
/// <param name="Position">How far the stream is handled once the answer is stored.</param>
[GenerateSerializer, Immutable]
public sealed record RejectedTask(
    [property: Id(0)] string Reason,
    [property: Id(1)] DateTimeOffset ReceivedAt,
    [property: Id(2)] long Arrival,
    [property: Id(3)] StreamPosition? Position);

/// <summary>How a plugin's work ended.</summary>
/// <param name="Code">The code of the answer.</param>
/// <param name="Message">One sentence for the administrator.</param>
/// <param name="Data">The answer's data as JSON text of an object, or <see langword="null"/>.</param>
/// <param name="KeepEnd">Whether the end of a text is kept when it has to be cut.</param>
[GenerateSerializer, Immutable]
public sealed record TaskOutcome(
    [property: Id(0)] PluginCode Code,
    [property: Id(1)] string Message,
    [property: Id(2)] string? Data = null,
    [property: Id(3)] bool KeepEnd = false)
{
    /// <summary>
    /// What the file is whose MD5 sum is in <see cref="Data"/>: it has been uploaded (LP 3.4). <see langword="null"/>: the data is all there is.
    /// </summary>
    [Id(4)]
    public ResultFileType? FileType { get; init; }

    /// <summary>The task was not done.</summary>
    public static TaskOutcome Error(string message) => new(PluginCode.Error, message);

    /// <summary>Without the data, which is whatever the plugin has read.</summary>
    public override string ToString() => $"TaskOutcome {{ Code = {Code} }}";
}
