using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Users, and the words of the login hook.</summary>
internal static class UserCommands
{
    public static IEnumerable<Command> Create() => [
        Users(),
        Event("login", Words.Say(
            "Tells the daemon that a user has logged in; for the login hook.", "Hizmete bir kullanıcının oturum açtığını bildirir; oturum açma kancası içindir.")),
        Event("logout", Words.Say(
            "Tells the daemon that a session of a user has ended; for the login hook.",
            "Hizmete bir kullanıcının oturumunun kapandığını bildirir; oturum açma kancası içindir.")),
    ];

    private static Command Users()
    {
        var command = new Command("users", Words.Say(
            "Lists the users who are logged in, and how far each has come.", "Oturum açmış kullanıcıları ve hangi aşamada olduklarını listeler."));
        command.SetAction((parsed, cancellationToken) => Answer.Ask(parsed, "users", [], answer => Rendering.Users(answer.AsArray()), cancellationToken));
        return command;
    }

    /// <summary>Only described here: <see cref="LoginEvents"/> carries it out.</summary>
    private static Command Event(string word, string description)
    {
        var arguments = new Argument<string[]>("arguments") { Description = LoginEvents.Arguments(word), Arity = ArgumentArity.OneOrMore };
        var command = new Command(word, description) { arguments };
        command.SetAction(parsed =>
        {
            var code = LoginEvents.Run(word, parsed.GetValue(arguments)!, parsed.GetValue(CommandOptions.Socket)!);
            return parsed.GetValue(CommandOptions.AsJson) && code == ExitCodes.Success ? Answer.Write(parsed, new JsonObject { ["accepted"] = true }, () => "") : code;
        });
        return command;
    }
}
