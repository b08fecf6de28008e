using System.Text;
using Ahenk.Grains.Interfaces;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Ahenk.Silo.Logging;

/// <summary>
/// Takes every log event to standard output and to the log file, without secrets. A disk that takes nothing does not stop the agent: what happens meanwhile is on
/// standard output alone, and the file is tried again.
/// </summary>
internal sealed class DaemonLog : ILogEventSink, IDisposable
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private static readonly TimeSpan RetryFileAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly StandardOutput _output;
    private readonly RollingFile? _file;
    private readonly string? _path;
    private readonly TimeProvider _time;
    private long? _fileFailedAt;
    private bool _isUnread;

    /// <summary>Makes the log of the daemon.</summary>
    /// <param name="options">What is logged, and where; <see langword="null"/>: on standard output alone.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="time">The clock.</param>
    public DaemonLog(LogOptions? options, StandardOutput output, TimeProvider time)
    {
        _output = output;
        _time = time;
        Level = new LoggingLevelSwitch(options?.Level ?? LogEventLevel.Information);
        if (options is not null)
        {
            _path = options.File;
            _file = new RollingFile(options.File, FileMode, () => new RollingLimits(options.MostBytes, options.Keep), time);
        }

        Logger = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(Level)
            .MinimumLevel.Override("Orleans", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Polly", LogEventLevel.Warning)

            // Told at each start or after each stretched timer, and true of nothing that matters to a silo on its own.
            .MinimumLevel.Override("Orleans.Runtime.Silo", LogEventLevel.Error)
            .MinimumLevel.Override("Orleans.Runtime.MembershipService", LogEventLevel.Fatal)
            .MinimumLevel.Override("Orleans.Runtime.SafeTimer", LogEventLevel.Error)
            .MinimumLevel.Override("Orleans.Runtime.AsyncTimer", LogEventLevel.Error)
            .MinimumLevel.Override("Orleans.Runtime.Watchdog", LogEventLevel.Error)
            .WriteTo.Sink(this)
            .CreateLogger();
    }

    /// <summary>Writes to it; disposing of it disposes of this.</summary>
    public Logger Logger { get; }

    /// <summary>The least level that is logged now.</summary>
    public LoggingLevelSwitch Level { get; }

    /// <summary>What is taken out.</summary>
    public LogSecrets Secrets { get; } = new();

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        var (forFile, forOutput) = (Bytes(LogText.ForPeople(logEvent)), _output.IsForJournal ? Bytes(LogText.ForJournal(logEvent)) : null);
        lock (_gate)
        {
            WriteOutput(forOutput ?? forFile);
            WriteFile(forFile);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _output.Dispose();
        }
    }

    private byte[] Bytes(string text) => Encoding.UTF8.GetBytes(Secrets.Hide(text));

    private void WriteOutput(byte[] lines)
    {
        if (_isUnread)
        {
            return;
        }

        try
        {
            _output.Write(lines);
        }
        catch (IOException)
        {
            // Whoever read it is gone, and nobody can come in its place; the file goes on.
            _isUnread = true;
        }
    }

    private void WriteFile(byte[] lines)
    {
        if (_file is null || (_fileFailedAt is { } failed && _time.GetElapsedTime(failed) < RetryFileAfter))
        {
            return;
        }

        try
        {
            _file.Write(lines);
            if (_fileFailedAt is not null)
            {
                _fileFailedAt = null;
                WriteOutput(Note(LogEventLevel.Warning, $"[LOG] {_path} is written again; what happened meanwhile is missing there"));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (_fileFailedAt is null)
            {
                WriteOutput(Note(LogEventLevel.Error, $"[LOG] {_path} cannot be written, so the log is on standard output alone: {failure.Message}"));
            }

            _fileFailedAt = _time.GetTimestamp();
        }
    }

    /// <summary>What the log has to say of itself, which cannot go through itself.</summary>
    private byte[] Note(LogEventLevel level, string text)
    {
        var note = new LogEvent(_time.GetLocalNow(), level, null, new MessageTemplate([new TextToken(text)]), []);
        return Bytes(_output.IsForJournal ? LogText.ForJournal(note) : LogText.ForPeople(note));
    }
}
