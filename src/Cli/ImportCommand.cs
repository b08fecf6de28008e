using System.CommandLine;
using Ahenk.Configuration;

namespace Ahenk.Cli;

/// <summary><c>ahenk import</c>: the daemon's program does it, while the daemon does not run.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var configurationFile = new Option<string>("--config") { Description = "This agent's configuration file.", DefaultValueFactory = _ => ConfigurationFiles.DefaultPath };
        var from = new Option<string?>("--from") { Description = "The directory with the ahenk.conf and ahenk.db of the Python Ahenk." };
        var database = new Option<string?>("--database") { Description = "Its database; else the one that its ahenk.conf names." };
        var configuration = new Option<string?>("--configuration") { Description = "Its ahenk.conf; else the one of this agent, which has the same name." };
        var backup = new Option<string?>("--backup") { Description = "The directory for copies of its files; else /var/ahenk/backup." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Shows what would be taken over, and changes nothing." };
        var command = new Command(
            "import",
            "Takes over identity, scheduled tasks, policies, user agreement and sessions of the Python Ahenk, once. Ends with 0: done; 1: nothing was taken over.")
        {
            configurationFile, from, database, configuration, backup, dryRun,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            List<string> arguments = [];
            foreach (var option in (Option<string?>[])[from, database, configuration, backup])
            {
                if (parsed.GetValue(option) is { } value)
                {
                    arguments.AddRange([option.Name, value]);
                }
            }

            arguments.AddRange(parsed.GetValue(dryRun) ? [dryRun.Name] : []);
            arguments.AddRange(parsed.GetValue(CommandOptions.AsJson) ? [CommandOptions.AsJson.Name] : []);
            return DaemonProgram.RunAsync("import", parsed.GetValue(configurationFile)!, arguments, cancellationToken);
        });
        return command;
    }
}
