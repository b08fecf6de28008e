using Ahenk.Grains.People;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>Lets the keeper of sessions work as long as the agent runs.</summary>
internal sealed partial class SessionKeeping(SessionKeeper keeper, TimeProvider time, ILogger<SessionKeeping> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

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
                // The login hook is heard without it; that users went while it did not run must not stay unknown.
                LogFailed(failure, Pause.TotalSeconds);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    [LoggerMessage(3401, LogLevel.Error, "[SESSION] The keeper of sessions failed; it begins anew in {Seconds} s")]
    private partial void LogFailed(Exception failure, double seconds);
}
