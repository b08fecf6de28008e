using System.Diagnostics;
using System.Globalization;

namespace Ahenk.Cli;

/// <summary>
/// A process that this one did not start. Only what did start it can take its exit code, and where that never does, as in a container whose first process is no init, the entry
/// in /proc stays for ever: a process that has ended counts as gone all the same.
/// </summary>
internal static class ForeignProcess
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for its end.</summary>
    /// <param name="id">The process.</param>
    /// <param name="patience">How long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it is gone.</returns>
    public static async Task<bool> HasGoneAsync(int id, TimeSpan patience, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var first = ReadStart(id);
        while (first is not null && ReadStart(id) == first)
        {
            if (Stopwatch.GetElapsedTime(begun) >= patience)
            {
                return false;
            }

            await Task.Delay(LookEvery, cancellationToken);
        }

        return true;
    }

    /// <summary>When it began (proc(5), field 22), by which it is told from a later one with its number; <see langword="null"/>: it does not run.</summary>
    private static string? ReadStart(int id)
    {
        try
        {
            // Behind its name, which may hold blanks and parentheses: the state, which is field 3, and so on.
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');

            // The first thread may be done while others still hold files and locks: field 20 counts them.
            var isOver = fields[0] is "Z" or "X" && fields[17] is "0" or "1";
            return isOver ? null : fields[19];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
