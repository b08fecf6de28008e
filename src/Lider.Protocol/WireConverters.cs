using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Ahenk.Lider.Protocol;

/// <summary>Writes values and never reads them.</summary>
internal abstract class WritingConverter<T> : JsonConverter<T>
{
    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException($"{typeof(T)} is only written");
}

/// <summary>The one form of date that every server reads (LP 3.1).</summary>
internal sealed class WireTimestampConverter : WritingConverter<DateTimeOffset>
{
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("dd-MM-yyyy HH:mm", CultureInfo.InvariantCulture));
}

/// <summary>The policies of GET_POLICIES: <c>{"12":["12-3","01/03/2026 09:15:22"]}</c>.</summary>
internal sealed class WirePoliciesConverter : WritingConverter<IReadOnlyDictionary<long, KnownPolicy>>
{
    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<long, KnownPolicy> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (id, policy) in value)
        {
            writer.WriteStartArray(id.ToString(CultureInfo.InvariantCulture));
            writer.WriteStringValue(policy.Version);
            writer.WriteStringValue(policy.AssignDate);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}

/// <summary>
/// A free-form object in which no key reads as <c>"type"</c>. Lider tells messages apart by looking for <c>"type":"X"</c> anywhere in the
/// text, in any case of letters (LP 1.5.2): a result with such a pair would be fed to the wrong listener as well. So a letter of such a key
/// is written as <c>\u0074</c>, which is the same key to every JSON parser. Inside strings the quotes bear backslashes and cannot match.
/// </summary>
internal sealed class WireMapConverter : WritingConverter<JsonObject>
{
    private const string DangerousKey = "type";

    private static readonly JavaScriptEncoder KeyEncoder = CreateKeyEncoder();

    public override void Write(Utf8JsonWriter writer, JsonObject value, JsonSerializerOptions options) => WriteObject(writer, value);

    private static void WriteObject(Utf8JsonWriter writer, JsonObject value)
    {
        writer.WriteStartObject();
        foreach (var (name, member) in value)
        {
            if (ReadsAsType(name))
            {
                writer.WritePropertyName(JsonEncodedText.Encode(name, KeyEncoder));
            }
            else
            {
                writer.WritePropertyName(name);
            }

            WriteNode(writer, member);
        }

        writer.WriteEndObject();
    }

    private static void WriteNode(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonObject value:
                WriteObject(writer, value);
                break;
            case JsonArray array:
                writer.WriteStartArray();
                foreach (var item in array)
                {
                    WriteNode(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValue value when value.TryGetValue<string>(out var text):
                writer.WriteStringValue(text);
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }

    // A key that ends in "type after a quote reads the same, since the writer puts that quote there as \".
    private static bool ReadsAsType(string name) =>
        name.EndsWith(DangerousKey, StringComparison.OrdinalIgnoreCase)
        && (name.Length == DangerousKey.Length || name[^(DangerousKey.Length + 1)] == '"');

    private static JavaScriptEncoder CreateKeyEncoder()
    {
        var settings = new TextEncoderSettings(System.Text.Unicode.UnicodeRanges.BasicLatin);
        settings.ForbidCharacters('t', 'T');
        return JavaScriptEncoder.Create(settings);
    }
}
