using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Writes one task, or run, for people.</summary>
internal static class TaskRendering
{
    public static string Details(JsonNode task)
    {
        var (schedule, answer) = (task["schedule"], task["answer"]);
        var lines = new List<(string, string)>
        {
            (Words.Say("Task", "Görev"), Rendering.OneLine(task, "id")),
            (Words.Say("Plugin", "Eklenti"), $"{Rendering.OneLine(task, "plugin")} {Rendering.OneLine(task, "plugin_version")}".Trim()),
            (Words.Say("Command", "Komut"), Rendering.OneLine(task, "command")),
            (Words.Say("State", "Durum"), Words.Of(Rendering.OneLine(task, "state"))),
            (Words.Say("Received", "Geldi"), Rendering.Time(task, "received_at")),
            (Words.Say("Finished", "Bitti"), Rendering.Time(task, "finished_at")),
            (Words.Say("Code", "Kod"), Rendering.OneLine(task, "code")),
            (Words.Say("Schedule", "Zamanlama"), schedule is null ? "" : Rendering.OneLine(schedule, "cron")),
            (Words.Say("Next run", "Sonraki"), schedule is null ? "" : Rendering.Time(schedule, "next_run")),
            (Words.Say("Running since", "Çalışmaya başladı"), schedule is null ? "" : Rendering.Time(schedule, "running_since")),
        };
        var parts = new List<string> { Rendering.Labelled(lines) };
        Add(parts, Words.Say("Parameters:", "Parametreler:"), task["parameters"]);
        Add(parts, Words.Say("File server:", "Dosya sunucusu:"), task["file_server"]);
        if (answer is not null)
        {
            Add(parts, Words.Say($"Answer, {Where(answer)}:", $"Yanıt, {Where(answer)}:"), answer["body"]);
        }

        return string.Join('\n', parts);
    }

    /// <summary>How a local run ended.</summary>
    public static string Outcome(JsonNode outcome)
    {
        var code = Rendering.OneLine(outcome, "code");
        var shown = code == "TASK_PROCESSED" ? Terminal.Good(code) : code == "TASK_WARNING" ? Terminal.Doubtful(code) : Terminal.Bad(code);
        var parts = new List<string> { Rendering.OneLine(outcome, "message") is { Length: > 0 } message ? $"{shown}: {message}" : shown };
        if (Rendering.OneLine(outcome, "saved_as") is { Length: > 0 } path)
        {
            parts.Add(Words.Say($"Its file is {path}.", $"Dosyası: {path}"));
        }
        else if (outcome["data"]?["file"] is null && outcome["data"] is { } data)
        {
            parts.Add(Rendering.Json(data));
        }
        else if (outcome["file_type"] is not null)
        {
            parts.Add(Words.Say("Its result is a file, which is not kept without --output DIR.", "Sonucu bir dosyadır; --output DİZİN verilmezse saklanmaz."));
        }

        return string.Join('\n', parts);
    }

    /// <summary>What became of the wish to cancel.</summary>
    public static string Cancelled(JsonNode answer)
    {
        var id = Rendering.OneLine(answer, "id");
        return Rendering.OneLine(answer, "outcome") switch
        {
            "cancelled" => Words.Say($"{id} is cancelled and does not run.", $"{id} iptal edildi ve çalışmayacak."),
            "ending" => Words.Say($"{id} is being ended; its answer says how far it came.", $"{id} sonlandırılıyor; ne kadar ilerlediğini yanıtı söyler."),
            "finished" => Words.Say($"{id} has ended before.", $"{id} daha önce bitmiş."),
            _ => Words.Say($"There is no {id} on this machine, or not any more.", $"{id} bu bilgisayarda yok ya da artık yok."),
        };
    }

    private static string Where(JsonNode answer) => Words.Of(Rendering.OneLine(answer, "state"));

    private static void Add(List<string> parts, string label, JsonNode? json)
    {
        if (json is not null)
        {
            parts.Add(label);
            parts.Add(json is JsonValue ? Rendering.OneLine(json) : Rendering.Json(json));
        }
    }
}
