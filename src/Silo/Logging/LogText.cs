using System.Globalization;
using System.Text;
using Serilog.Events;

namespace Ahenk.Silo.Logging;

/// <summary>
/// A log event as text. A message stays on one line, and what belongs to it begins with spaces: what comes over the network must not be able to look like a line
/// of the log.
/// </summary>
internal static class LogText
{
    /// <summary>
    /// The journal breaks what is longer than 48 KiB (LineMax= in journald.conf(5)) and takes what follows for a line with a priority of its own. A character
    /// becomes four bytes at most.
    /// </summary>
    private const int LongestLine = 8192;

    /// <summary>For files and terminals: time, level, message.</summary>
    public static string ForPeople(LogEvent logged)
    {
        var text = new StringBuilder()
            .Append(logged.Timestamp.ToString("yyyy-MM-dd HH:mm:ss.fff zzz", CultureInfo.InvariantCulture)).Append(' ').Append(Shorten(logged.Level)).Append(' ');
        AppendMessage(text, logged);
        foreach (var line in ExceptionLines(logged))
        {
            AppendLine(text.Append("    "), line);
        }

        return text.ToString();
    }

    /// <summary>For the journal, which knows the time itself and takes the priority from the beginning of each line (sd-daemon(3)).</summary>
    public static string ForJournal(LogEvent logged)
    {
        var prefix = $"<{Priority(logged.Level)}>";
        var text = new StringBuilder(prefix);
        AppendMessage(text, logged);
        foreach (var line in ExceptionLines(logged))
        {
            AppendLine(text.Append(prefix).Append("    "), line);
        }

        return text.ToString();
    }

    private static void AppendMessage(StringBuilder text, LogEvent logged)
    {
        using var rendered = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var token in logged.MessageTemplate.Tokens)
        {
            if (token is Serilog.Parsing.PropertyToken property && logged.Properties.TryGetValue(property.PropertyName, out var value))
            {
                // Texts without quotes, as they were meant.
                value.Render(rendered, value is ScalarValue { Value: string } ? "l" : property.Format, CultureInfo.InvariantCulture);
            }
            else
            {
                token.Render(logged.Properties, rendered, CultureInfo.InvariantCulture);
            }
        }

        AppendLine(text, rendered.GetStringBuilder().ToString());
    }

    private static void AppendLine(StringBuilder text, ReadOnlySpan<char> line)
    {
        foreach (var character in line[..Math.Min(line.Length, LongestLine)])
        {
            AppendVisible(text, character);
        }

        if (line.Length > LongestLine)
        {
            text.Append(CultureInfo.InvariantCulture, $" [... {line.Length - LongestLine} characters more]");
        }

        text.Append('\n');
    }

    private static void AppendVisible(StringBuilder text, char character)
    {
        if (character == '\n')
        {
            text.Append("\\n");
        }
        else if (char.IsControl(character) && character != '\t')
        {
            text.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}");
        }
        else
        {
            text.Append(character);
        }
    }

    private static IEnumerable<string> ExceptionLines(LogEvent logged) => logged.Exception?.ToString().Split('\n').Select(line => line.TrimEnd('\r')) ?? [];

    private static string Shorten(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "VRB",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "FTL",
    };

    private static int Priority(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose or LogEventLevel.Debug => 7,
        LogEventLevel.Information => 6,
        LogEventLevel.Warning => 4,
        LogEventLevel.Error => 3,
        _ => 2,
    };
}
