namespace Ahenk.Grains.Interfaces;

/// <summary>
/// The durable life of tasks: accepted, started, finished. Calls that are made at the same time share one transaction and one fsync; they take
/// effect in the order in which they were made.
/// </summary>
public interface ITaskStore
{
    /// <summary>
    /// Stores a task that arrived, unless its id is known. When the returned task completes, the row (and the
    /// <paramref name="position"/>) survives a power cut.
    /// </summary>
    ValueTask<AcceptOutcome> AcceptAsync(NewTask task, StreamPosition? position);

    /// <summary>Notes that a task is about to run; the note survives a power cut. <see langword="false"/>: it was neither waiting nor parked.</summary>
    ValueTask<bool> StartAsync(long taskId);

    /// <summary>
    /// In one transaction: the task is finished, its parameters are forgotten, its answer is in the outbox. <see langword="false"/>: it was
    /// finished before or is not known, and nothing was changed.
    /// </summary>
    /// <param name="taskId">The task.</param>
    /// <param name="responseCode">The code of the answer, for lists.</param>
    /// <param name="answer">The answer.</param>
    ValueTask<bool> FinishAsync(long taskId, string responseCode, OutboxDraft answer);

    /// <summary>
    /// In one transaction: a waiting task is parked and its answer is in the outbox. It keeps its parameters and may still start. <see langword="false"/>: it was
    /// not waiting, and nothing was changed.
    /// </summary>
    ValueTask<bool> ParkAsync(long taskId, string responseCode, OutboxDraft answer);

    /// <summary>One task, or <see langword="null"/>.</summary>
    ValueTask<StoredTask?> FindAsync(long taskId);

    /// <summary>The ids of all tasks that are waiting or running, in order of arrival.</summary>
    ValueTask<IReadOnlyList<long>> ListUnfinishedAsync();

    /// <summary>The ids of the parked tasks, in order of arrival.</summary>
    /// <param name="plugin">The lower-case name of a plugin; <see langword="null"/>: of all.</param>
    ValueTask<IReadOnlyList<long>> ListParkedAsync(string? plugin);

    /// <summary>The newest tasks first.</summary>
    ValueTask<IReadOnlyList<StoredTask>> ListAsync(int limit);

    /// <summary>Forgets tasks that finished, or parked ones that came, before a moment; from then on their ids are new again.</summary>
    /// <returns>How many.</returns>
    ValueTask<int> ForgetAsync(DateTimeOffset finishedBefore);
}

/// <summary>Whether a task was taken in.</summary>
public enum AcceptOutcome
{
    /// <summary>It is new and stored.</summary>
    Accepted,

    /// <summary>Its id is known: it is not run again.</summary>
    Duplicate,
}

/// <summary>The state of a stored task.</summary>
public enum TaskState
{
    /// <summary>Stored, not started.</summary>
    Waiting = 0,

    /// <summary>Started, not finished.</summary>
    Running = 1,

    /// <summary>Finished; its answer is in the outbox or delivered.</summary>
    Finished = 2,

    /// <summary>Answered as failed because its plugin did not come; it still runs when the plugin comes.</summary>
    Parked = 3,

    /// <summary>It runs by its schedule, which <see cref="IScheduleStore"/> keeps.</summary>
    Scheduled = 4,
}

/// <summary>A task that arrived.</summary>
/// <param name="TaskId">Lider's id.</param>
/// <param name="Plugin">The plugin's name, lower case.</param>
/// <param name="Command">The command's id as it came.</param>
/// <param name="Parameters">The <c>parameterMap</c> as JSON text. May hold secrets.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Arrival">Its place in the order of arrival: rises from task to task.</param>
[GenerateSerializer, Immutable]
public sealed record NewTask(
    [property: Id(0)] long TaskId,
    [property: Id(1)] string Plugin,
    [property: Id(2)] string Command,
    [property: Id(3)] string Parameters,
    [property: Id(4)] DateTimeOffset ReceivedAt,
    [property: Id(5)] long Arrival)
{
    /// <summary>The version of the plugin that is wanted; <see langword="null"/>: any.</summary>
    [Id(6)]
    public string? PluginVersion { get; init; }

    /// <summary>The file server as <c>FileServer.ToJson</c> wrote it, or <see langword="null"/>. Holds a password.</summary>
    [Id(7)]
    public string? FileServer { get; init; }

    /// <summary>Without the parameters.</summary>
    public override string ToString() => $"NewTask {{ TaskId = {TaskId}, Plugin = {Plugin}, Command = {Command} }}";
}

/// <summary>A stored task.</summary>
public sealed record StoredTask
{
    /// <summary>Lider's id.</summary>
    public required long TaskId { get; init; }

    /// <summary>The plugin's name, lower case.</summary>
    public required string Plugin { get; init; }

    /// <summary>The command's id as it came.</summary>
    public required string Command { get; init; }

    /// <summary>The version of the plugin that is wanted; <see langword="null"/>: any.</summary>
    public string? PluginVersion { get; init; }

    /// <summary>The parameters as JSON text; <see langword="null"/> once finished.</summary>
    public string? Parameters { get; init; }

    /// <summary>The file server as <c>FileServer.ToJson</c> wrote it; <see langword="null"/> when there is none, or once finished.</summary>
    public string? FileServer { get; init; }

    /// <summary>Where it stands.</summary>
    public required TaskState State { get; init; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When it finished.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The code of its answer.</summary>
    public string? ResponseCode { get; init; }

    /// <summary>Without the parameters.</summary>
    public override string ToString() => $"StoredTask {{ TaskId = {TaskId}, Plugin = {Plugin}, Command = {Command}, State = {State} }}";
}

/// <summary>How far a stream has been handled (XEP-0198 <c>h</c>), stored in the same transaction as what was handled.</summary>
/// <param name="StreamId">The stream-management id.</param>
/// <param name="Sequence">The count.</param>
[GenerateSerializer, Immutable]
public readonly record struct StreamPosition([property: Id(0)] string StreamId, [property: Id(1)] long Sequence);
