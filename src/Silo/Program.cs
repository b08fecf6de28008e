using Ahenk.Configuration;
using Ahenk.Gateway.Xmpp;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Doctor;
using Ahenk.Silo.Hosting;
using Ahenk.Silo.Logging;
using Ahenk.Silo.Offline;
using Ahenk.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
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

        using var signals = new StopSignals();
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
            return Refuse(output, "[CONFIGURATION] {Problem}", refusal.Messages, AgentExit.BadConfiguration);
        }

        InstanceLock instance;
        try
        {
            instance = InstanceLock.Take(Directories.PrepareToLock(configuration.Settings));
        }
        catch (AlreadyRunningException refusal)
        {
            return Refuse(output, "[AHENK] {Problem}", [refusal.Message], AgentExit.AlreadyRunning);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Refuse(output, "[AHENK] {Problem}", [failure.Message], AgentExit.Failure);
        }

        // Before the log's files are opened: they belong to the daemon that runs.
        using var held = instance;
        using var log = new DaemonLog(configuration.Settings.Log, output, TimeProvider.System);
        log.Secrets.Register(configuration.Settings.Gateway.AccountPassword);
        foreach (var secret in configuration.Settings.Diagnostics.Secrets)
        {
            log.Secrets.Register(secret);
        }

        try
        {
            if (new FileInfo(configuration.MainFile) is { Exists: true, Length: 0 })
            {
                log.Logger.Error("[CONFIGURATION] {File} is empty: what does not stand in config.d has its default. Run 'ahenk doctor'", configuration.MainFile);
            }

            using var loggers = new SerilogLoggerFactory(log.Logger);
            var start = new DatabaseStart(configuration.Settings, TimeProvider.System, loggers.CreateLogger<AhenkDatabase>());
            if (await start.OpenAsync(signals.Received) is not { } database)
            {
                return AgentExit.Success;
            }

            var starts = new StartNotes(Path.GetDirectoryName(configuration.Settings.DatabaseFile)!, TimeProvider.System);
            Note(log, starts.NoteStart());
            using var host = AgentHost.Build(configuration, log, database);
            var exit = host.Services.GetRequiredService<AgentExit>();
            await AgentRun.RunAsync(host, signals.Received);
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

    /// <summary>There is no log yet: what is wrong is said on standard output.</summary>
    private static int Refuse(StandardOutput output, string template, IEnumerable<string> problems, int code)
    {
        using var console = new DaemonLog(null, output, TimeProvider.System);
        foreach (var problem in problems)
        {
            console.Logger.Fatal(template, problem);
        }

        return code;
    }
}
