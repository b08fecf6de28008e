using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Plugins.</summary>
internal static class PluginCommands
{
    public static IEnumerable<Command> Create() => [
        Plugins(),
        Change("load", Words.Say("Loads plugins that were added or removed.", "Eklenen ya da kaldırılan eklentileri yükler.")),
        Change("reload", Words.Say("Loads plugins anew.", "Eklentileri yeniden yükler.")),
        Change("remove", Words.Say("Takes plugins out of use until they are loaded again.", "Eklentileri yeniden yüklenene dek kullanımdan kaldırır.")),
    ];

    private static Command Plugins()
    {
        var command = new Command("plugins", Words.Say("Lists the plugins and how they are.", "Eklentileri ve durumlarını listeler."));
        command.SetAction((parsed, cancellationToken) => Answer.Ask(parsed, "plugins", [], answer => Rendering.Plugins(answer.AsArray()), cancellationToken));
        return command;
    }

    private static Command Change(string word, string description)
    {
        var names = new Option<string>("--plugins", "-p")
        {
            Description = Words.Say("Their names, with commas between them, or 'all'.", "Adları, aralarında virgülle, ya da 'all' (hepsi)."),
            Required = true,
        };
        var command = new Command(word, description) { names };
        command.SetAction((parsed, cancellationToken) => Answer.Ask(
            parsed,
            word,
            new JsonObject { ["plugins"] = parsed.GetValue(names) },
            answer => string.Join('\n', answer.AsArray().Select(plugin => Rendering.OneLine(plugin!, "message"))),
            cancellationToken));
        return command;
    }
}
