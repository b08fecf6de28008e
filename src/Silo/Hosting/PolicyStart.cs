using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>Has the machine's policies applied when the agent starts, whoever is logged in.</summary>
internal sealed partial class PolicyStart(IGrainFactory grains, TimeProvider time, ILogger<PolicyStart> logger)
    : PersistentService(time, TimeSpan.FromMinutes(1))
{
    /// <inheritdoc/>
    protected override Task WorkAsync(CancellationToken stoppingToken) => grains.GetGrain<IPolicyGrain>(IPolicyGrain.MachineKey).Replan();

    /// <inheritdoc/>
    [LoggerMessage(1630, LogLevel.Error, "[POLICY] The machine's policies could not be taken up; next attempt in {Seconds} s")]
    protected override partial void LogFailed(Exception failure, double seconds);
}
