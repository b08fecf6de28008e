using System.CommandLine;
using System.Text.Json.Nodes;
using Ahenk.Cli.Documentation;

namespace Ahenk.Cli;

/// <summary>The <c>ahenk</c> command.</summary>
internal static class Program
{
    private const string DefaultSocket = "/run/ahenk/control.sock";

    private static readonly Option<string> Socket = new("--socket")
    {
        Description = "The daemon's control socket.",
        DefaultValueFactory = _ => DefaultSocket,
        Recursive = true,
    };

    private static readonly Option<bool> AsJson = new("--json") { Description = "Answer as JSON." };

    private static Task<int> Main(string[] arguments) => arguments switch
    {
        // A user waits for these: they do without what the command line of the others needs.
        ["login" or "logout", ..] when !arguments.Any(argument => argument is "--help" or "-h" or "-?") =>
            Task.FromResult(LoginEvents.Run(arguments[0], arguments.AsSpan(1), DefaultSocket)),
        _ => RunAsync(arguments),
    };

    private static async Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand("Talks to the Ahenk daemon of this machine.")
        {
            Socket,
            Register(),
            Status(),
            Tasks(),
            Schedule(),
            Plugins(),
            Users(),
            Event("login", "Tells the daemon that a user has logged in; for the login hook."),
            Event("logout", "Tells the daemon that a session of a user has ended; for the login hook."),
            AgreementCommands.Create(Socket),
            PolicyCommands.Policies(Socket, AsJson),
            ConfigCommands.Create(Socket, AsJson),
            LogCommands.Create(Socket, AsJson),
            Change("load", "Loads plugins that were added or removed."),
            Change("reload", "Loads plugins anew."),
            Change("remove", "Takes plugins out of use until they are loaded again."),
            DocumentationCommand.Create(),
        };
        try
        {
            var parsed = root.Parse(arguments);
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }) is var code && parsed.Errors.Count > 0
                ? ExitCodes.Usage
                : code;
        }
        catch (ControlFailure failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return failure.ExitCode;
        }
    }

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
                parsed.GetValue(Socket)!,
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
        var command = new Command("status", "Shows registration, connection, last error and queue lengths.") { AsJson };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var status = await ControlClient.CallAsync(parsed.GetValue(Socket)!, "status", [], cancellationToken);
            Console.WriteLine(parsed.GetValue(AsJson) ? Rendering.Json(status) : Rendering.Status(status!));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Tasks()
    {
        var limit = new Option<int>("--limit") { Description = "How many of the newest tasks.", DefaultValueFactory = _ => 50 };
        var command = new Command("tasks", "Lists the newest tasks.") { AsJson, limit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var tasks = await ControlClient.CallAsync(
                parsed.GetValue(Socket)!, "tasks", new JsonObject { ["limit"] = parsed.GetValue(limit) }, cancellationToken);
            Console.WriteLine(parsed.GetValue(AsJson) ? Rendering.Json(tasks) : Rendering.Tasks(tasks!.AsArray()));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Schedule()
    {
        var limit = new Option<int>("--limit") { Description = "How many of those that run next.", DefaultValueFactory = _ => 50 };
        var command = new Command("schedule", "Lists the scheduled tasks, what runs next first, and how each ran last.") { AsJson, limit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var schedules = await ControlClient.CallAsync(
                parsed.GetValue(Socket)!, "schedule", new JsonObject { ["limit"] = parsed.GetValue(limit) }, cancellationToken);
            Console.WriteLine(parsed.GetValue(AsJson) ? Rendering.Json(schedules) : Rendering.Schedules(schedules!.AsArray()));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Plugins()
    {
        var command = new Command("plugins", "Lists the plugins and how they are.") { AsJson };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var plugins = await ControlClient.CallAsync(parsed.GetValue(Socket)!, "plugins", [], cancellationToken);
            Console.WriteLine(parsed.GetValue(AsJson) ? Rendering.Json(plugins) : Rendering.Plugins(plugins!.AsArray()));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Users()
    {
        var command = new Command("users", "Lists the users who are logged in, and how far each has come.") { AsJson };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var users = await ControlClient.CallAsync(parsed.GetValue(Socket)!, "users", [], cancellationToken);
            Console.WriteLine(parsed.GetValue(AsJson) ? Rendering.Json(users) : Rendering.Users(users!.AsArray()));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Only described here: <see cref="LoginEvents"/> carries it out.</summary>
    private static Command Event(string word, string description)
    {
        var arguments = new Argument<string[]>("arguments") { Description = LoginEvents.Arguments(word), Arity = ArgumentArity.OneOrMore };
        var command = new Command(word, description) { arguments };
        command.SetAction(parsed => LoginEvents.Run(word, parsed.GetValue(arguments)!, parsed.GetValue(Socket)!));
        return command;
    }

    private static Command Change(string word, string description)
    {
        var names = new Option<string>("--plugins", "-p") { Description = "Their names, with commas between them, or 'all'.", Required = true };
        var command = new Command(word, description) { names };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var changed = await ControlClient.CallAsync(
                parsed.GetValue(Socket)!, word, new JsonObject { ["plugins"] = parsed.GetValue(names) }, cancellationToken);
            Console.WriteLine(string.Join('\n', changed!.AsArray().Select(plugin => Rendering.OneLine(plugin!, "message"))));
            return ExitCodes.Success;
        });
        return command;
    }
}
