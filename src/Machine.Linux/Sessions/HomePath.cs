using System.Text;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>A path below a home that means what it shows.</summary>
/// <param name="Text">The path.</param>
/// <param name="Directories">The names on the way.</param>
/// <param name="Name">The last name.</param>
internal sealed record HomePath(string Text, IReadOnlyList<string> Directories, string Name)
{
    private const int LongestPath = 4095;
    private const int LongestName = 255;
    private const int MostNames = 64;

    /// <summary>Checks a path.</summary>
    /// <exception cref="HomeFileException">It is not one.</exception>
    public static HomePath Of(string text)
    {
        if (text.Length == 0 || text.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter)) || Encoding.UTF8.GetByteCount(text) > LongestPath)
        {
            throw new HomeFileException("A path in a home is empty, too long, or holds letters that no such path should have.");
        }

        var names = text.Split('/');
        if (names.Length > MostNames || names.Any(static name => name is "" or "." or ".." || Encoding.UTF8.GetByteCount(name) > LongestName))
        {
            throw new HomeFileException($"The path '{text}' is not one below a home: give it relative to the home, without '.', '..' and empty names.");
        }

        return new HomePath(text, names[..^1], names[^1]);
    }
}
