using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>
/// Writes JSON as Lider's Jackson does: no white space, non-ASCII raw, explicit nulls, only quotes, backslashes and control
/// characters escaped (LP 2.1). The encoders of System.Text.Json cannot: they escape everything beyond the basic plane.
/// </summary>
public static class JacksonJson
{
    /// <summary>The JSON text of a value; <see langword="null"/> is <c>null</c>.</summary>
    public static string Write(JsonNode? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject fields:
                text.Append('{');
                var isFirst = true;
                foreach (var (name, field) in fields)
                {
                    AppendComma(text, ref isFirst);
                    AppendString(text, name);
                    text.Append(':');
                    Append(text, field);
                }

                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                var isFirstItem = true;
                foreach (var item in items)
                {
                    AppendComma(text, ref isFirstItem);
                    Append(text, item);
                }

                text.Append(']');
                break;
            default:
                if (value.GetValueKind() == JsonValueKind.String)
                {
                    AppendString(text, value.GetValue<string>());
                }
                else
                {
                    text.Append(value.ToJsonString());
                }

                break;
        }
    }

    private static void AppendComma(StringBuilder text, ref bool isFirst)
    {
        if (!isFirst)
        {
            text.Append(',');
        }

        isFirst = false;
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            switch (character)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\b': text.Append("\\b"); break;
                case '\t': text.Append("\\t"); break;
                case '\n': text.Append("\\n"); break;
                case '\f': text.Append("\\f"); break;
                case '\r': text.Append("\\r"); break;
                case < ' ': text.Append("\\u").Append(((int)character).ToString("X4", CultureInfo.InvariantCulture)); break;
                default: text.Append(character); break;
            }
        }

        text.Append('"');
    }
}
