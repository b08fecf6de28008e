using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary><c>ahenk policies</c>.</summary>
internal static class PolicyCommands
{
    /// <summary>The command.</summary>
    public static Command Policies()
    {
        var user = new Option<string>("--user")
        {
            Description = Words.Say("Whose policies, beside the machine's; without it everybody's.", "Bilgisayarınkilerle birlikte kimin politikaları; verilmezse herkesin."),
        };
        var plan = new Option<string>("--plan")
        {
            Description = Words.Say(
                "Show what would be done now, and why; for one user when a name follows.", "Şimdi ne yapılacağını ve nedenini gösterir; ad verilirse o kullanıcı için."),
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "user",
        };
        var command = new Command("policies", Words.Say(
            "Lists the policies of the machine and of users.", "Bilgisayarın ve kullanıcıların politikalarını listeler.")) { plan, user };
        command.SetAction((parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(plan) ?? parsed.GetValue(user);
            return Answer.Ask(
                parsed,
                "policies",
                name is null ? [] : new JsonObject { ["user"] = name },
                answer => parsed.GetResult(plan) is not null ? PolicyRendering.Plan(answer.AsArray()) : PolicyRendering.Policies(answer.AsArray()),
                cancellationToken);
        });
        return command;
    }
}
