using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting.Systemd;

/// <summary>
/// Tells systemd that the agent is alive, as often as it wants to know and only while that is so: an agent that hangs is ended by it and started again. Its time is
/// that of timers, which neither jumps with the clock nor counts the machine's sleep; systemd's is the same.
/// </summary>
internal sealed partial class Watchdog(
    ServiceEnvironment environment, AliveChecks checks, IServiceManager manager, TimeProvider time, ILogger<Watchdog> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (environment.WatchdogInterval is not { } interval)
        {
            return;
        }

        LogWatched(interval.TotalSeconds);
        while (true)
        {
            // Twice in an interval when all is well; what failed is looked at again soon, for there may be time until the interval is over.
            var problems = await checks.RunAsync(interval / 4, stoppingToken);
            if (problems.Count == 0)
            {
                manager.Alive();
            }
            else
            {
                LogNotAlive(string.Join(' ', problems), interval.TotalSeconds);
            }

            await Task.Delay(problems.Count == 0 ? interval / 2 : interval / 8, time, stoppingToken);
        }
    }

    [LoggerMessage(3931, LogLevel.Debug, "[AHENK] systemd is told that the agent is alive, within every {Seconds} s")]
    private partial void LogWatched(double seconds);

    [LoggerMessage(3932, LogLevel.Error, "[AHENK] The agent does not work: {Problems} systemd ends it and starts it again when that lasts for {Seconds} s")]
    private partial void LogNotAlive(string problems, double seconds);
}
