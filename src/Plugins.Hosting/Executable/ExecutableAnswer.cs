using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Executable;

/// <summary>What an executable plugin writes to its standard output: one JSON object.</summary>
internal static class ExecutableAnswer
{
    /// <summary>Reads it.</summary>
    /// <param name="text">All that was written.</param>
    /// <param name="privateDirectory">Where a file that is the result must lie.</param>
    /// <param name="flaw">What is wrong with it, as the end of a sentence.</param>
    /// <returns>The result, or <see langword="null"/> when it is not what it must be.</returns>
    public static PluginResult? Read(ReadOnlyMemory<byte> text, string privateDirectory, out string flaw)
    {
        flaw = "";
        try
        {
            using var document = JsonDocument.Parse(text, WireNames.Strict);
            var answer = document.RootElement;
            if (answer.ValueKind != JsonValueKind.Object)
            {
                flaw = "it is no object";
            }
            else if (Code(Text(answer, "code")) is not { } code)
            {
                flaw = "its code must be processed, warning or error";
            }
            else if (Text(answer, "message") is not { Length: > 0 } message)
            {
                flaw = "it has no message";
            }
            else if (ReadFile(answer, privateDirectory, out flaw) is var file && flaw.Length == 0)
            {
                return new PluginResult(code, message, Member(answer, "data") is { } data ? (JsonObject)JsonNode.Parse(data.GetRawText())! : null)
                {
                    File = file,
                    Mail = Member(answer, "mail") is { } mail ? new ResultMail(Text(mail, "subject") ?? "", Text(mail, "content") ?? "") : null,
                };
            }
        }
        catch (JsonException)
        {
            flaw = text.IsEmpty ? "there is none" : "it is no JSON, more than one object, or has a field twice";
        }
        catch (InvalidOperationException)
        {
            // What JsonElement throws for a text with half a character in it.
            flaw = "it holds a text that is none";
        }
        catch (FormatException failure)
        {
            flaw = failure.Message;
        }

        return null;
    }

    private static PluginCode? Code(string? name) => name switch
    {
        "processed" => PluginCode.Processed,
        "warning" => PluginCode.Warning,
        "error" => PluginCode.Error,
        _ => null,
    };

    private static ResultFile? ReadFile(JsonElement answer, string privateDirectory, out string flaw)
    {
        flaw = "";
        if (Member(answer, "file") is not { } file)
        {
            return null;
        }

        var path = Text(file, "path") ?? "";
        if (WireNames.FileType(Text(file, "type") ?? "") is not { } type)
        {
            flaw = "the type of its file is not one that Lider knows";
        }
        else if (Path.GetDirectoryName(path) != privateDirectory || new FileInfo(path) is not { Exists: true, LinkTarget: null })
        {
            // Only the agent's user can write there: what lies in it cannot be exchanged for a link by somebody else.
            flaw = "its file is not a file in private_dir";
        }
        else
        {
            return new ResultFile(path, type);
        }

        return null;
    }

    private static JsonElement? Member(JsonElement answer, string name) => !answer.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Object => value,
        _ => throw new FormatException($"its {name} must be an object"),
    };

    private static string? Text(JsonElement answer, string name) => !answer.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => throw new FormatException($"its {name} must be a text"),
    };
}
