using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;

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
        OfSystemd("start", "Starts the daemon."),
        Stop(),
        OfSystemd("restart", "Ends the daemon in order and starts it again."),
    ];

    private static Command Stop()
    {
        var timeout = new Option<int?>("--timeout") { Description = "Seconds to wait for its end; it goes on ending after that." };
        timeout.Validators.Add(result =>
        {
            if (result.GetValue(timeout) is < 1)
            {
                result.AddError("--timeout takes a number of seconds from 1 on.");
            }
        });
        var command = new Command("stop", "Ends the daemon in order, and waits until it is gone.") { timeout };
        command.SetAction(async (parsed, cancellationToken) => IsService(parsed)
            ? await RunSystemctl("stop", cancellationToken)
            : await StopProcess(parsed.GetValue(CommandOptions.Socket)!, parsed.GetValue(timeout), cancellationToken));
        return command;
    }

    private static Command OfSystemd(string word, string description)
    {
        var command = new Command(word, description);
        command.SetAction((parsed, cancellationToken) => IsService(parsed)
            ? RunSystemctl(word, cancellationToken)
            : throw new ControlFailure(
                ExitCodes.Refused,
                $"'ahenk {word}' is systemd's to do, and it does not run here or does not have {Unit}. Start the daemon as this system starts services: its program is ahenkd."));
        return command;
    }

    /// <summary>Somebody who names a socket means the daemon that listens there.</summary>
    private static bool IsService(ParseResult parsed) =>
        parsed.GetValue(CommandOptions.Socket) == CommandOptions.DefaultSocket &&
        Directory.Exists("/run/systemd/system") &&
        UnitDirectories.Any(directory => File.Exists(Path.Combine(directory, Unit)));

    private static async Task<int> RunSystemctl(string word, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/usr/bin/systemctl") { UseShellExecute = false, ArgumentList = { word, Unit } };
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? ExitCodes.Success : ExitCodes.Refused;
        }
        catch (Win32Exception failure)
        {
            throw new ControlFailure(ExitCodes.Refused, $"/usr/bin/systemctl cannot be run: {failure.Message}");
        }
    }

    private static async Task<int> StopProcess(string socket, int? timeout, CancellationToken cancellationToken)
    {
        var answer = await ControlClient.CallAsync(socket, "stop", [], cancellationToken)
            ?? throw new ControlFailure(ExitCodes.Refused, "The daemon gave no answer; look at its log.");
        var patience = TimeSpan.FromSeconds(timeout ?? answer["within_seconds"]!.GetValue<int>());
        if (!await ForeignProcess.HasGoneAsync(answer["pid"]!.GetValue<int>(), patience, cancellationToken))
        {
            throw new ControlFailure(
                ExitCodes.Refused, $"The daemon (process {answer["pid"]}) still runs after {patience.TotalSeconds:0} s, and goes on ending; its log says what it waits for.");
        }

        Console.WriteLine("The daemon has ended.");
        return ExitCodes.Success;
    }
}
