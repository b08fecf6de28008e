using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Configuration;

/// <summary>SIGHUP has the configuration read anew, as <c>ahenk config reload</c> does.</summary>
internal sealed partial class HangupSignal(ConfigurationReload reload, ILogger<HangupSignal> logger) : IHostedService, IDisposable
{
    private PosixSignalRegistration? _registration;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            // The default is to end.
            signal.Cancel = true;
            _ = Reload();
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _registration?.Dispose();

    private async Task Reload()
    {
        try
        {
            await reload.ReloadAsync();
        }
        catch (Exception failure)
        {
            // Whatever it was, the agent goes on as it is configured.
            LogFailed(failure);
        }
    }

    [LoggerMessage(3507, LogLevel.Error, "[CONFIGURATION] It could not be read anew")]
    private partial void LogFailed(Exception failure);
}
