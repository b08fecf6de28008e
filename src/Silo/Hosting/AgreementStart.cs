using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>Lets Lider be asked for the user agreement once the silo runs and the machine is registered.</summary>
internal sealed partial class AgreementStart(IGrainFactory grains, TimeProvider time, ILogger<AgreementStart> logger) : BackgroundService
{
    /// <summary>How often it is looked whether a machine that was not registered is by now.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while ((await grains.GetGrain<IAgentGrain>(0).GetIdentity()).State == RegistrationState.Unregistered)
            {
                await Task.Delay(Interval, time, stoppingToken);
            }

            await grains.GetGrain<IAgreementGrain>(0).Start();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent ends.
            return;
        }
        catch (Exception failure)
        {
            // The text that is there, or the default one, is asked for all the same; a failure here must not end the agent.
            LogFailed(failure);
        }
    }

    [LoggerMessage(1759, LogLevel.Error, "[AGREEMENT] Lider was not asked for the user agreement; it is asked at the next start")]
    private partial void LogFailed(Exception failure);
}
