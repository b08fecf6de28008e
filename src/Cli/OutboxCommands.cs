using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary><c>ahenk outbox</c>.</summary>
internal static class OutboxCommands
{
    public static Command Create()
    {
        var limit = CommandOptions.Limit(Words.Say("How many of the oldest messages.", "En eski iletilerden kaçı."));
        var description = Words.Say("Lists the messages that Lider does not have yet, the oldest first.", "Lider'e henüz ulaşmamış iletileri en eskisinden başlayarak listeler.");
        var list = new Command("list", description) { limit };
        var command = new Command("outbox", description) { limit, list, Show() };
        foreach (var way in (Command[])[command, list])
        {
            way.SetAction((parsed, cancellationToken) => Answer.Ask(
                parsed, "outbox", new JsonObject { ["limit"] = parsed.GetValue(limit) }, answer => List(answer.AsArray()), cancellationToken));
        }

        return command;
    }

    private static Command Show()
    {
        var id = new Argument<long>("id") { Description = Words.Say("The message's number.", "İletinin numarası.") };
        var command = new Command("show", Words.Say("Shows a message with what is in it, without secrets.", "Bir iletiyi içeriğiyle, gizli bilgiler olmadan gösterir.")) { id };
        command.SetAction((parsed, cancellationToken) =>
            Answer.Ask(parsed, "outbox_message", new JsonObject { ["id"] = parsed.GetValue(id) }, Details, cancellationToken));
        return command;
    }

    private static string List(JsonArray messages)
    {
        var rows = new List<string[]>
        {
            (string[])["ID", Words.Say("TYPE", "TÜR"), Words.Say("TASK", "GÖREV"), Words.Say("STATE", "DURUM"), Words.Say("DUE", "ZAMANI"), Words.Say("BYTES", "BAYT"), Words.Say("ATTEMPTS", "DENEME")],
        };
        rows.AddRange(messages.Select(message => (string[])
        [
            Rendering.OneLine(message!, "id"), Rendering.OneLine(message!, "type"), Rendering.OneLine(message!, "task"), Words.Of(Rendering.OneLine(message!, "state")),
            Rendering.Time(message!, "due_at"), Rendering.OneLine(message!, "bytes"), Rendering.OneLine(message!, "attempts"),
        ]));
        return Rendering.Table(rows);
    }

    private static string Details(JsonNode message) => $"{List([message.DeepClone()])}\n\n" +
        (message["body"] is JsonObject body ? Rendering.Json(body) : Rendering.OneLine(message, "body"));
}
