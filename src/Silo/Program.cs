using Ahenk.Configuration;
using Ahenk.Gateway.Xmpp;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Doctor;
using Ahenk.Silo.Hosting;
using Ahenk.Silo.Logging;
using Ahenk.Silo.Offline;
using Ahenk.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

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
            if (new FileInfo(configuration.MainFile) is { Exists: true, Length: 0 })
            {
                log.Logger.Error("[CONFIGURATION] {File} is empty: what does not stand in config.d has its default. Run 'ahenk doctor'", configuration.MainFile);
            }

            using var loggers = new SerilogLoggerFactory(log.Logger);
            var database = await new DatabaseStart(configuration.Settings, TimeProvider.System, loggers.CreateLogger<AhenkDatabase>()).OpenAsync();
            var starts = new StartNotes(Path.GetDirectoryName(configuration.Settings.DatabaseFile)!, TimeProvider.System);
            Note(log, starts.NoteStart());
            using var host = AgentHost.Build(configuration, log, database);
            var exit = host.Services.GetRequiredService<AgentExit>();
            await host.RunAsync();
            Note(log, starts.NoteEnd(exit.Code));
            return exit.Code;
        }
        catch (Exception failure)
        {
            // The last line of defence: whatever stopped the daemon is in the log before it is gone.
            log.Logger.Fatal(failure, "[AHENK] Ended by an unexpected failure");
            return AgentExit.Failure;
        }
    }

    private static void Note(DaemonLog log, string? problem)
    {
        if (problem is not null)
        {
            log.Logger.Warning("[AHENK] This start or end could not be noted, so that 'ahenk doctor' knows less of crashes: {Problem}", problem);
        }
    }
}
