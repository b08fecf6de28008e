using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <summary>Composes TASK_STATUS messages that fit one stanza and are not sent too early.</summary>
public sealed partial class TaskAnswers(TaskOptions options, TimeProvider time, ILogger<TaskAnswers> logger)
{
    /// <summary>Room for the stanza's own tags and addresses.</summary>
    internal const int StanzaOverhead = 1024;

    private readonly int _maxBodyBytes = options.MaxStanzaBytes - StanzaOverhead;

    /// <summary>Composes the final answer of a task.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="receivedAt">When the task came; <see langword="null"/> when that is not known any more.</param>
    public TaskAnswer Compose(long taskId, TaskOutcome outcome, DateTimeOffset? receivedAt)
    {
        var data = OutcomeData.Read(outcome.Data, out var unreadable);
        if (unreadable is not null)
        {
            LogData(unreadable, taskId);
        }

        var message = new TaskStatusMessage
        {
            TaskId = taskId,
            ResponseCode = ToWire(outcome.Code),
            ResponseMessage = outcome.Message,
            ResponseData = data,
            ContentType = outcome.FileType is { } type ? ToWire(type) : ContentType.ApplicationJson,
            Timestamp = time.GetLocalNow(),
        };
        var fitting = message.FitTo(_maxBodyBytes, outcome.KeepEnd);
        if (!ReferenceEquals(fitting, message))
        {
            LogCut(taskId, options.MaxStanzaBytes);
        }

        return new TaskAnswer(
            fitting.ResponseCode.ToWire(),
            new OutboxDraft(fitting.ToBody(), (receivedAt ?? DateTimeOffset.MinValue) + (receivedAt is null ? TimeSpan.Zero : options.AnswerDelay)));
    }

    /// <summary>How long ago a task came; <see langword="null"/> when that is not known any more.</summary>
    public TimeSpan? Since(DateTimeOffset? receivedAt) => time.GetUtcNow() - receivedAt;

    /// <summary>The code of an outcome as on the wire (LP 3.4).</summary>
    public static string CodeOf(PluginCode code) => ToWire(code).ToWire();

    private static TaskStatusCode ToWire(PluginCode code) => code switch
    {
        PluginCode.Processed => TaskStatusCode.Processed,
        PluginCode.Warning => TaskStatusCode.Warning,
        PluginCode.Timeout => TaskStatusCode.Timeout,
        PluginCode.Killed => TaskStatusCode.Killed,
        PluginCode.Processing => TaskStatusCode.Processing,
        _ => TaskStatusCode.Error,
    };

    private static ContentType ToWire(ResultFileType type) => type switch
    {
        ResultFileType.TextHtml => ContentType.TextHtml,
        ResultFileType.ImagePng => ContentType.ImagePng,
        ResultFileType.ImageJpeg => ContentType.ImageJpeg,
        ResultFileType.ApplicationPdf => ContentType.ApplicationPdf,
        ResultFileType.ApplicationMsWord => ContentType.ApplicationMsWord,
        ResultFileType.ApplicationVndMsExcel => ContentType.ApplicationVndMsExcel,
        _ => ContentType.TextPlain,
    };

    [LoggerMessage(1401, LogLevel.Warning, "[EXECUTION] The answer of task {TaskId} was cut to fit a stanza of {Bytes} bytes")]
    private partial void LogCut(long taskId, int bytes);

    [LoggerMessage(1402, LogLevel.Error, "[EXECUTION] The data of task {TaskId} cannot be read")]
    private partial void LogData(Exception failure, long taskId);
}

/// <summary>A composed answer.</summary>
/// <param name="ResponseCode">Its code, as on the wire.</param>
/// <param name="Draft">What goes into the outbox.</param>
public sealed record TaskAnswer(string ResponseCode, OutboxDraft Draft);
