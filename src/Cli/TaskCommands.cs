using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Tasks and their schedules.</summary>
internal static class TaskCommands
{
    public static IEnumerable<Command> Create() => [Tasks(), Schedule()];

    private static Command Tasks()
    {
        var limit = new Option<int>("--limit") { Description = "How many of the newest tasks.", DefaultValueFactory = _ => 50 };
        var command = new Command("tasks", "Lists the newest tasks.") { limit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var tasks = await ControlClient.CallAsync(
                parsed.GetValue(CommandOptions.Socket)!, "tasks", new JsonObject { ["limit"] = parsed.GetValue(limit) }, cancellationToken);
            Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(tasks) : Rendering.Tasks(tasks!.AsArray()));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Schedule()
    {
        var limit = new Option<int>("--limit") { Description = "How many of those that run next.", DefaultValueFactory = _ => 50 };
        var command = new Command("schedule", "Lists the scheduled tasks, what runs next first, and how each ran last.") { limit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var schedules = await ControlClient.CallAsync(
                parsed.GetValue(CommandOptions.Socket)!, "schedule", new JsonObject { ["limit"] = parsed.GetValue(limit) }, cancellationToken);
            Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(schedules) : Rendering.Schedules(schedules!.AsArray()));
            return ExitCodes.Success;
        });
        return command;
    }
}
