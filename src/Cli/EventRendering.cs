using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Writes events for people, one a line.</summary>
internal static class EventRendering
{
    /// <summary>The local time, the name, and each field that has a value as <c>name=value</c>.</summary>
    public static string Line(JsonNode happened)
    {
        var fields = happened.AsObject().Where(field => field.Key is not ("name" or "time") && field.Value is not null);
        return string.Join(' ', [Rendering.LocalTime(happened, "time"), Rendering.OneLine(happened, "name"), .. fields.Select(Field)]);
    }

    private static string Field(KeyValuePair<string, JsonNode?> field) => $"{Shown(field.Key)}={Value(field.Value!)}";

    private static string Value(JsonNode value) => value switch
    {
        JsonArray list when list.All(item => item is JsonValue) => Quoted(string.Join(", ", list.Select(item => item!.ToString()))),
        JsonValue => Quoted(value.ToString()),
        _ => value.ToJsonString(),
    };

    /// <summary>In quotes where its end could not be told. Control characters would be orders to the terminal.</summary>
    private static string Quoted(string text) =>
        text.Length > 0 && text.All(character => char.IsLetterOrDigit(character) || "._-+:/@,".Contains(character, StringComparison.Ordinal))
            ? text
            : $"\"{Shown(text).Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Shown(string text) => string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));
}
