using System.Text.RegularExpressions;

namespace Ahenk.Plugins.Conky;

/// <summary>
/// The text of a message as the console sends it: it was quoted for a shell, every <c>'</c> as <c>'\''</c> and every <c>"</c> as <c>"\""</c> (PL 3). No shell
/// takes that away here.
/// </summary>
internal static partial class ConsoleText
{
    /// <summary>Takes the quoting back. Quotes that are not quoted, as other senders write them, stay.</summary>
    public static string Unquote(string text) => Quoted().Replace(text, static quoted => quoted.Value[..1]);

    // From left to right in one go: what one replacement makes is not looked at by the next.
    [GeneratedRegex("""
        '\\''|"\\""
        """)]
    private static partial Regex Quoted();
}
