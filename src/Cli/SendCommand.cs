using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>
/// <c>ahenk send</c>, with the arguments of the Python Ahenk's <c>ahenkd.py send</c> (PL 2.11): <c>-t TASK | -p VERSION -c EXECUTION</c>, <c>-m TEXT | -f FILE</c>, <c>-e | -w | -s</c>.
/// </summary>
internal static class SendCommand
{
    /// <summary>What fits into a message to Lider, with its escapes, as a rule; what is more is cut there.</summary>
    private const int LargestFile = 48 * 1024;

    public static Command Create()
    {
        var task = new Option<long?>("--task", "-t") { Description = Words.Say("The task it is an answer of.", "Yanıtı olduğu görev."), HelpName = "id" };
        var policy = new Option<string>("--policy", "-p") { Description = Words.Say("The version of the policy it is an answer of.", "Yanıtı olduğu politikanın sürümü."), HelpName = "version" };
        var execution = new Option<long?>("--execution", "-c") { Description = Words.Say("With --policy: its commandExecutionId.", "--policy ile: commandExecutionId değeri."), HelpName = "id" };
        var message = new Option<string>("--message", "-m") { Description = Words.Say("The data: a JSON object, or a text.", "Veri: bir JSON nesnesi ya da metin."), HelpName = "text" };
        var file = new Option<string>("--file", "-f") { Description = Words.Say("A file with the data, of at most 48 KiB.", "Veriyi içeren, en çok 48 KiB'lik dosya."), HelpName = "file" };
        var isError = new Option<bool>("--error", "-e") { Description = Words.Say("It went wrong.", "Başarısız oldu.") };
        var isWarning = new Option<bool>("--warning", "-w") { Description = Words.Say("It was done, but.", "Yapıldı, ancak.") };
        var isSuccess = new Option<bool>("--success", "-s") { Description = Words.Say("It is done; the default.", "Yapıldı; varsayılan budur.") };
        var command = new Command("send", Words.Say(
            "Sends Lider an answer of a task or a policy that is written by hand. It is kept until Lider has it.",
            "Lider'e bir görevin ya da politikanın elle yazılmış yanıtını gönderir. Lider alıncaya dek saklanır.")) { task, policy, execution, message, file, isError, isWarning, isSuccess };
        command.Validators.Add(parsed =>
        {
            var isOfPolicy = parsed.GetResult(policy) is not null;
            if (parsed.GetResult(task) is not null == isOfPolicy || parsed.GetResult(execution) is not null != isOfPolicy)
            {
                parsed.AddError(Words.Say("Give either --task, or --policy and --execution.", "Ya --task ya da --policy ile --execution verin."));
            }

            if (parsed.GetResult(message) is not null == parsed.GetResult(file) is not null)
            {
                parsed.AddError(Words.Say("Give either --message or --file.", "Ya --message ya da --file verin."));
            }

            if (((Option<bool>[])[isError, isWarning, isSuccess]).Count(option => parsed.GetResult(option) is not null) > 1)
            {
                parsed.AddError(Words.Say("Give one of --error, --warning and --success.", "--error, --warning ve --success seçeneklerinden birini verin."));
            }
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var parameters = new JsonObject
            {
                ["code"] = parsed.GetValue(isError) ? "error" : parsed.GetValue(isWarning) ? "warning" : "processed",
                ["data"] = ToData(parsed.GetValue(message) ?? ReadFile(parsed.GetValue(file)!)),
            };
            if (parsed.GetValue(task) is { } id)
            {
                parameters["task"] = id;
            }
            else
            {
                parameters["policy_version"] = parsed.GetValue(policy);
                parameters["execution"] = parsed.GetValue(execution);
            }

            return Answer.Ask(parsed, "send", parameters, Text, cancellationToken);
        });
        return command;
    }

    private static string Text(JsonNode answer)
    {
        var text = Words.Say(
            $"Stored for Lider ({answer["bytes"]} bytes); 'ahenk outbox' shows it until Lider has it.",
            $"Lider için saklandı ({answer["bytes"]} bayt); Lider alıncaya dek 'ahenk outbox' gösterir.");
        return answer["known"] is { } known && !known.GetValue<bool>()
            ? text + "\n" + Words.Say(
                "This machine has no such task: Lider drops the message unless it knows that it gave the task to this machine.",
                "Bu bilgisayarda böyle bir görev yok: Lider, görevi bu bilgisayara verdiğini bilmiyorsa iletiyi atar.")
            : text;
    }

    /// <summary>Lider takes an object and nothing else (LP 3.1). Scripts wrote one as Python does, with single quotes.</summary>
    private static JsonObject ToData(string text) =>
        AsObject(text) ?? (text.TrimStart() is ['{', ..] ? AsObject(text.Replace('\'', '"')) : null) ?? new JsonObject { ["Result"] = text };

    private static JsonObject? AsObject(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string ReadFile(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[LargestFile + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= LargestFile
                ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.AsSpan(0, length))
                : throw new ControlFailure(ExitCodes.Usage, Words.Say(
                    $"{path} is larger than {LargestFile >> 10} KiB, which is what a message to Lider can carry.",
                    $"{path} {LargestFile >> 10} KiB'den büyük; Lider'e giden bir ileti ancak bu kadarını taşır."));
        }
        catch (DecoderFallbackException)
        {
            throw new ControlFailure(ExitCodes.Usage, Words.Say(
                $"{path} is not text in UTF-8. Lider takes other files from its file server alone, and only as the result of a task that a plugin has run.",
                $"{path} UTF-8 metin değil. Lider öteki dosyaları yalnızca dosya sunucusundan ve ancak bir eklentinin çalıştırdığı görevin sonucu olarak alır."));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ControlFailure(ExitCodes.Usage, Words.Say($"{path} cannot be read: {failure.Message}", $"{path} okunamıyor: {failure.Message}"));
        }
    }
}
