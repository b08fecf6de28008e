using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary><c>ahenk policies</c>.</summary>
internal static class PolicyCommands
{
    /// <summary>The command.</summary>
    public static Command Policies()
    {
        var user = new Option<string>("--user") { Description = "Whose policies, beside the machine's; without it everybody's." };
        var plan = new Option<string>("--plan")
        {
            Description = "Show what would be done now, and why; for one user when a name follows.",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "user",
        };
        var command = new Command("policies", "Lists the policies of the machine and of users.") { plan, user };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(plan) ?? parsed.GetValue(user);
            var parameters = name is null ? [] : new JsonObject { ["user"] = name };
            var answer = await ControlClient.CallAsync(parsed.GetValue(CommandOptions.Socket)!, "policies", parameters, cancellationToken);
            Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(answer)
                : parsed.GetResult(plan) is not null ? PolicyRendering.Plan(answer!.AsArray())
                : PolicyRendering.Policies(answer!.AsArray()));
            return ExitCodes.Success;
        });
        return command;
    }
}
