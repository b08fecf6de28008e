using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>Turns what a plugin of the original agent answered into a result (PL 0.2, 2.10).</summary>
/// <param name="plugin">The plugin's name.</param>
/// <param name="what">What it was asked, for sentences.</param>
/// <param name="files">Where a file that is the result is put.</param>
internal sealed class PythonResults(string plugin, string what, IPluginFiles files)
{
    private const string Json = "APPLICATION_JSON";
    private const string SharedDirectory = "/tmp";

    /// <summary>The result of an answer that is neither an error nor missing.</summary>
    public async Task<PluginResult> ReadAsync(PythonAnswer answer, CancellationToken cancellationToken)
    {
        if (!answer.IsAnswered)
        {
            return PluginResult.Warning($"{plugin} {what} ended without an answer; it may still be working.") with { Mail = answer.Mail };
        }

        if (answer.Code is not { } code)
        {
            return PluginResult.Processed($"{plugin} {what} had nothing to report.") with { Mail = answer.Mail };
        }

        var message = string.IsNullOrEmpty(answer.Message) ? $"{plugin} {what} has ended." : answer.Message;
        var result = Code(code) is { } known
            ? new PluginResult(known, message)
            : PluginResult.Error($"{message} (The plugin answered with the code '{Shorten(code)}', which Lider does not know.)");
        result = result with { Mail = answer.Mail };
        if (string.IsNullOrEmpty(answer.Data))
        {
            return result;
        }

        // Whatever has data and is not declared as JSON is a file; a missing declaration is none.
        return answer.ContentType == Json
            ? WithJson(result, answer.Data)
            : await WithFileAsync(result, answer.Data, answer.ContentType, cancellationToken);
    }

    private static PluginCode? Code(string code) => code switch
    {
        "TASK_PROCESSED" or "POLICY_PROCESSED" => PluginCode.Processed,
        "TASK_WARNING" or "POLICY_WARNING" => PluginCode.Warning,
        "TASK_ERROR" or "POLICY_ERROR" => PluginCode.Error,
        "TASK_TIMEOUT" or "POLICY_TIMEOUT" => PluginCode.Timeout,
        "TASK_KILLED" or "POLICY_KILLED" => PluginCode.Killed,
        "TASK_PROCESSING" or "POLICY_PROCESSING" or "TASK_RECEIVED" or "POLICY_RECEIVED" => PluginCode.Processing,
        _ => null,
    };

    private static PluginResult WithJson(PluginResult result, string data)
    {
        try
        {
            // Lider takes objects and nothing else.
            var node = JsonNode.Parse(data, documentOptions: WireNames.Strict);
            return result with { Data = node as JsonObject ?? new JsonObject { ["Result"] = node } };
        }
        catch (JsonException failure)
        {
            return Flawed(result, $"the plugin's data is no JSON, though it says so: {Shorten(failure.Message)}");
        }
    }

    private async Task<PluginResult> WithFileAsync(PluginResult result, string data, string? contentType, CancellationToken cancellationToken)
    {
        if (FindMd5(data) is not { } md5)
        {
            return Flawed(result, $"the plugin answered with data that is neither declared as {Json} nor names a file by its MD5 sum");
        }

        if (WireNames.FileType(contentType ?? "TEXT_PLAIN") is not { } type)
        {
            return Flawed(result, $"the plugin's file has the content type '{Shorten(contentType!)}', which Lider does not know");
        }

        var path = $"{SharedDirectory}/{md5}";
        var copy = files.NewFile(md5);
        return await SharedFile.TakeAsync(path, copy, md5, cancellationToken) is { } flaw
            ? Flawed(result, $"the plugin's file {path} {flaw}")
            : result with { File = new ResultFile(copy, type) };
    }

    private static string? FindMd5(string data)
    {
        try
        {
            return JsonNode.Parse(data, documentOptions: WireNames.Strict) is JsonObject found && found["md5"] is JsonValue value && value.TryGetValue<string>(out var md5) &&
                md5.Length == 32 && md5.All(char.IsAsciiHexDigit)
                ? md5.ToLowerInvariant()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static PluginResult Flawed(PluginResult result, string flaw) =>
        PluginResult.Error($"{result.Message} (Its result is lost: {flaw}.)") with { Mail = result.Mail };

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "...";
}
