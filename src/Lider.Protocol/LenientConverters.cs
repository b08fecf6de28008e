using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Ahenk.Lider.Protocol;

// Each of these takes whatever stands in the field's place and gives null for what it cannot use: one odd field must not cost a message.

/// <summary>Reads values and never writes them.</summary>
internal abstract class ReadingConverter<T> : JsonConverter<T>
{
    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        throw new NotSupportedException($"{typeof(T)} is only read");

    /// <summary>A scalar as text; <see langword="null"/> for JSON null and for anything with members, which is skipped.</summary>
    protected static string? ReadScalar(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            case JsonTokenType.True:
                return "true";
            case JsonTokenType.False:
                return "false";
            default:
                reader.Skip();
                return null;
        }
    }
}

/// <summary>Text from any scalar.</summary>
internal sealed class LenientTextConverter : ReadingConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadScalar(ref reader);
}

/// <summary>A whole number from a number or a digit string.</summary>
internal sealed class LenientLongConverter : ReadingConverter<long?>
{
    public override long? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        long.TryParse(ReadScalar(ref reader), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;
}

/// <summary>A truth value from true/false, 1/0, or the same as text.</summary>
internal sealed class LenientBooleanConverter : ReadingConverter<bool?>
{
    public override bool? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadScalar(ref reader)?.Trim().ToLowerInvariant() switch
        {
            "true" or "1" => true,
            "false" or "0" => false,
            _ => null,
        };
}

/// <summary>A date in any encoding.</summary>
internal sealed class LenientDateConverter : ReadingConverter<LiderDate?>
{
    public override LiderDate? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        LiderDate.TryParse(ReadScalar(ref reader));
}

/// <summary>A free-form object.</summary>
internal sealed class LenientMapConverter : ReadingConverter<JsonObject?>
{
    public override JsonObject? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return ToObject(JsonElement.ParseValue(ref reader));
        }

        reader.Skip();
        return null;
    }

    /// <summary>
    /// The element as nodes, the last of equal keys winning. JsonNode's own way from text keeps equal keys until the object is first looked
    /// at and throws then.
    /// </summary>
    public static JsonObject ToObject(JsonElement element)
    {
        var result = new JsonObject();
        foreach (var property in element.EnumerateObject())
        {
            result[property.Name] = ToNode(property.Value);
        }

        return result;
    }

    private static JsonNode? ToNode(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return ToObject(element);
            case JsonValueKind.Array:
                var array = new JsonArray();
                foreach (var item in element.EnumerateArray())
                {
                    array.Add(ToNode(item));
                }

                return array;
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            default:
                return JsonValue.Create(element);
        }
    }
}

/// <summary>The text of a scalar, or the JSON text of an object or array; only JSON null is null.</summary>
internal sealed class LenientJsonTextConverter : ReadingConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray
            ? JsonElement.ParseValue(ref reader).GetRawText()
            : ReadScalar(ref reader);
}

/// <summary>An object of a known shape.</summary>
internal sealed class LenientObjectConverter<T> : ReadingConverter<T?>
    where T : class
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
        }

        reader.Skip();
        return null;
    }
}

/// <summary>A list of objects of a known shape; elements that are no objects are left out.</summary>
internal sealed class LenientListConverter<T> : ReadingConverter<IReadOnlyList<T>?>
    where T : class
{
    public override IReadOnlyList<T>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var list = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                list.Add(JsonSerializer.Deserialize(ref reader, type)!);
            }
            else
            {
                reader.Skip();
            }
        }

        return list;
    }
}
