using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Ending;

/// <summary>
/// Ends the agent's work in order, before its parts are stopped: nothing new is begun, plugins' <c>shutdown</c> modes run, what runs is waited for and then ended
/// by force, and what it answered goes to Lider as far as the network allows.
/// </summary>
public sealed partial class AgentEnding(
    IPluginHost plugins,
    IGrainFactory grains,
    WorkInHand inHand,
    OutboxFlush flush,
    IServiceManager manager,
    EndingOptions options,
    TimeProvider time,
    ILogger<AgentEnding> logger)
{
    /// <summary>How often the service manager is told how much is still going on.</summary>
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);

    /// <summary>For handing a mode over, which waits for no plugin.</summary>
    private static readonly TimeSpan HandOverTime = TimeSpan.FromSeconds(10);

    /// <summary>Runs all of it. Whatever a plugin does, the rest is done.</summary>
    public async Task RunAsync()
    {
        var began = time.GetTimestamp();
        var timeout = options.Timeout;
        manager.Stopping(options.Whole);
        LogBegins();
        inHand.BeginEnding();
        await RunModes();
        await WaitForWork(timeout);
        await EndByForce();
        var rest = timeout - time.GetElapsedTime(began);
        await flush.RunAsync(rest > EndingOptions.LeastFlushTime ? rest : EndingOptions.LeastFlushTime);
        manager.Tell("Stopping: the connection is closed");
    }

    /// <summary>
    /// Hands the modes over, to run beside each other, each one after what its plugin is doing. Plugins of the original agent have theirs run whether they were used or not
    /// (PL); in this process a plugin that was not loaded has nothing to shut down.
    /// </summary>
    private async Task RunModes()
    {
        string[] names =
        [
            .. from plugin in plugins.List()
               where plugin.Status == PluginStatus.Active && plugin.Modes.Contains(PluginMode.Shutdown) && (plugin.IsLoaded || plugin.Kind != "dotnet")
               select plugin.Name,
        ];
        if (names.Length > 0)
        {
            LogModes(string.Join(", ", names));
            await Task.WhenAll(names.Select(RunMode));
        }
    }

    private async Task RunMode(string plugin)
    {
        try
        {
            var work = new PluginWork { Kind = PluginWorkKind.Mode, Command = nameof(PluginMode.Shutdown) };
            await grains.GetGrain<IPluginGrain>(plugin).Enqueue(work).WaitAsync(HandOverTime, time);
        }
        catch (Exception failure)
        {
            // One plugin must not keep the agent from ending in order.
            LogModeFailed(failure, plugin);
        }
    }

    private async Task WaitForWork(TimeSpan timeout)
    {
        var idle = inHand.WhenIdle();
        if (idle.IsCompleted)
        {
            return;
        }

        var began = time.GetTimestamp();
        LogWaits(timeout.TotalSeconds, Words());
        while (!idle.IsCompleted && timeout - time.GetElapsedTime(began) is var rest && rest > TimeSpan.Zero)
        {
            manager.Tell($"Stopping: waiting for {Count(inHand.Names.Count)} of plugins");
            await Wait(idle, rest < TellEvery ? rest : TellEvery);
        }
    }

    private async Task EndByForce()
    {
        if (inHand.Names.Count > 0)
        {
            LogForce(Words());
            manager.Tell($"Stopping: {Count(inHand.Names.Count)} of plugins are ended by force");
        }

        await inHand.StopAsync(CancellationToken.None).WaitAsync(EndingOptions.ForceTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (inHand.Names.Count > 0)
        {
            LogLeftBehind(Words());
        }
    }

    private async Task Wait(Task task, TimeSpan most) => await task.WaitAsync(most, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private string Words() => string.Join(", ", inHand.Names);

    private static string Count(int calls) => calls == 1 ? "1 call" : $"{calls} calls";

    [LoggerMessage(3920, LogLevel.Information, "[AHENK] The agent ends: nothing new is begun, and what Lider sends now is stored and run after the next start")]
    private partial void LogBegins();

    [LoggerMessage(3921, LogLevel.Information, "[AHENK] The shutdown modes of these plugins are run: {Plugins}")]
    private partial void LogModes(string plugins);

    [LoggerMessage(3922, LogLevel.Error, "[AHENK] The shutdown mode of {Plugin} could not be handed over; the agent ends without it")]
    private partial void LogModeFailed(Exception failure, string plugin);

    [LoggerMessage(3923, LogLevel.Information, "[AHENK] What plugins are doing is waited for, {Seconds} s at most ([BASE] shutdown_timeout): {Work}")]
    private partial void LogWaits(double seconds, string work);

    [LoggerMessage(3924, LogLevel.Warning, "[AHENK] The time of [BASE] shutdown_timeout is over; this is ended by force: {Work}")]
    private partial void LogForce(string work);

    [LoggerMessage(3925, LogLevel.Error, "[AHENK] This did not end by force either and is left behind; it ends with the agent's process: {Work}")]
    private partial void LogLeftBehind(string work);
}
