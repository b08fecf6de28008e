using Ahenk.Grains.People;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>Lets the keeper of sessions work as long as the agent runs: the login hook is heard without it, that users went must not stay unknown.</summary>
internal sealed partial class SessionKeeping(SessionKeeper keeper, TimeProvider time, ILogger<SessionKeeping> logger)
    : PersistentService(time, TimeSpan.FromSeconds(10))
{
    /// <inheritdoc/>
    protected override Task WorkAsync(CancellationToken stoppingToken) => keeper.RunAsync(stoppingToken);

    /// <inheritdoc/>
    [LoggerMessage(3401, LogLevel.Error, "[SESSION] The keeper of sessions failed; it begins anew in {Seconds} s")]
    protected override partial void LogFailed(Exception failure, double seconds);
}
