using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary><c>ahenk tasks run</c>: a command of a plugin, run here without Lider.</summary>
internal static class TaskRun
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static Command Create()
    {
        var plugin = new Argument<string>("name") { Description = Words.Say("The plugin.", "Eklenti.") };
        var word = new Argument<string>("command") { Description = Words.Say("Its command, such as EXECUTE_SCRIPT.", "Komutu; örneğin EXECUTE_SCRIPT.") };
        var pairs = new Option<string[]>("--param") { Description = Words.Say("A parameter that is a text; may be given several times.", "Metin olan bir parametre; birkaç kez verilebilir."), HelpName = "K=V", DefaultValueFactory = _ => [] };
        var file = new Option<string>("--json-param") { Description = Words.Say("A file with all parameters as a JSON object; - is standard input.", "Bütün parametreleri JSON nesnesi olarak içeren dosya; - standart girdidir."), HelpName = "file" };
        var output = new Option<string>("--output") { Description = Words.Say("The directory that gets the file, when the result is one.", "Sonuç bir dosyaysa konacağı dizin."), HelpName = "dir" };
        var command = new Command("run", Words.Say(
            "Runs a command of a plugin on this machine and waits for it. Lider is told nothing, and no file is uploaded. Interrupting it cancels the run.",
            "Bir eklentinin komutunu bu bilgisayarda çalıştırır ve bitmesini bekler. Lider'e bir şey bildirilmez, dosya yüklenmez. Kesmek komutu iptal eder.")) { plugin, word, pairs, file, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var parameters = ReadParameters(parsed.GetValue(file), parsed.GetValue(pairs)!);
            var start = await Answer.Call(
                parsed, "task_run", new JsonObject { ["plugin"] = parsed.GetValue(plugin), ["command"] = parsed.GetValue(word), ["parameters"] = parameters }, cancellationToken);
            var outcome = await WaitAsync(parsed, Rendering.OneLine(start!, "id"), cancellationToken);
            Keep(outcome, parsed.GetValue(output));
            return Answer.Write(parsed, outcome, () => TaskRendering.Outcome(outcome), Rendering.OneLine(outcome, "code") is "TASK_PROCESSED" or "TASK_WARNING" ? ExitCodes.Success : ExitCodes.Refused);
        });
        return command;
    }

    private static async Task<JsonNode> WaitAsync(ParseResult parsed, string id, CancellationToken cancellationToken)
    {
        try
        {
            return (await Answer.Call(parsed, "task_wait", new JsonObject { ["id"] = id }, cancellationToken))!;
        }
        catch (OperationCanceledException)
        {
            var cancelled = await Answer.Call(parsed, "task_cancel", new JsonObject { ["id"] = id }, CancellationToken.None);
            throw new ControlFailure(ExitCodes.Refused, TaskRendering.Cancelled(cancelled!));
        }
    }

    private static JsonObject ReadParameters(string? file, string[] pairs)
    {
        var parameters = file is null ? [] : ReadFile(file);
        foreach (var pair in pairs)
        {
            if (pair.IndexOf('=', StringComparison.Ordinal) is var at && at <= 0)
            {
                throw new ControlFailure(ExitCodes.Usage, Words.Say($"--param {pair} is not K=V.", $"--param {pair} K=V biçiminde değil."));
            }

            parameters[pair[..at]] = pair[(at + 1)..];
        }

        return parameters;
    }

    private static JsonObject ReadFile(string file)
    {
        try
        {
            return JsonNode.Parse(file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file, Encoding.UTF8)) as JsonObject ?? throw NotAnObject(file);
        }
        catch (JsonException)
        {
            throw NotAnObject(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ControlFailure(ExitCodes.Usage, Words.Say($"{file} cannot be read: {failure.Message}", $"{file} okunamıyor: {failure.Message}"));
        }
    }

    private static ControlFailure NotAnObject(string file) =>
        new(ExitCodes.Usage, Words.Say($"{file} does not hold a JSON object.", $"{file} bir JSON nesnesi içermiyor."));

    /// <summary>The daemon keeps the file where root alone reaches it: from there it goes where it is wanted, or away.</summary>
    private static void Keep(JsonNode outcome, string? directory)
    {
        if (outcome["file_type"] is null || outcome["data"] is not JsonObject data || (string?)data["file"] is not { } kept || !Path.IsPathFullyQualified(kept))
        {
            return;
        }

        try
        {
            if (directory is null)
            {
                File.Delete(kept);
                return;
            }

            Directory.CreateDirectory(directory, OwnerOnly);
            var target = Path.Combine(Path.GetFullPath(directory), Path.GetFileName((string?)data["name"] is { Length: > 0 } name ? name : kept));
            File.Move(kept, target, overwrite: false);
            outcome["saved_as"] = target;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ControlFailure(ExitCodes.Refused, Words.Say(
                $"The command was run, but its file could not be kept: {failure.Message}", $"Komut çalıştı ama dosyası saklanamadı: {failure.Message}"));
        }
    }
}
