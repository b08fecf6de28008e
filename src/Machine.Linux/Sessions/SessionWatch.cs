using System.Threading.Channels;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>
/// Watches logind's directory of sessions, which holds a file a session, by inotify; where that is not possible, it is looked now and then whether the directory
/// or utmp has changed. Changes that follow each other closely are one. For one caller at a time.
/// </summary>
public sealed partial class SessionWatch : ISessionWatch, IDisposable
{
    /// <summary>After so long nobody is believed that there was no change.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>How long it has to be quiet after a change.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>How long changes that do not end are waited for: users bring them about by locking and unlocking their screen.</summary>
    internal static readonly TimeSpan LongestUnrest = TimeSpan.FromSeconds(10);

    /// <summary>How often it is looked for what inotify does not tell.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    // Holds at most one token: ten reasons to look again are one.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private readonly string _directory;
    private readonly string _utmp;
    private readonly TimeProvider _time;
    private readonly ILogger<SessionWatch> _logger;
    private readonly ITimer _timer;
    private DirectoryWatch? _watch;
    private (FileStamp? Directory, FileStamp? Utmp)? _seen;
    private (long First, long Last)? _changes;
    private bool _isDeaf;

    /// <summary>Creates one; it watches from the first call on.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of a directory that cannot be watched.</param>
    public SessionWatch(TimeProvider time, ILogger<SessionWatch> logger)
        : this(time, logger, "/")
    {
    }

    /// <summary>As the other one, with another directory in place of <c>/</c>.</summary>
    internal SessionWatch(TimeProvider time, ILogger<SessionWatch> logger, string root)
    {
        _time = time;
        _logger = logger;
        _directory = Path.Join(root, "run/systemd/sessions");
        _utmp = Path.Join(root, "run/utmp");
        _timer = time.CreateTimer(static watch => ((SessionWatch)watch!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts to watch a directory; tests refuse it.</summary>
    internal Func<string, Action, DirectoryWatch> Start { get; init; } = static (path, changed) => new DirectoryWatch(path, changed);

    /// <inheritdoc/>
    /// <remarks>The first call completes soon: nobody has looked before it.</remarks>
    public async Task WaitForChangeAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            Look();
            if (NextStep(start) is not { } wait)
            {
                return;
            }

            _timer.Change(wait, Timeout.InfiniteTimeSpan);
            await _wake.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _watch?.Dispose();
    }

    private void Look()
    {
        var directory = FileStamp.Read(_directory);
        if (_watch is not null && !_watch.Watches(directory))
        {
            _watch.Dispose();
            _watch = null;
        }

        if (_watch is null && directory is not null && TryWatch())
        {
            // What happened before is not known.
            _seen = null;
            NoteChange();
        }

        if (_watch is null && (directory, FileStamp.Read(_utmp)) is var seen && seen != _seen)
        {
            _seen = seen;
            NoteChange();
        }
    }

    private bool TryWatch()
    {
        try
        {
            _watch = Start(_directory, NoteChange);
            if (_watch.Watches(FileStamp.Read(_directory)))
            {
                _isDeaf = false;
                return true;
            }

            // Removed or exchanged in between.
            _watch.Dispose();
            _watch = null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // ArgumentException is how FileSystemWatcher says that the directory is gone.
            if (!_isDeaf && Directory.Exists(_directory))
            {
                _isDeaf = true;
                LogDeaf(_directory, Interval.TotalSeconds, failure.Message);
            }
        }

        return false;
    }

    /// <returns><see langword="null"/>: the call is done.</returns>
    private TimeSpan? NextStep(long start)
    {
        lock (_gate)
        {
            var left = Longest - _time.GetElapsedTime(start);
            left = _changes is var (first, last)
                ? Least(left, Least(Quiet - _time.GetElapsedTime(last), LongestUnrest - _time.GetElapsedTime(first)))
                : Least(left, Interval);
            if (left > TimeSpan.Zero)
            {
                return left;
            }

            _changes = null;
            return null;
        }
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void NoteChange()
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            if (_changes is var (first, _))
            {
                // The timer is running; when it rings it is seen that it was too early.
                _changes = (first, now);
                return;
            }

            _changes = (now, now);
        }

        Wake();
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    [LoggerMessage(5043, LogLevel.Warning,
        "[SESSION] '{Directory}' cannot be watched, so it is looked every {Seconds} s who has logged in; raise fs.inotify.max_user_instances: {Reason}")]
    private partial void LogDeaf(string directory, double seconds, string reason);
}
