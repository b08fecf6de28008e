using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo.Hosting;

/// <summary>Work beside the silo that begins anew after a pause when it fails, until it has come to its end or the agent ends.</summary>
internal abstract class PersistentService(TimeProvider time, TimeSpan pause) : BackgroundService
{
    /// <summary>The clock.</summary>
    protected TimeProvider Time => time;

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await WorkAsync(stoppingToken);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Whatever it is, what this does must not stay undone until the next start.
                LogFailed(failure, pause.TotalSeconds);
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    /// <summary>Does the work.</summary>
    protected abstract Task WorkAsync(CancellationToken stoppingToken);

    /// <summary>Says that it failed and when it begins anew.</summary>
    protected abstract void LogFailed(Exception failure, double seconds);
}
