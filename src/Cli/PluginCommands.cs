using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Plugins.</summary>
internal static class PluginCommands
{
    public static IEnumerable<Command> Create() => [
        Plugins(),
        Change("load", "Loads plugins that were added or removed."),
        Change("reload", "Loads plugins anew."),
        Change("remove", "Takes plugins out of use until they are loaded again."),
    ];

    private static Command Plugins()
    {
        var command = new Command("plugins", "Lists the plugins and how they are.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var plugins = await ControlClient.CallAsync(parsed.GetValue(CommandOptions.Socket)!, "plugins", [], cancellationToken);
            Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(plugins) : Rendering.Plugins(plugins!.AsArray()));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Change(string word, string description)
    {
        var names = new Option<string>("--plugins", "-p") { Description = "Their names, with commas between them, or 'all'.", Required = true };
        var command = new Command(word, description) { names };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var changed = await ControlClient.CallAsync(
                parsed.GetValue(CommandOptions.Socket)!, word, new JsonObject { ["plugins"] = parsed.GetValue(names) }, cancellationToken);
            Console.WriteLine(string.Join('\n', changed!.AsArray().Select(plugin => Rendering.OneLine(plugin!, "message"))));
            return ExitCodes.Success;
        });
        return command;
    }
}
