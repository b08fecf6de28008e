using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Plugins.FileManagement;

/// <summary>
/// GET_FILE_CONTENT: the text of the file <c>file-path</c> as <c>file_content</c> (PL 5). A file that is missing is a success without data: the
/// console opens an empty editor for it.
/// </summary>
internal static class GetFileContent
{
    /// <summary>The largest file whose text is sent; the console shows no larger ones (PL 5).</summary>
    internal const int LargestFile = 5 * 1024;

    /// <summary>Reads the file.</summary>
    public static PluginResult Run(string root, PluginContext context)
    {
        var path = FilePath.Of(context.Parameters);
        using var place = Place.Find(root, path, Purpose.Read);
        if (place is null || (place.Entry is null && !place.Status.IsDirectory))
        {
            return PluginResult.Processed($"The file '{path.Text}' was not found.");
        }

        if (place.Entry is not { } entry || place.Status.IsDirectory)
        {
            return PluginResult.Error($"'{path.Text}' is a directory. Give the path of a file.");
        }

        if (!place.Status.IsRegular)
        {
            return PluginResult.Error($"'{path.Text}' is a device, pipe or socket and not a file with text; it was not opened.");
        }

        FileSystemStatus.RefuseKernelInterface(entry, path.Text);
        if (place.Status.Size > LargestFile || Read(entry, path.Text) is not { } bytes)
        {
            return PluginResult.Error(
                $"The file '{path.Text}' is larger than {LargestFile / 1024} KiB, and its text is not sent. Use a script to look at a part of it.");
        }

        return Decode(bytes) is { } text
            ? PluginResult.Processed(
                $"The file '{path.Text}' has been read.", new JsonObject { ["file_exists"] = true, ["file_content"] = text })
            : PluginResult.Error(
                $"The file '{path.Text}' is not text in UTF-8, and its content is not sent: written back from the console, it would be damaged.");
    }

    /// <summary>Reads a file that may grow meanwhile.</summary>
    /// <returns><see langword="null"/>: it is too large.</returns>
    private static byte[]? Read(SafeFileHandle entry, string path)
    {
        // The very file that was examined, and not what may be found under its name by now.
        try
        {
            using var file = Descriptors.Reopen(entry);
            var buffer = new byte[LargestFile + 1];
            var length = 0;
            int count;
            while (length < buffer.Length && (count = RandomAccess.Read(file, buffer.AsSpan(length), length)) > 0)
            {
                length += count;
            }

            return length > LargestFile ? null : buffer[..length];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PluginInputException($"The file '{path}' could not be read: {failure.Message}");
        }
    }

    private static string? Decode(byte[] bytes)
    {
        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
            return text.Contains('\0', StringComparison.Ordinal) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
