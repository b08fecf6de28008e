using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>
/// Starts and ends the daemon. Where systemd has it as a service that is systemd's to do, so that it knows of it; where it has not, a daemon that runs is asked to end.
/// </summary>
internal static class ServiceCommands
{
    private const string Unit = "ahenk.service";

    /// <summary>Where systemd finds units, and administrators put theirs.</summary>
    private static readonly string[] UnitDirectories = ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

    public static IEnumerable<Command> Create() =>
    [
        OfSystemd("start", Words.Say("Starts the daemon.", "Hizmeti başlatır.")),
        Stop(),
        OfSystemd("restart", Words.Say("Ends the daemon in order and starts it again.", "Hizmeti düzenli biçimde sonlandırır ve yeniden başlatır.")),
    ];

    private static Command Stop()
    {
        var timeout = new Option<int?>("--timeout")
        {
            Description = Words.Say("Seconds to wait for its end; it goes on ending after that.", "Sonunu bekleme süresi, saniye; süre dolunca da sonlanmayı sürdürür."),
            HelpName = "seconds",
        };
        timeout.Validators.Add(result =>
        {
            if (result.GetValue(timeout) is < 1)
            {
                result.AddError(Words.Say("--timeout takes a number of seconds from 1 on.", "--timeout 1 ya da daha çok saniye alır."));
            }
        });
        var command = new Command("stop", Words.Say("Ends the daemon in order, and waits until it is gone.", "Hizmeti düzenli biçimde sonlandırır ve gitmesini bekler.")) { timeout };
        command.SetAction((parsed, cancellationToken) => IsService(parsed)
            ? RunSystemctl(parsed, "stop", cancellationToken)
            : StopProcess(parsed, parsed.GetValue(timeout), cancellationToken));
        return command;
    }

    private static Command OfSystemd(string word, string description)
    {
        var command = new Command(word, description);
        command.SetAction((parsed, cancellationToken) => IsService(parsed)
            ? RunSystemctl(parsed, word, cancellationToken)
            : throw new ControlFailure(ExitCodes.Refused, Words.Say(
                $"'ahenk {word}' is systemd's to do, and it does not run here, does not have {Unit}, or --socket names another daemon. Start that as this system starts services: its program is ahenkd.",
                $"'ahenk {word}' systemd'nin işidir; burada çalışmıyor, {Unit} birimi yok ya da --socket başka bir hizmeti gösteriyor. Onu bu sistemin hizmetleri başlattığı yolla başlatın: programı ahenkd'dir.")));
        return command;
    }

    /// <summary>Somebody who names a socket means the daemon that listens there.</summary>
    private static bool IsService(ParseResult parsed) =>
        parsed.GetValue(CommandOptions.Socket) == CommandOptions.DefaultSocket &&
        Directory.Exists("/run/systemd/system") &&
        UnitDirectories.Any(directory => File.Exists(Path.Combine(directory, Unit)));

    private static async Task<int> RunSystemctl(ParseResult parsed, string word, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/usr/bin/systemctl") { UseShellExecute = false, RedirectStandardError = true, ArgumentList = { word, Unit } };
        try
        {
            using var process = Process.Start(start)!;
            var complaints = (await process.StandardError.ReadToEndAsync(cancellationToken)).Trim();
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? Done(parsed, complaints) : throw new ControlFailure(ExitCodes.Refused, complaints.Length > 0
                ? complaints
                : Words.Say($"systemctl has ended with {process.ExitCode}.", $"systemctl {process.ExitCode} koduyla sona erdi."));
        }
        catch (Win32Exception failure)
        {
            throw new ControlFailure(
                ExitCodes.Refused, Words.Say($"/usr/bin/systemctl cannot be run: {failure.Message}", $"/usr/bin/systemctl çalıştırılamıyor: {failure.Message}"));
        }
    }

    /// <summary>People hear nothing but what systemctl remarks: it is silent when all went well.</summary>
    private static int Done(ParseResult parsed, string remarks)
    {
        if (parsed.GetValue(CommandOptions.AsJson))
        {
            return Answer.Write(parsed, new JsonObject { ["succeeded"] = true, ["message"] = remarks }, () => remarks);
        }

        if (remarks.Length > 0)
        {
            Console.Error.WriteLine(remarks);
        }

        return ExitCodes.Success;
    }

    private static async Task<int> StopProcess(ParseResult parsed, int? timeout, CancellationToken cancellationToken)
    {
        var answer = await Answer.Call(parsed, "stop", [], cancellationToken)
            ?? throw new ControlFailure(ExitCodes.Refused, Words.Say("The daemon gave no answer; look at its log.", "Hizmet yanıt vermedi; günlüğüne bakın."));
        var (id, patience) = (answer["pid"]!.GetValue<int>(), TimeSpan.FromSeconds(timeout ?? answer["within_seconds"]!.GetValue<int>()));
        if (!await ForeignProcess.HasGoneAsync(id, patience, cancellationToken))
        {
            throw new ControlFailure(ExitCodes.Refused, Words.Say(
                $"The daemon (process {id}) still runs after {patience.TotalSeconds:0} s, and goes on ending; its log says what it waits for.",
                $"Hizmet (süreç {id}) {patience.TotalSeconds:0} saniye sonra hâlâ çalışıyor ve sonlanmayı sürdürüyor; neyi beklediği günlüğünde yazar."));
        }

        var message = Words.Say("The daemon has ended.", "Hizmet sona erdi.");
        return Answer.Write(parsed, new JsonObject { ["succeeded"] = true, ["pid"] = id }, () => message);
    }
}
