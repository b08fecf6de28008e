using System.Globalization;
using System.Text.Json.Serialization;

namespace Ahenk.Lider.Protocol;

/// <summary>UPDATE_SCHEDULED_TASK: gives a scheduled task a new schedule, or ends it (LP 2.4). No answer is expected.</summary>
public sealed record UpdateScheduledTaskMessage() : LiderMessage(TypeName)
{
    internal const string TypeName = "UPDATE_SCHEDULED_TASK";

    /// <summary>The id of the task, which this agent may never have seen (LP 8.21).</summary>
    public required long TaskId { get; init; }

    /// <summary>The new schedule as it came; <see langword="null"/>: the task is cancelled.</summary>
    public string? CronExpression { get; init; }

    private protected override string Subject => TaskId.ToString(CultureInfo.InvariantCulture);
}

/// <summary>EXECUTE_SCRIPT: in the old server's vocabulary, though nothing there sends it (LP 2.8).</summary>
public sealed record ExecuteScriptMessage() : LiderMessage(TypeName)
{
    internal const string TypeName = "EXECUTE_SCRIPT";

    /// <summary>The script's text.</summary>
    public required string Command { get; init; }

    /// <summary>Where the result would go.</summary>
    public FileServer? FileServer { get; init; }
}

/// <summary>UPDATE_SCHEDULED_TASK as it comes.</summary>
internal sealed class UpdateScheduledTaskWire
{
    public long? TaskId { get; init; }

    // Text that is not a schedule must not pass for "cancel", so only JSON null does.
    [JsonConverter(typeof(LenientJsonTextConverter))]
    public string? CronExpression { get; init; }

    public LiderDate? Timestamp { get; init; }

    public LiderInbound ToMessage() => TaskId is { } id
        ? new UpdateScheduledTaskMessage { TaskId = id, CronExpression = CronExpression, Timestamp = Timestamp }
        : InboundParser.Invalid(UpdateScheduledTaskMessage.TypeName, "taskId is missing or not a number");
}

/// <summary>EXECUTE_SCRIPT as it comes.</summary>
internal sealed class ExecuteScriptWire
{
    public string? Command { get; init; }

    public LiderDate? Timestamp { get; init; }

    [JsonConverter(typeof(LenientObjectConverter<FileServerWire>))]
    public FileServerWire? FileServerConf { get; init; }

    public LiderInbound ToMessage() => string.IsNullOrEmpty(Command)
        ? InboundParser.Invalid(ExecuteScriptMessage.TypeName, "command is missing")
        : new ExecuteScriptMessage { Command = Command, FileServer = FileServerConf?.ToFileServer(), Timestamp = Timestamp };
}
