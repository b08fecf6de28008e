using System.CommandLine;

namespace Ahenk.Cli;

/// <summary>The dashboard in the browser.</summary>
internal static class DashboardCommands
{
    public static Command Create()
    {
        var command = new Command("dashboard", "Prints the address of the dashboard. Whoever has it can look at the agent until it ends; for root.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var answer = await ControlClient.CallAsync(parsed.GetValue(CommandOptions.Socket)!, "dashboard", [], cancellationToken);
            var address = answer?["address"];
            Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(answer) : Rendering.OneLine(answer!, address is null ? "message" : "address"));
            return address is null ? ExitCodes.Refused : ExitCodes.Success;
        });
        return command;
    }
}
