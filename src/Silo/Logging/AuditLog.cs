using System.Text;
using System.Threading.Channels;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Logging;

/// <summary>
/// Writes the audit log beside the agent's work. While the disk takes nothing, entries wait in memory; what does not fit there is counted and told in the log and,
/// once the disk is back, in the audit log itself.
/// </summary>
internal sealed partial class AuditLog : IAuditLog, IHostedService, IDisposable
{
    /// <summary>Who may read and write its files.</summary>
    internal const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int MostWaiting = 4096;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly Channel<string> _waiting = Channel.CreateBounded<string>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly RollingFile _file;
    private readonly string _path;
    private readonly LogSecrets _secrets;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditLog> _logger;
    private readonly CancellationTokenSource _givingUp = new();
    private Task _writing = Task.CompletedTask;
    private long _lost;

    /// <summary>Opens nothing yet.</summary>
    public AuditLog(LogOptions options, LogSecrets secrets, TimeProvider time, ILogger<AuditLog> logger)
    {
        _path = options.AuditFile;
        _file = new RollingFile(_path, Mode, () => new RollingLimits(options.MostAuditBytes, null), time);
        _secrets = secrets;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    public void Write(AuditEntry entry)
    {
        if (!_waiting.Writer.TryWrite(Text(entry)) && Interlocked.Increment(ref _lost) == 1)
        {
            LogLost(_path);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Run(Run, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Writes what waits; the disk gets no second chance then.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        await _givingUp.CancelAsync();
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _givingUp.Dispose();
        _file.Dispose();
    }

    private async Task Run()
    {
        var lines = new StringBuilder();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (_waiting.Reader.TryRead(out var line))
            {
                lines.Append(line);
            }

            if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
            {
                lines.Append(Text(new AuditEntry(AuditSource.Agent, "entries-lost") { Result = $"{lost} entries did not fit into memory while the disk took none" }));
            }

            await WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()));
            lines.Clear();
        }

        // Not for every entry: the kernel has what was written when the process dies, and the disk gets it within seconds without being waited for.
        try
        {
            _file.Flush();
        }
        catch (IOException failure)
        {
            LogNotFlushed(failure, _path);
        }
    }

    private async Task WriteAsync(byte[] lines)
    {
        var hasFailed = false;
        while (true)
        {
            try
            {
                _file.Write(lines);
                if (hasFailed)
                {
                    LogBack(_path);
                }

                return;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                if (!hasFailed)
                {
                    hasFailed = true;
                    LogFailed(failure, _path, Retry.TotalSeconds);
                }

                await Task.Delay(Retry, _time, _givingUp.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_givingUp.IsCancellationRequested)
                {
                    LogGivenUp(_path);
                    return;
                }
            }
        }
    }

    private string Text(AuditEntry entry) => AuditText.Write(entry, _time.GetLocalNow(), _secrets);

    [LoggerMessage(3501, LogLevel.Error, "[AUDIT] {Path} cannot be written; its entries are kept in memory and tried again every {Seconds} s")]
    private partial void LogFailed(Exception failure, string path, double seconds);

    [LoggerMessage(3502, LogLevel.Information, "[AUDIT] {Path} is written again")]
    private partial void LogBack(string path);

    [LoggerMessage(3503, LogLevel.Error, "[AUDIT] More entries wait for {Path} than fit into memory: those that come now are lost, and counted there")]
    private partial void LogLost(string path);

    [LoggerMessage(3508, LogLevel.Error, "[AUDIT] The last entries of {Path} may not be on the disk")]
    private partial void LogNotFlushed(Exception failure, string path);

    [LoggerMessage(3504, LogLevel.Error, "[AUDIT] The agent ends, and {Path} still cannot be written: its last entries are lost")]
    private partial void LogGivenUp(string path);
}
