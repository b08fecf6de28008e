using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Running;

internal sealed partial class WorkRun
{
    [LoggerMessage(1303, LogLevel.Warning, "[PLUGIN] {What} of task {TaskId} failed: {Reason}")]
    private partial void LogFailed(string what, long taskId, string reason);

    [LoggerMessage(1304, LogLevel.Error, "[PLUGIN] {What} of task {TaskId} failed")]
    private partial void LogThrew(Exception failure, string what, long taskId);

    [LoggerMessage(1305, LogLevel.Error,
        "[PLUGIN] {What} of task {TaskId} does not heed its cancellation and is left behind; its plugin cannot be used until it ends")]
    private partial void LogLeftBehind(string what, long taskId);

    [LoggerMessage(1306, LogLevel.Warning, "[PLUGIN] The progress of {What} of task {TaskId} could not be told")]
    private partial void LogNoProgress(Exception failure, string what, long taskId);

    [LoggerMessage(1307, LogLevel.Error, "[PLUGIN] What {What} of task {TaskId} does after its answer failed")]
    private partial void LogAfterAnswer(Exception failure, string what, long taskId);

    [LoggerMessage(1308, LogLevel.Warning, "[PLUGIN] The files of {What} of task {TaskId} cannot be removed; they go when the agent starts again")]
    private partial void LogFilesLeft(Exception failure, string what, long taskId);

    [LoggerMessage(1309, LogLevel.Error, "[PLUGIN] {What} of task {TaskId} answered with more than {Bytes} bytes of data")]
    private partial void LogTooLarge(string what, long taskId, int bytes);
}
