using System.Text;
using Ahenk.Configuration;
using Ahenk.Gateway.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Hosting;
using Ahenk.Silo.Logging;
using Ahenk.Storage.Sqlite;
using Ahenk.Storage.Sqlite.Rescue;

namespace Ahenk.Silo.Offline;

/// <summary><c>ahenkd clean --yes</c>: forgets identity and state, and keeps a copy. <c>ahenk clean</c> asks before it runs this.</summary>
internal static class CleanWord
{
    /// <summary>Carries it out.</summary>
    public static Task<int> RunAsync(string configurationFile, string[] arguments)
    {
        using var output = new StandardOutput();
        return Task.FromResult(Run(configurationFile, arguments, TimeProvider.System, text => output.Write(Encoding.UTF8.GetBytes(text + "\n"))));
    }

    /// <summary>As the other one.</summary>
    /// <param name="configurationFile">The main configuration file.</param>
    /// <param name="arguments">What follows the word.</param>
    /// <param name="time">Names the copy.</param>
    /// <param name="say">Takes a sentence for the administrator.</param>
    internal static int Run(string configurationFile, string[] arguments, TimeProvider time, Action<string> say)
    {
        if (arguments is not ["--yes"])
        {
            say("This forgets the machine's identity and all state; only --yes says that this is wanted. Use 'ahenk clean', which asks.");
            return AgentExit.BadConfiguration;
        }

        try
        {
            var settings = AhenkSettings.Read(configurationFile);
            Directories.Prepare(settings);
            using var instance = InstanceLock.Take(settings.RunDirectory, Path.GetDirectoryName(settings.DatabaseFile)!);
            var backup = new StateBackup(settings, time);
            var (directory, remark) = backup.Make(configurationFile);
            Forget(settings, backup);
            var unnoted = OfflineAudit.Write(settings.Log, AuditAction.StateForgotten, $"copied to {directory}", time);
            say($"Identity and state of this machine are forgotten. A copy of them and of the configuration is in {directory}." + (remark is null ? "" : $" {remark}"));
            if (unnoted is not null)
            {
                say(unnoted);
            }

            say("Start the daemon ('systemctl start ahenk') and register the machine ('ahenk register HOST USER'). If Lider still has it, remove it there.");
            return AgentExit.Success;
        }
        catch (AlreadyRunningException)
        {
            say("The daemon is running. Stop it first ('ahenk stop'), then run 'ahenk clean' again. Nothing was changed.");
            return AgentExit.Failure;
        }
        catch (ConfigurationException refusal)
        {
            say($"The configuration does not say where the state is, so nothing was changed: {string.Join(' ', refusal.Messages)}");
            return AgentExit.BadConfiguration;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            say($"Not everything could be copied and forgotten: {failure.Message} Mend that, or become root, and run it again.");
            return AgentExit.Failure;
        }
    }

    private static void Forget(AhenkSettings settings, StateBackup backup)
    {
        foreach (var file in (string[])[.. DatabaseFiles.SparesOf(settings.DatabaseFile), .. DatabaseBackup.FilesOf(settings.DatabaseFile)])
        {
            File.Delete(file);
        }

        foreach (var companion in backup.Companions)
        {
            if (Directory.Exists(companion) && new DirectoryInfo(companion).LinkTarget is null)
            {
                Directory.Delete(companion, recursive: true);
            }
            else
            {
                File.Delete(companion);
            }
        }
    }
}
