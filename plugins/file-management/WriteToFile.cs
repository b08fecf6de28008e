using System.Text;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.FileManagement;

/// <summary>
/// WRITE_TO_FILE: makes <c>file-content</c> the content of the file <c>file-path</c> (PL 5). Readers see the old text or the new one, never a
/// part. A file that was there keeps its owner, mode and attributes; a new one is root's with mode 0644, and missing directories are made with 0755.
/// </summary>
internal static partial class WriteToFile
{
    /// <summary>Writes the file.</summary>
    public static PluginResult Run(string root, PluginContext context)
    {
        var path = FilePath.Of(context.Parameters);
        if (context.Parameters.GetString("file-content") is not { } content)
        {
            return PluginResult.Error($"'{path.Text}' was not written: the task brought no content (the parameter 'file-content' is missing).");
        }

        if (!FilePath.IsWritable(content, out var bytes))
        {
            return PluginResult.Error($"'{path.Text}' was not written: the content holds half a character, which UTF-8 cannot express.");
        }

        using var place = Place.Find(root, path, Purpose.Write) ?? throw new InvalidOperationException("A walk for writing found no place.");
        if (place.Status.IsDirectory)
        {
            return PluginResult.Error($"'{path.Text}' is a directory. Give the path of a file.");
        }

        if (place.Entry is { } entry)
        {
            if (!place.Status.IsRegular)
            {
                return PluginResult.Error($"'{path.Text}' is a device, pipe or socket and not a file with text; it was left alone.");
            }

            FileSystemStatus.RefuseKernelInterface(entry, path.Text);
        }
        else
        {
            FileSystemStatus.RefuseKernelInterface(place.Directory, path.Text);
        }

        Replacement.Write(place, path.Text, Encoding.UTF8.GetBytes(content));
        LogWritten(context.Logger, path.Text, bytes, context.TaskId);
        return PluginResult.Processed(place.Entry is null
            ? $"The file '{path.Text}' has been made ({bytes} bytes)."
            : $"The file '{path.Text}' has been written ({bytes} bytes).");
    }

    [LoggerMessage(1, LogLevel.Information, "[FILE] {Path} written, {Bytes} bytes, for task {TaskId}")]
    private static partial void LogWritten(ILogger logger, string path, int bytes, long taskId);
}
