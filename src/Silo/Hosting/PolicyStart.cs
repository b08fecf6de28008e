using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>Has the machine's policies applied when the agent starts, whoever is logged in.</summary>
internal sealed partial class PolicyStart(IGrainFactory grains, TimeProvider time, ILogger<PolicyStart> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await grains.GetGrain<IPolicyGrain>(IPolicyGrain.MachineKey).Replan();
                return;
            }
            catch (Exception failure)
            {
                // Whatever it is, the machine must not be without its policies until somebody logs in.
                LogFailed(failure, Pause.TotalSeconds);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    [LoggerMessage(1630, LogLevel.Error, "[POLICY] The machine's policies could not be taken up; next attempt in {Seconds} s")]
    private partial void LogFailed(Exception failure, double seconds);
}
