using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary><c>ahenk events</c>.</summary>
internal static class EventCommands
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var names = new Argument<string[]>("name")
        {
            Description = "Names of events, or the words with which they begin: task, user.logged_in; without: all.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var follow = new Option<bool>("--follow", "-f") { Description = "Goes on with what happens, until it is interrupted." };
        var command = new Command("events", "Shows what has happened in the agent of late, one line an event.") { names, follow };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var parameters = new JsonObject
            {
                ["names"] = new JsonArray([.. parsed.GetValue(names)!.Select(name => (JsonNode)name)]),
                ["follow"] = parsed.GetValue(follow),
            };
            Func<JsonNode, string> render = parsed.GetValue(CommandOptions.AsJson) ? EventRendering.Json : EventRendering.Line;
            try
            {
                using var stream = await ControlStream.OpenAsync(parsed.GetValue(CommandOptions.Socket)!, "events", parameters, cancellationToken);
                foreach (var happened in stream.Result!["events"]!.AsArray())
                {
                    Console.WriteLine(render(happened!));
                }

                while (parsed.GetValue(follow))
                {
                    Console.WriteLine(render(await stream.NextAsync(cancellationToken)));
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Interrupted: that is how following ends.
            }

            return ExitCodes.Success;
        });
        return command;
    }
}
