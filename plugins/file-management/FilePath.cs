using System.Text;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.FileManagement;

/// <summary>The path of a file, as a task names it: absolute, and without anything that makes it mean something else than what it shows.</summary>
/// <param name="Text">The path.</param>
/// <param name="Components">Its names, at least one; none is <c>.</c> or <c>..</c>.</param>
internal sealed record FilePath(string Text, IReadOnlyList<string> Components)
{
    /// <summary>PATH_MAX of Linux, with its NUL.</summary>
    private const int LongestPath = 4096;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Checks the parameter <c>file-path</c>.</summary>
    /// <exception cref="PluginInputException">It is missing or not such a path.</exception>
    public static FilePath Of(PluginParameters parameters)
    {
        const string Parameter = "file-path";
        var text = parameters.RequireString(Parameter);
        if (!IsWritable(text, out var bytes) || bytes >= LongestPath || text.Any(char.IsControl))
        {
            throw new PluginInputException($"The parameter '{Parameter}' is not a path: it is too long or holds control characters.");
        }

        if (text[0] != '/')
        {
            throw new PluginInputException($"The path '{text}' is not absolute. Give the whole path, beginning with '/'.");
        }

        if (text[^1] == '/')
        {
            throw new PluginInputException($"The path '{text}' names a directory. Give the path of a file.");
        }

        var components = text.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name != ".").ToArray();
        if (components.Length == 0 || components.Contains(".."))
        {
            throw new PluginInputException($"The path '{text}' is refused, because it leads over '..' or to the root. Give the path without it.");
        }

        return new FilePath("/" + string.Join('/', components), components);
    }

    /// <summary>Whether a text can be written as UTF-8: JSON can carry half a surrogate pair, a file cannot.</summary>
    public static bool IsWritable(string text, out int bytes)
    {
        try
        {
            bytes = Strict.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            bytes = 0;
            return false;
        }
    }
}
