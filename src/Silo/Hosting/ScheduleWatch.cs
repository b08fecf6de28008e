using Ahenk.Grains.Scheduling;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>Lets the keeper of schedules work as long as the agent runs.</summary>
internal sealed partial class ScheduleWatch(ScheduleKeeper keeper, TimeProvider time, ILogger<ScheduleWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await keeper.RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Reminders go on ringing without it; what they do not cover must not stay uncovered.
                LogFailed(failure, Pause.TotalSeconds);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    [LoggerMessage(3301, LogLevel.Error, "[SCHEDULER] The keeper of schedules failed; it begins anew in {Seconds} s")]
    private partial void LogFailed(Exception failure, double seconds);
}
