using System.CommandLine;

namespace Ahenk.Cli;

/// <summary>Users, and the words of the login hook.</summary>
internal static class UserCommands
{
    public static IEnumerable<Command> Create() => [
        Users(),
        Event("login", "Tells the daemon that a user has logged in; for the login hook."),
        Event("logout", "Tells the daemon that a session of a user has ended; for the login hook."),
    ];

    private static Command Users()
    {
        var command = new Command("users", "Lists the users who are logged in, and how far each has come.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var users = await ControlClient.CallAsync(parsed.GetValue(CommandOptions.Socket)!, "users", [], cancellationToken);
            Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(users) : Rendering.Users(users!.AsArray()));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Only described here: <see cref="LoginEvents"/> carries it out.</summary>
    private static Command Event(string word, string description)
    {
        var arguments = new Argument<string[]>("arguments") { Description = LoginEvents.Arguments(word), Arity = ArgumentArity.OneOrMore };
        var command = new Command(word, description) { arguments };
        command.SetAction(parsed => LoginEvents.Run(word, parsed.GetValue(arguments)!, parsed.GetValue(CommandOptions.Socket)!));
        return command;
    }
}
