using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>The agent as a whole: how it is, and its registration.</summary>
internal static class AgentCommands
{
    public static IEnumerable<Command> Create() => [Register(), Status()];

    private static Command Register()
    {
        var host = new Argument<string>("host") { Description = "The XMPP server of Lider." };
        var user = new Argument<string>("user") { Description = "A directory user who may register machines." };
        var command = new Command("register", "Registers this machine with Lider. The user's password is asked for, or read from standard input.") { host, user };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(user)!;
            if (PasswordPrompt.Read($"Password of {name}: ") is not { Length: > 0 } password)
            {
                await Console.Error.WriteLineAsync("No password was given.");
                return ExitCodes.Usage;
            }

            var answer = await ControlClient.CallAsync(
                parsed.GetValue(CommandOptions.Socket)!,
                "register",
                new JsonObject { ["host"] = parsed.GetValue(host), ["user"] = name, ["password"] = password },
                cancellationToken);
            Console.WriteLine(answer?["message"]?.ToString());
            return answer?["succeeded"]?.GetValue<bool>() == true ? ExitCodes.Success : ExitCodes.Refused;
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Shows registration, connection, last error and queue lengths.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var status = await ControlClient.CallAsync(parsed.GetValue(CommandOptions.Socket)!, "status", [], cancellationToken);
            Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(status) : Rendering.Status(status!));
            return ExitCodes.Success;
        });
        return command;
    }
}
