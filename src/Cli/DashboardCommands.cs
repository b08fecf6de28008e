using System.CommandLine;

namespace Ahenk.Cli;

/// <summary>The dashboard in the browser.</summary>
internal static class DashboardCommands
{
    public static Command Create()
    {
        var command = new Command("dashboard", Words.Say(
            "Prints the address of the dashboard. Whoever has it can look at the agent until it ends; for root.",
            "Gösterge panosunun adresini yazar. Adresi bilen, ajan sona erinceye dek ona bakabilir; root içindir."));
        command.SetAction((parsed, cancellationToken) => Answer.Ask(
            parsed,
            "dashboard",
            [],
            answer => Rendering.OneLine(answer, answer["address"] is null ? "message" : "address"),
            cancellationToken,
            answer => answer["address"] is null ? ExitCodes.Refused : ExitCodes.Success));
        return command;
    }
}
