using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Ahenk.Grains.Policies;

/// <summary>
/// What tells an applied profile from a changed one: a hash of the scope, the policy's id, version and assignDate, and the profile's id, plugin and data.
/// Not of the execution id and the end, which change nothing about what is applied, nor of the order of the data's members, which no server keeps.
/// </summary>
public static class ProfilePrint
{
    /// <summary>The print of a profile, as hex.</summary>
    /// <exception cref="JsonException">The profile's data is not JSON.</exception>
    public static string Of(PolicyScope scope, StoredPolicy policy, StoredProfile profile)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        using (var data = JsonDocument.Parse(profile.Data))
        {
            writer.WriteStartArray();
            writer.WriteBooleanValue(scope == PolicyScope.User);
            WriteNumber(writer, policy.Id);
            writer.WriteStringValue(policy.Version);
            writer.WriteStringValue(policy.AssignDate);
            WriteNumber(writer, profile.Id);
            writer.WriteStringValue(profile.Plugin);
            writer.WriteStringValue(profile.PluginVersion);
            WriteSorted(writer, data.RootElement);
            writer.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void WriteNumber(Utf8JsonWriter writer, long? number)
    {
        if (number is { } value)
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static void WriteSorted(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    WriteSorted(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    WriteSorted(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
