using Ahenk.Grains.Scheduling;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>Lets the keeper of schedules work as long as the agent runs: reminders go on ringing without it, what they do not cover must not stay uncovered.</summary>
internal sealed partial class ScheduleWatch(ScheduleKeeper keeper, TimeProvider time, ILogger<ScheduleWatch> logger)
    : PersistentService(time, TimeSpan.FromMinutes(1))
{
    /// <inheritdoc/>
    protected override Task WorkAsync(CancellationToken stoppingToken) => keeper.RunAsync(stoppingToken);

    /// <inheritdoc/>
    [LoggerMessage(3301, LogLevel.Error, "[SCHEDULER] The keeper of schedules failed; it begins anew in {Seconds} s")]
    protected override partial void LogFailed(Exception failure, double seconds);
}
