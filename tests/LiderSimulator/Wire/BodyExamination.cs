using System.Text;
using System.Text.Json;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>
/// Examines bodies as strictly as the real server (LA) reads them, and a little more strictly where it reads them otherwise than they
/// were meant. Written from LP 1.5 and 3 alone, so that it shares no mistake with an agent.
/// </summary>
public static class BodyExamination
{
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 1000, AllowMultipleValues = true };

    /// <summary>Examines one body.</summary>
    public static InboundMessage Examine(string body)
    {
        var findings = new List<Finding>();
        var listeners = Listeners.Matching(body, out var isBroken);
        var fields = Parse(body, findings);
        var type = fields.TryGetValue("type", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        ExamineType(type, listeners, isBroken, findings);
        if (type is not null && Listeners.Of(type) is not null)
        {
            MessageRules.Examine(type, fields, findings);
        }

        return new InboundMessage(type, fields, findings);
    }

    private static void ExamineType(string? type, IReadOnlyList<string> listeners, bool isBroken, List<Finding> findings)
    {
        if (isBroken)
        {
            findings.Add(new Finding("a line terminator keeps the listener's pattern from matching (LP 1.5)", IsDropped: true));
        }

        var own = type is null ? null : Listeners.Of(type);
        if (own is null)
        {
            if (!Listeners.IsKnownButIgnored(type))
            {
                findings.Add(new Finding($"type '{type}' is none the server listens to (LP 3)", IsDropped: true));
            }
        }
        else if (!listeners.Contains(own) && !isBroken)
        {
            findings.Add(new Finding("the listener's pattern does not match: type is written with escapes (LP 1.5)", IsDropped: true));
        }

        foreach (var other in listeners.Where(listener => listener != own))
        {
            findings.Add(new Finding($"a nested \"type\" also feeds the {other} listener (LP 1.5)", IsDropped: false));
        }
    }

    private static Dictionary<string, JsonElement> Parse(string body, List<Finding> findings)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        try
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            var reader = new Utf8JsonReader(bytes, ReaderOptions);
            var root = JsonElement.ParseValue(ref reader);
            if (root.ValueKind != JsonValueKind.Object)
            {
                findings.Add(new Finding("the body is JSON, but no object (LP 1.5)", IsDropped: true));
                return fields;
            }

            if (bytes.AsSpan((int)reader.BytesConsumed).IndexOfAnyExcept(" \t\r\n"u8) >= 0)
            {
                findings.Add(new Finding("text after the JSON object (LP 3.1)", IsDropped: false));
            }

            RequireReadableText(root);
            foreach (var property in root.EnumerateObject())
            {
                if (!fields.TryAdd(property.Name, property.Value))
                {
                    fields[property.Name] = property.Value;
                    findings.Add(new Finding($"{property.Name} occurs twice (LP 3.1)", IsDropped: false));
                }
            }
        }
        catch (JsonException e)
        {
            findings.Add(new Finding("the body is not JSON: " + e.Message, IsDropped: true));
        }
        catch (InvalidOperationException e)
        {
            // A lone half of a surrogate pair as an escape: no text that a database could keep.
            findings.Add(new Finding("the body holds text that is not Unicode: " + e.Message, IsDropped: true));
            fields.Clear();
        }

        return fields;
    }

    /// <exception cref="InvalidOperationException">A string somewhere inside cannot be decoded.</exception>
    private static void RequireReadableText(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _ = value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    RequireReadableText(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    _ = property.Name;
                    RequireReadableText(property.Value);
                }

                break;
            default:
                break;
        }
    }
}
