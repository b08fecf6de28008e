using Ahenk.Configuration;
using Ahenk.Gateway.Xmpp;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Hosting;
using Ahenk.Silo.Logging;
using Ahenk.Silo.Offline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo;

/// <summary>The daemon: <c>ahenkd [--config FILE]</c>. <see cref="OfflineWords"/> has what else it does.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (OfflineWords.Find(arguments) is { } word)
        {
            return await word();
        }

        using var output = new StandardOutput();
        LoadedConfiguration configuration;
        try
        {
            configuration = LoadedConfiguration.Load(arguments switch
            {
                [] => ConfigurationFiles.DefaultPath,
                ["--config", var file] => file,
                _ => throw new ConfigurationException("Usage: ahenkd [--config FILE]"),
            });
        }
        catch (ConfigurationException refusal)
        {
            using var console = new DaemonLog(null, output, TimeProvider.System);
            foreach (var problem in refusal.Messages)
            {
                console.Logger.Fatal("[CONFIGURATION] {Problem}", problem);
            }

            return AgentExit.BadConfiguration;
        }

        using var log = new DaemonLog(configuration.Settings.Log, output, TimeProvider.System);
        log.Secrets.Register(configuration.Settings.Gateway.AccountPassword);
        log.Secrets.Register(configuration.Settings.Diagnostics.OtlpHeaders);
        try
        {
            Directories.Prepare(configuration.Settings);
            using var host = AgentHost.Build(configuration, log);
            var exit = host.Services.GetRequiredService<AgentExit>();
            await host.RunAsync();
            return exit.Code;
        }
        catch (Exception failure)
        {
            // The last line of defence: whatever stopped the daemon is in the log before it is gone.
            log.Logger.Fatal(failure, "[AHENK] Ended by an unexpected failure");
            return AgentExit.Failure;
        }
    }
}
