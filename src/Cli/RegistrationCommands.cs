using System.CommandLine;
using System.Text.Json.Nodes;
using Ahenk.Configuration;

namespace Ahenk.Cli;

/// <summary>The end of a registration, and doubts about it.</summary>
internal static class RegistrationCommands
{
    public static IEnumerable<Command> Create() => [Unregister(), Adopt(), Clean()];

    private static Command Unregister()
    {
        var user = new Argument<string?>("user")
        {
            Description = "A directory user who may register machines; asked for when it is left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("unregister", "Removes this machine from Lider. The user's password is asked for, or read from standard input.") { user };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if ((parsed.GetValue(user) ?? ReadUser()) is not { Length: > 0 } name)
            {
                await Console.Error.WriteLineAsync("No user was given.");
                return ExitCodes.Usage;
            }

            if (PasswordPrompt.Read($"Password of {name}: ") is not { Length: > 0 } password)
            {
                await Console.Error.WriteLineAsync("No password was given.");
                return ExitCodes.Usage;
            }

            return await CallAsync(parsed, "unregister", new JsonObject { ["user"] = name, ["password"] = password }, cancellationToken);
        });
        return command;
    }

    private static Command Adopt()
    {
        var command = new Command("adopt", "Says that this is the machine that was registered although its parts have changed, so that it connects again.");
        command.SetAction((parsed, cancellationToken) => CallAsync(parsed, "adopt", [], cancellationToken));
        return command;
    }

    private static Command Clean()
    {
        var file = new Option<string>("--config") { Description = "The main configuration file.", DefaultValueFactory = _ => ConfigurationFiles.DefaultPath };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var command = new Command("clean", "Forgets this machine's identity and all state, and keeps a copy. The daemon must be stopped.") { file, yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!parsed.GetValue(yes) && !await ConfirmAsync())
            {
                return ExitCodes.Usage;
            }

            return await DaemonProgram.RunAsync("clean", parsed.GetValue(file)!, ["--yes"], cancellationToken);
        });
        return command;
    }

    private static async Task<bool> ConfirmAsync()
    {
        if (Console.IsInputRedirected)
        {
            await Console.Error.WriteLineAsync("This forgets the machine's identity and all state; without a terminal to ask on, only --yes says that this is wanted.");
            return false;
        }

        await Console.Error.WriteAsync("Forget this machine's identity, tasks, policies and outbox? Type 'yes': ");
        if (Console.ReadLine()?.Trim() == "yes")
        {
            return true;
        }

        await Console.Error.WriteLineAsync("Nothing was changed.");
        return false;
    }

    /// <summary>Without a terminal it is the line before the password.</summary>
    private static string? ReadUser()
    {
        if (!Console.IsInputRedirected)
        {
            Console.Error.Write("Directory user: ");
        }

        return Console.In.ReadLine()?.Trim();
    }

    private static async Task<int> CallAsync(ParseResult parsed, string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        var answer = await ControlClient.CallAsync(parsed.GetValue(CommandOptions.Socket)!, method, parameters, cancellationToken);
        Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(answer) : Rendering.Lines(answer!, "message"));
        return answer?["succeeded"]?.GetValue<bool>() == true ? ExitCodes.Success : ExitCodes.Refused;
    }
}
