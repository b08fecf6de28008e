using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Writes answers for people.</summary>
internal static class Rendering
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Json(JsonNode? node) => node?.ToJsonString(Indented) ?? "null";

    public static string Status(JsonNode status)
    {
        var name = Text(status, "name");
        var lines = new List<(string Label, string Value)>
        {
            ("Version", Text(status, "version")),
            ("Registered", status["registered"]?.GetValue<bool>() == true ? $"yes, as {name} ({Text(status, "registration")})" : "no"),
            ("Connection", Text(status, "connection") + (Text(status, "connection_detail") is { Length: > 0 } detail ? $" ({detail})" : "")),
        };
        Add(lines, "Connected since", Time(status, "connected_since"));
        Add(lines, "Next attempt", Time(status, "next_attempt_at"));
        Add(lines, "Last error", Text(status, "last_error") is { Length: > 0 } error ? $"{error} ({Time(status, "last_error_at")})" : "");
        lines.Add(("Unfinished tasks", Text(status, "unfinished_tasks")));
        lines.Add(("Outbox", $"{Text(status, "outbox_pending")} to send, {Text(status, "outbox_unconfirmed")} sent and unconfirmed, " +
            $"{Text(status, "outbox_bytes")} bytes, {Text(status, "outbox_dropped")} dropped"));
        lines.Add(("Foreign messages", Text(status, "foreign_messages")));
        return string.Join('\n', lines.Select(line => $"{line.Label + ":",-18}{line.Value}"));
    }

    public static string Tasks(JsonArray tasks)
    {
        var rows = new List<string[]> { (string[])["ID", "STATE", "CODE", "PLUGIN", "COMMAND", "RECEIVED", "FINISHED"] };
        rows.AddRange(tasks.Select(task => (string[])
        [
            Text(task!, "id"), Text(task!, "state"), Text(task!, "code"), Text(task!, "plugin"), Text(task!, "command"),
            Time(task!, "received_at"), Time(task!, "finished_at"),
        ]));
        return Table(rows);
    }

    public static string Schedules(JsonArray schedules)
    {
        var rows = new List<string[]> { (string[])["ID", "SCHEDULE", "NEXT RUN", "LAST PLANNED", "CODE", "PLUGIN", "COMMAND"] };
        rows.AddRange(schedules.Select(schedule => (string[])
        [
            Text(schedule!, "id"), Text(schedule!, "cron"), Time(schedule!, "next_run"), Time(schedule!, "last_planned"),
            schedule!["last_planned"] is not null && schedule["last_code"] is null ? "running" : Text(schedule, "last_code"),
            Text(schedule, "plugin"), Text(schedule, "command"),
        ]));
        return Table(rows);
    }

    public static string Plugins(JsonArray plugins)
    {
        var rows = new List<string[]> { (string[])["NAME", "VERSION", "KIND", "STATUS", "REASON"] };
        rows.AddRange(plugins.Select(plugin => (string[])
        [
            Text(plugin!, "name"), Text(plugin!, "version") is { Length: > 0 } version ? version : "any", Text(plugin!, "kind"), Text(plugin!, "status"),
            Text(plugin!, "reason"),
        ]));
        return Table(rows);
    }

    public static string Users(JsonArray users)
    {
        var rows = new List<string[]> { (string[])["USER", "STAGE", "SINCE", "ADMINISTRATOR"] };
        rows.AddRange(users.Select(user => (string[])
        [
            Text(user!, "user"), Text(user!, "stage"), Time(user!, "since"), user!["administrator"]?.GetValue<bool>() == true ? "yes" : "no",
        ]));
        return Table(rows);
    }

    /// <summary>A time of an answer, as the machine's zone has it.</summary>
    public static string LocalTime(JsonNode node, string name) => Time(node, name);

    /// <summary>One text of an answer, on one line.</summary>
    public static string OneLine(JsonNode node, string name) => Text(node, name);

    /// <summary>A text of several lines. What else is a control character would be an order to the terminal.</summary>
    public static string Lines(JsonNode node, string name) =>
        string.Concat((node[name]?.ToString() ?? "").Where(character => !char.IsControl(character) || character is '\n' or '\t'));

    /// <summary>An element of a list in an answer, on one line.</summary>
    public static string OneLine(JsonArray list, int index) => Line(list[index]);

    /// <summary>Rows of equal length in columns, the first as headings.</summary>
    public static string Table(List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return string.Join('\n', rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
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

    private static string Time(JsonNode node, string name) =>
        DateTimeOffset.TryParse(Text(node, name), CultureInfo.InvariantCulture, out var time)
            ? time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : "";
}
