using System.Text;
using System.Text.RegularExpressions;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Dialogs;

/// <summary>Writes to the terminals of users.</summary>
internal static partial class UserTerminal
{
    private const int MostBytes = 4096;

    /// <summary>Writes lines to the terminal of a session, if it is its user's own: nobody else's is written to, nor is a file that has taken its place.</summary>
    /// <param name="session">The session.</param>
    /// <param name="text">The lines; what exceeds 4 KiB is cut off.</param>
    /// <param name="devices">The directory of terminals, <c>/dev</c>.</param>
    /// <returns>Whether all was written. A terminal that is stopped takes nothing, and is not waited for.</returns>
    public static bool Write(UserSession session, string text, string devices)
    {
        if (session.Terminal is not { } name || !Terminal().IsMatch(name))
        {
            return false;
        }

        using var terminal = FileCalls.Open(
            $"{devices}/{name}", FileCalls.WriteOnly | FileCalls.NoTerminal | FileCalls.NoFollow | FileCalls.NonBlocking | FileCalls.CloseOnExec);
        if (terminal.IsInvalid || FileCalls.Status(terminal, "", FileCalls.EmptyPath, FileCalls.BasicStatus, out var status) != 0 ||
            !status.IsCharacterDevice || status.User != session.Uid)
        {
            return false;
        }

        // With a carriage return a line also begins at the left of a terminal that a program has in raw mode.
        var bytes = Encoding.UTF8.GetBytes($"\n{ShownText.Lines(text)}\n".Replace("\n", "\r\n", StringComparison.Ordinal)).AsSpan();
        var cut = bytes[..Math.Min(bytes.Length, MostBytes)];
        return FileCalls.Write(terminal, cut, cut.Length) == cut.Length;
    }

    [GeneratedRegex(@"\A(tty[0-9]{1,3}|pts/[0-9]{1,9})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Terminal();
}
