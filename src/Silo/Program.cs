using Ahenk.Gateway.Xmpp;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;

namespace Ahenk.Silo;

/// <summary>The daemon: <c>ahenkd [--config FILE]</c>.</summary>
internal static class Program
{
    private const string DefaultConfiguration = "/etc/ahenk/ahenk.conf";

    private static async Task<int> Main(string[] arguments)
    {
        AhenkSettings settings;
        try
        {
            settings = AhenkSettings.Read(arguments switch
            {
                [] => DefaultConfiguration,
                ["--config", var file] => file,
                _ => throw new ConfigurationException("Usage: ahenkd [--config FILE]"),
            });
        }
        catch (ConfigurationException problem)
        {
            await using var console = LogSetup.CreateForConsole();
            console.Fatal("[CONFIGURATION] {Problem:l}", problem.Message);
            return AgentExit.BadConfiguration;
        }

        Log.Logger = LogSetup.Create(settings);
        try
        {
            Directories.Prepare(settings);
            using var host = AgentHost.Build(settings);
            var exit = host.Services.GetRequiredService<AgentExit>();
            await host.RunAsync();
            return exit.Code;
        }
        catch (Exception failure)
        {
            // The last line of defence: whatever stopped the daemon is in the log before it is gone.
            Log.Fatal(failure, "[AHENK] Ended by an unexpected failure");
            return AgentExit.Failure;
        }
        finally
        {
            await Log.CloseAndFlushAsync();
        }
    }
}
