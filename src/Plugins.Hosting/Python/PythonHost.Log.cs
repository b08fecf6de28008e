using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Python;

internal sealed partial class PythonHost
{
    [LoggerMessage(1350, LogLevel.Information, "[PLUGIN] {Plugin} runs on Python {Version} as process {Pid}")]
    private partial void LogReady(string plugin, string version, int pid);

    [LoggerMessage(1351, LogLevel.Warning, "[PLUGIN] {Plugin}: process {Pid} has ended ({End}) with {Unanswered} calls unanswered: {Reason}")]
    private partial void LogEnded(string plugin, int pid, string end, int unanswered, string reason);

    [LoggerMessage(1352, LogLevel.Debug, "[PLUGIN] {Plugin}: process {Pid} had nothing to do and has left")]
    private partial void LogLeft(string plugin, int pid);

    [LoggerMessage(1353, LogLevel.Warning, "[PLUGIN] {Plugin} answered the call {Id}, which it was not asked or has answered before; the answer is dropped")]
    private partial void LogStray(string plugin, long id);

    [LoggerMessage(1358, LogLevel.Error, "[PLUGIN] {Plugin}: the agent lost track of process {Pid}")]
    private partial void LogLost(Exception failure, string plugin, int pid);

    [LoggerMessage(1356, LogLevel.Debug, "[PLUGIN] {Plugin}: process {Pid} does not listen any more: {Reason}")]
    private partial void LogNotSent(string plugin, int pid, string reason);

    [LoggerMessage(1357, LogLevel.Debug, "[PLUGIN] {Plugin}: process {Pid} cannot be heard any more: {Reason}")]
    private partial void LogNotRead(string plugin, int pid, string reason);
}
