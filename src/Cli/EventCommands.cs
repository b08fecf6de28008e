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
            Description = Words.Say(
                "Names of events, or the words with which they begin: task, user.logged_in; without: all.",
                "Olay adları ya da adların başındaki sözcükler: task, user.logged_in; verilmezse hepsi."),
            Arity = ArgumentArity.ZeroOrMore,
        };
        var follow = new Option<bool>("--follow", "-f") { Description = Words.Say("Goes on with what happens, until it is interrupted.", "Kesilinceye dek olanlarla sürer.") };
        var command = new Command("events", Words.Say(
            "Shows what has happened in the agent of late, one line an event. With --json each line is an object.",
            "Ajanda son zamanlarda olanları gösterir, her olay bir satırdır. --json ile her satır bir nesnedir.")) { names, follow };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var parameters = new JsonObject
            {
                ["names"] = new JsonArray([.. parsed.GetValue(names)!.Select(name => (JsonNode)name)]),
                ["follow"] = parsed.GetValue(follow),
            };
            Func<JsonNode, string> render = parsed.GetValue(CommandOptions.AsJson) ? Rendering.JsonLine : EventRendering.Line;
            try
            {
                using var stream = await ControlStream.OpenAsync(parsed.GetValue(CommandOptions.Socket)!, "events", parameters, Patience.Of("events", Invocation.TimeOf(parsed)), cancellationToken);
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
