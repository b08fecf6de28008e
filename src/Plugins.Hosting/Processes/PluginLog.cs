using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Processes;

/// <summary>
/// Brings what a plugin's process writes into the log, so much a minute and no more: neither the disk nor the plugin shall suffer from a plugin that talks too much.
/// </summary>
internal sealed partial class PluginLog(string plugin, ILogger logger, TimeProvider time)
{
    /// <summary>How many lines a minute are logged.</summary>
    public const int LinesPerMinute = 600;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _windowStart = time.GetTimestamp();
    private int _logged;
    private long _dropped;

    /// <summary>Logs a line, or counts it as dropped.</summary>
    /// <param name="level">Its level.</param>
    /// <param name="source">Where it was written.</param>
    /// <param name="line">The line.</param>
    public void Write(LogLevel level, string source, string line)
    {
        if (logger.IsEnabled(level) && TryTake())
        {
            var printable = Printable(line);
            LogLine(level, plugin, source, printable);
        }
    }

    /// <summary>Says how many lines were dropped that nothing was said of yet.</summary>
    public void Flush()
    {
        long dropped;
        lock (_gate)
        {
            dropped = _dropped;
            _dropped = 0;
        }

        if (dropped > 0)
        {
            LogDropped(plugin, dropped, LinesPerMinute);
        }
    }

    private bool TryTake()
    {
        var isNew = false;
        bool isTaken;
        lock (_gate)
        {
            if (time.GetElapsedTime(_windowStart) >= Window)
            {
                _windowStart = time.GetTimestamp();
                _logged = 0;
                isNew = true;
            }

            isTaken = _logged < LinesPerMinute;
            if (isTaken)
            {
                _logged++;
            }
            else
            {
                _dropped++;
            }
        }

        if (isNew)
        {
            Flush();
        }

        return isTaken;
    }

    /// <summary>Control characters could make a terminal, or whoever reads the log, see something else than a plugin's line.</summary>
    private static string Printable(string line) => line.AsSpan().ContainsAnyInRange('\0', '\u001F') || line.Contains('\u007F', StringComparison.Ordinal)
        ? string.Create(line.Length, line, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        })
        : line;

    [LoggerMessage(EventId = 1360, Message = "[PLUGIN] {Plugin} {Source}: {Line}")]
    private partial void LogLine(LogLevel level, string plugin, string source, string line);

    [LoggerMessage(1361, LogLevel.Warning, "[PLUGIN] {Plugin}: {Dropped} lines dropped; at most {Limit} a minute are logged")]
    private partial void LogDropped(string plugin, long dropped, int limit);
}
