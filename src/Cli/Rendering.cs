using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Writes answers for people.</summary>
internal static class Rendering
{
    /// <summary>Letters stay letters: people look at it too.</summary>
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Json(JsonNode? node) => node?.ToJsonString(Indented) ?? "null";

    /// <summary>The same on one line. Control characters are escaped.</summary>
    public static string JsonLine(JsonNode node) => node.ToJsonString(Compact);

    public static string Status(JsonNode status)
    {
        var name = Text(status, "name");
        var lines = new List<(string Label, string Value)>
        {
            (Words.Say("Version", "Sürüm"), Text(status, "version")),
            (Words.Say("Registered", "Kayıtlı"), status["registered"]?.GetValue<bool>() == true
                ? Terminal.Good(Words.Say("yes, as", "evet, adı")) + $" {name} ({Words.Of(Text(status, "registration"))})"
                : Terminal.Bad(Words.YesOrNo(false))),
            (Words.Say("Connection", "Bağlantı"), Connection(status)),
        };
        Add(lines, Words.Say("Copied disk", "Kopyalanmış disk"), status["clone"]?.GetValue<bool>() == true
            ? Terminal.Bad(Words.Say("this machine is not the one that was registered; see 'Last error'", "bu makine kaydedilen makine değil; 'Son hata' satırına bakın"))
            : "");
        Add(lines, Words.Say("Connected since", "Bağlandığı an"), Time(status, "connected_since"));
        Add(lines, Words.Say("Next attempt", "Sonraki deneme"), Time(status, "next_attempt_at"));
        Add(lines, Words.Say("Last error", "Son hata"), Text(status, "last_error") is { Length: > 0 } error ? $"{error} ({Time(status, "last_error_at")})" : "");
        lines.Add((Words.Say("Unfinished tasks", "Bitmemiş görevler"), Text(status, "unfinished_tasks")));
        var (pending, unconfirmed, bytes, dropped) =
            (Text(status, "outbox_pending"), Text(status, "outbox_unconfirmed"), Text(status, "outbox_bytes"), Text(status, "outbox_dropped"));
        lines.Add((Words.Say("Outbox", "Giden kutusu"), Words.Say(
            $"{pending} to send, {unconfirmed} sent and unconfirmed, {bytes} bytes, {dropped} dropped",
            $"{pending} gönderilecek, {unconfirmed} gönderildi ve onaylanmadı, {bytes} bayt, {dropped} atıldı")));
        lines.Add((Words.Say("Foreign messages", "Yabancı iletiler"), Text(status, "foreign_messages")));
        return Labelled(lines);
    }

    public static string Tasks(JsonArray tasks)
    {
        var rows = new List<string[]> { (string[])[
            "ID", Words.Say("STATE", "DURUM"), Words.Say("CODE", "KOD"), Words.Say("PLUGIN", "EKLENTİ"), Words.Say("COMMAND", "KOMUT"),
            Words.Say("RECEIVED", "GELDİ"), Words.Say("FINISHED", "BİTTİ")] };
        rows.AddRange(tasks.Select(task => (string[])
        [
            Text(task!, "id"), Words.Of(Text(task!, "state")), Text(task!, "code"), Text(task!, "plugin"), Text(task!, "command"),
            Time(task!, "received_at"), Time(task!, "finished_at"),
        ]));
        return Table(rows);
    }

    public static string Schedules(JsonArray schedules)
    {
        var rows = new List<string[]> { (string[])[
            "ID", Words.Say("SCHEDULE", "ZAMANLAMA"), Words.Say("NEXT RUN", "SONRAKİ"), Words.Say("LAST PLANNED", "SON PLANLANAN"), Words.Say("CODE", "KOD"),
            Words.Say("PLUGIN", "EKLENTİ"), Words.Say("COMMAND", "KOMUT")] };
        rows.AddRange(schedules.Select(schedule => (string[])
        [
            Text(schedule!, "id"), Text(schedule!, "cron"), Time(schedule!, "next_run"), Time(schedule!, "last_planned"),
            schedule!["last_planned"] is not null && schedule["last_code"] is null ? Words.Of("running") : Text(schedule, "last_code"),
            Text(schedule, "plugin"), Text(schedule, "command"),
        ]));
        return Table(rows);
    }

    public static string Plugins(JsonArray plugins)
    {
        var rows = new List<string[]> { (string[])[
            Words.Say("NAME", "AD"), Words.Say("VERSION", "SÜRÜM"), Words.Say("KIND", "TÜR"), Words.Say("STATUS", "DURUM"), Words.Say("REASON", "NEDEN")] };
        rows.AddRange(plugins.Select(plugin => (string[])
        [
            Text(plugin!, "name"), Text(plugin!, "version") is { Length: > 0 } version ? version : Words.Say("any", "her"), Text(plugin!, "kind"), Words.Of(Text(plugin!, "status")),
            Text(plugin!, "reason"),
        ]));
        return Table(rows);
    }

    public static string Users(JsonArray users)
    {
        var rows = new List<string[]> { (string[])[
            Words.Say("USER", "KULLANICI"), Words.Say("STAGE", "AŞAMA"), Words.Say("SINCE", "NE ZAMANDAN BERİ"), Words.Say("ADMINISTRATOR", "YÖNETİCİ")] };
        rows.AddRange(users.Select(user => (string[])
        [
            Text(user!, "user"), Words.Of(Text(user!, "stage")), Time(user!, "since"), Words.YesOrNo(user!["administrator"]?.GetValue<bool>() == true),
        ]));
        return Table(rows);
    }

    /// <summary>A time of an answer, as the machine's zone has it.</summary>
    public static string LocalTime(JsonNode node, string name) => Time(node, name);

    /// <summary>One text of an answer, on one line.</summary>
    public static string OneLine(JsonNode node, string name) => Text(node, name);

    /// <summary>A value on one line.</summary>
    public static string OneLine(JsonNode node) => Line(node);

    /// <summary>A text of several lines. What else is a control character would be an order to the terminal.</summary>
    public static string Lines(JsonNode node, string name) =>
        string.Concat((node[name]?.ToString() ?? "").Where(character => !char.IsControl(character) || character is '\n' or '\t'));

    /// <summary>An element of a list in an answer, on one line.</summary>
    public static string OneLine(JsonArray list, int index) => Line(list[index]);

    /// <summary>A moment in an answer, in the time of this machine; empty when there is none.</summary>
    public static string Time(JsonNode node, string name) =>
        DateTimeOffset.TryParse(Text(node, name), CultureInfo.InvariantCulture, out var time)
            ? time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : "";

    /// <summary>Lines of a label and what belongs to it; those without anything are left out.</summary>
    public static string Labelled(IEnumerable<(string Label, string Value)> lines)
    {
        var shown = lines.Where(line => line.Value.Length > 0).ToArray();
        var width = Math.Max(18, shown.Max(line => line.Label.Length) + 2);
        return string.Join('\n', shown.Select(line => (line.Label + ":").PadRight(width) + line.Value));
    }

    /// <summary>Rows of equal length in columns, the first as headings.</summary>
    public static string Table(List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return string.Join('\n', rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }

    private static string Connection(JsonNode status)
    {
        var state = Text(status, "connection");
        var shown = state == "online" ? Terminal.Good(Words.Of(state)) : Terminal.Doubtful(Words.Of(state));
        return shown + (Text(status, "connection_detail") is { Length: > 0 } detail ? $" ({detail})" : "");
    }

    private static void Add(List<(string Label, string Value)> lines, string label, string value)
    {
        if (value.Length > 0)
        {
            lines.Add((label, value));
        }
    }

    /// <summary>A value on one line without control characters: the daemon passes on what came over the network.</summary>
    private static string Text(JsonNode node, string name) => Line(node[name]);

    private static string Line(JsonNode? node) => string.Concat((node?.ToString() ?? "").Select(character => char.IsControl(character) ? ' ' : character));
}
