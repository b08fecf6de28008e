using System.CommandLine;

namespace Ahenk.Cli;

/// <summary><c>ahenk import</c>: the daemon's program does it, while the daemon does not run.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var configurationFile = CommandOptions.Configuration();
        var from = new Option<string?>("--from")
        {
            Description = Words.Say("The directory with the ahenk.conf and ahenk.db of the Python Ahenk.", "Python Ahenk'in ahenk.conf ve ahenk.db dosyalarının bulunduğu dizin."),
            HelpName = "dir",
        };
        var database = new Option<string?>("--database")
        {
            Description = Words.Say("Its database; else the one that its ahenk.conf names.", "Onun veritabanı; verilmezse ahenk.conf dosyasında adı geçen."),
            HelpName = "file",
        };
        var configuration = new Option<string?>("--configuration")
        {
            Description = Words.Say("Its ahenk.conf; else the one of this agent, which has the same name.", "Onun ahenk.conf dosyası; verilmezse bu ajanın aynı adlı dosyası."),
            HelpName = "file",
        };
        var backup = new Option<string?>("--backup")
        {
            Description = Words.Say("The directory for copies of its files; else /var/ahenk/backup.", "Dosyalarının kopyalanacağı dizin; verilmezse /var/ahenk/backup."),
            HelpName = "dir",
        };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = Words.Say("Shows what would be taken over, and changes nothing.", "Nelerin devralınacağını gösterir, hiçbir şeyi değiştirmez."),
        };
        var command = new Command("import", Words.Say(
            "Takes over identity, scheduled tasks, policies, user agreement and sessions of the Python Ahenk, once. The daemon must be stopped.",
            "Python Ahenk'in kimliğini, zamanlanmış görevlerini, politikalarını, kullanıcı sözleşmesini ve oturumlarını bir kez devralır. Hizmet durdurulmuş olmalıdır."))
        {
            configurationFile, from, database, configuration, backup, dryRun,
        };
        command.SetAction(async (parsed, cancellationToken) =>
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
            var (code, output) = await DaemonProgram.RunAsync("import", parsed.GetValue(configurationFile)!, arguments, cancellationToken);
            if (code is not (ExitCodes.Success or ExitCodes.Refused))
            {
                throw new ControlFailure(code == ExitCodes.Usage ? ExitCodes.Usage : ExitCodes.Refused, DaemonProgram.Reason(code, output));
            }

            Console.Write(output);
            return code;
        });
        return command;
    }
}
