using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>Lets Lider be asked for the user agreement once the silo runs.</summary>
internal sealed partial class AgreementStart(IGrainFactory grains, ILogger<AgreementStart> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await grains.GetGrain<IAgreementGrain>(0).Start();
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
