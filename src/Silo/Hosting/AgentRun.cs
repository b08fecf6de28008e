using Ahenk.Gateway.Xmpp;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo.Hosting;

/// <summary>The agent from its start to its end.</summary>
internal static class AgentRun
{
    /// <summary>Starts it, waits until it is to end, and ends it.</summary>
    /// <param name="host">The agent.</param>
    /// <param name="toldToEnd">Completes when it is to end; it may end by itself before.</param>
    public static async Task RunAsync(IHost host, Task toldToEnd)
    {
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        var ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStopping.Register(ending.SetResult);
        try
        {
            await host.StartAsync();
        }
        catch (OperationCanceledException) when (ending.Task.IsCompleted)
        {
            // A part of it ended it before the last one was started.
        }

        await Task.WhenAny(toldToEnd, ending.Task);
        using var limit = new CancellationTokenSource(host.Services.GetRequiredService<EndingOptions>().Whole);
        await host.StopAsync(limit.Token);
        EndForFailedParts(host.Services);
    }

    /// <summary>The host ends in order when a part of it fails. For the service manager, and for whoever looks for crashes, that is no end as asked.</summary>
    private static void EndForFailedParts(IServiceProvider services)
    {
        var exit = services.GetRequiredService<AgentExit>();
        foreach (var part in services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (exit.Code == AgentExit.Success && part.ExecuteTask is { IsFaulted: true, Exception: { } failure })
            {
                exit.End(AgentExit.Failure, $"{part.GetType().Name} failed unexpectedly: {failure.GetBaseException().Message} The lines before say where.");
            }
        }
    }
}
