using Ahenk.Configuration;
using Ahenk.Gateway.Xmpp;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Hosting;
using Ahenk.Silo.Logging;
using Ahenk.Silo.Offline;
using Microsoft.Extensions.DependencyInjection;

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
            Directories.Prepare(configuration.Settings);
            instance = InstanceLock.Take(configuration.Settings.RunDirectory, Path.GetDirectoryName(configuration.Settings.DatabaseFile)!);
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
        try
        {
            using var host = AgentHost.Build(configuration, log);
            var exit = host.Services.GetRequiredService<AgentExit>();
            await AgentRun.RunAsync(host, signals.Received);
            return exit.Code;
        }
        catch (Exception failure)
        {
            // The last line of defence: whatever stopped the daemon is in the log before it is gone.
            log.Logger.Fatal(failure, "[AHENK] Ended by an unexpected failure");
            return AgentExit.Failure;
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
