using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Grains.Import;

namespace Ahenk.Silo.Offline.Import;

/// <summary>How an import ended, for people and for programs.</summary>
/// <param name="ExitCode">0: done, or nothing was left to do; 1: nothing was taken over.</param>
/// <param name="Message">A sentence.</param>
/// <param name="Report">The details.</param>
internal sealed record ImportAnswer(int ExitCode, string Message, ImportReport Report)
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether nothing was changed because nothing was to be.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The backup.</summary>
    public string? Backup { get; init; }

    /// <summary>The text that is printed.</summary>
    public string ToText(bool isJson)
    {
        if (isJson)
        {
            return ToJson() + "\n";
        }

        var text = new StringBuilder(Message).Append('\n');
        Append(text, IsDryRun ? "Would be taken over:" : "Taken over:", Report.Taken);
        Append(text, "Left out:", Report.LeftOut);
        Append(text, "To be known:", Report.Remarks);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string title, IReadOnlyList<ImportLine> lines)
    {
        if (lines.Count > 0)
        {
            text.Append('\n').Append(title).Append('\n');
            foreach (var line in lines)
            {
                text.Append("  ").Append(line.Subject).Append(": ").Append(line.Text).Append('\n');
            }
        }
    }

    private string ToJson()
    {
        var node = new JsonObject
        {
            ["succeeded"] = ExitCode == Done,
            ["dry_run"] = IsDryRun,
            ["message"] = Message,
            ["backup"] = Backup,
            ["taken"] = Lines(Report.Taken),
            ["left_out"] = Lines(Report.LeftOut),
            ["remarks"] = Lines(Report.Remarks),
        };
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            node.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static JsonArray Lines(IReadOnlyList<ImportLine> lines) =>
        new([.. lines.Select(line => new JsonObject { ["subject"] = line.Subject, ["text"] = line.Text })]);
}
