using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Ahenk.Cli.Support;

/// <summary><c>ahenk support-bundle</c>.</summary>
internal static class SupportCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--output", "-o")
        {
            Description = Words.Say("The file to be made; must not exist.", "Oluşturulacak dosya; var olmamalıdır."),
            DefaultValueFactory = _ => DefaultFile(),
            HelpName = "file",
        };
        var file = CommandOptions.Configuration();
        var command = new Command("support-bundle", Words.Say(
            "Packs what is needed to find out what is wrong: status, configuration, plugins, tasks, outbox, logs; without secrets, also when the daemon is down.",
            "Sorunu bulmak için gerekenleri paketler: durum, yapılandırma, eklentiler, görevler, giden kutusu, günlükler; gizli bilgiler olmadan, hizmet çalışmasa da.")) { output, file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = Path.GetFullPath(parsed.GetValue(output)!);
            var secrets = KnownSecrets.Read(parsed.GetValue(file)!);
            var parts = await new SupportParts(parsed, parsed.GetValue(file)!, secrets).CollectAsync(cancellationToken);
            try
            {
                await SupportBundle.WriteAsync(path, parts, TimeProvider.System.GetUtcNow(), cancellationToken);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new ControlFailure(ExitCodes.Refused, Words.Say($"The bundle cannot be written: {failure.Message}", $"Paket yazılamıyor: {failure.Message}"));
            }

            var missing = parts.Where(part => part.Problem is not null).Select(part => part.Name).ToArray();
            return Answer.Write(
                parsed,
                new JsonObject
                {
                    ["file"] = path,
                    ["parts"] = new JsonArray([.. parts.Where(part => part.Problem is null).Select(part => JsonValue.Create(part.Name))]),
                    ["missing"] = new JsonArray([.. missing.Select(name => JsonValue.Create(name))]),
                },
                () => Text(path, missing));
        });
        return command;
    }

    private static string Text(string path, string[] missing)
    {
        var text = Words.Say($"{path} is written.", $"{path} yazıldı.");
        if (missing.Length > 0)
        {
            text += "\n" + Words.Say(
                $"Not in it, for the reasons that its MANIFEST.txt tells: {string.Join(", ", missing)}.",
                $"İçinde olmayanlar (nedenleri MANIFEST.txt dosyasında): {string.Join(", ", missing)}.");
        }

        return text + "\n" + Words.Say(
            "Known secrets are masked. Look it through all the same before you hand it on.", "Bilinen gizli bilgiler gizlendi. Yine de başkasına vermeden önce gözden geçirin.");
    }

    private static string DefaultFile() =>
        string.Create(CultureInfo.InvariantCulture, $"ahenk-support-{Environment.MachineName}-{TimeProvider.System.GetUtcNow():yyyyMMdd-HHmmss}.tar.gz");
}
