using System.Text.Json.Nodes;

namespace Ahenk.Grains.Interfaces;

/// <summary>Tells Lider how far a running task has come (TASK_PROCESSING).</summary>
public interface IPluginProgress
{
    /// <summary>Stores the message for sending. Is not called any more once the task's run has ended.</summary>
    /// <param name="taskId">Lider's id of the task.</param>
    /// <param name="message">One sentence for the administrator.</param>
    /// <param name="data">What is known so far, or <see langword="null"/>.</param>
    Task ReportAsync(long taskId, string message, JsonObject? data);
}
