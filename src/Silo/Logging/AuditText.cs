using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Logging;

/// <summary>A line of the audit log: one JSON object.</summary>
internal static class AuditText
{
    // Only for files, so nothing has to be escaped for a web page; line ends and quotes are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Of a text, so that no entry takes the room of many.</summary>
    private const int LongestText = 512;

    /// <summary>The line with its end.</summary>
    public static string Write(AuditEntry entry, DateTimeOffset time, LogSecrets secrets)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", time.ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
            json.WriteString("who", entry.Who);
            json.WriteString("what", entry.What);
            Add("method", entry.Method);
            Add("plugin", entry.Plugin);
            Add("command", entry.Command);
            if (entry.Id is { } id)
            {
                json.WriteNumber("id", id);
            }

            Add("user", entry.User);
            Add("code", entry.Code);
            Add("result", entry.Result);
            json.WriteEndObject();

            void Add(string name, string? value)
            {
                if (value is not null)
                {
                    json.WriteString(name, Cut(secrets.Hide(value)));
                }
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : $"{text.AsSpan(0, LongestText)} [...]";
}
