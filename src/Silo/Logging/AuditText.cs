using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Logging;

/// <summary>A line of the audit log: one JSON object.</summary>
internal static class AuditText
{
    /// <summary>The line with its end.</summary>
    public static string Write(AuditEntry entry, DateTimeOffset time)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", time.ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
            json.WriteString("who", entry.Who);
            json.WriteString("what", entry.What);
            Add(json, "plugin", entry.Plugin);
            Add(json, "command", entry.Command);
            if (entry.Id is { } id)
            {
                json.WriteNumber("id", id);
            }

            Add(json, "user", entry.User);
            Add(json, "code", entry.Code);
            Add(json, "result", entry.Result);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Add(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
