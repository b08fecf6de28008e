using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>The words about the user agreement: <c>ahenk agreement [show|accept|refuse]</c>.</summary>
internal static class AgreementCommands
{
    private static readonly Option<string> User = new("--user")
    {
        Description = Words.Say("Whose agreement; only root may name another user.", "Kimin sözleşmesi; başkasını yalnızca root belirtebilir."),
        Recursive = true,
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var show = new Command("show", Words.Say("Shows the agreement and whether you have accepted it.", "Sözleşmeyi ve kabul edip etmediğinizi gösterir."));
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var agreement = await Ask(parsed, cancellationToken);
            return Cli.Answer.Write(parsed, agreement, () => Text(agreement));
        });
        var command = new Command("agreement", Words.Say("Shows the user agreement and takes your answer.", "Kullanıcı sözleşmesini gösterir ve yanıtınızı alır.")) { User, show, Word("accept", true), Word("refuse", false) };
        command.SetAction((parsed, cancellationToken) => ShowAndAsk(parsed, cancellationToken));
        return command;
    }

    private static Command Word(string word, bool accepts)
    {
        var command = new Command(word, accepts
            ? Words.Say("Accepts the agreement.", "Sözleşmeyi kabul eder.")
            : Words.Say("Refuses the agreement: your sessions are ended.", "Sözleşmeyi reddeder: oturumlarınız sonlandırılır."));
        command.SetAction(async (parsed, cancellationToken) =>
            await Answer(parsed, await Ask(parsed, cancellationToken), accepts, cancellationToken));
        return command;
    }

    private static async Task<int> ShowAndAsk(ParseResult parsed, CancellationToken cancellationToken)
    {
        var agreement = await Ask(parsed, cancellationToken);
        Cli.Answer.Write(parsed, agreement, () => Text(agreement));
        if (parsed.GetValue(CommandOptions.AsJson) || agreement["required"]?.GetValue<bool>() != true || agreement["accepted"]?.GetValue<bool>() == true)
        {
            return ExitCodes.Success;
        }

        while (true)
        {
            Console.Write(AgreementWords.Current.Question);
            switch (Console.In.ReadLine())
            {
                case null:
                    Console.WriteLine();
                    await Console.Error.WriteLineAsync(AgreementWords.Current.NotAnswered);
                    return ExitCodes.Refused;
                case var line when AgreementWords.Current.IsYes(line):
                    return await Answer(parsed, agreement, accepts: true, cancellationToken);
                case var line when AgreementWords.Current.IsNo(line):
                    return await Answer(parsed, agreement, accepts: false, cancellationToken);
            }
        }
    }

    private static async Task<JsonNode> Ask(ParseResult parsed, CancellationToken cancellationToken) =>
        (await Cli.Answer.Call(parsed, "agreement", Parameters(parsed), cancellationToken))!;

    private static async Task<int> Answer(ParseResult parsed, JsonNode agreement, bool accepts, CancellationToken cancellationToken)
    {
        var parameters = Parameters(parsed);
        parameters["accepted"] = accepts;
        parameters["md5"] = agreement["md5"]?.ToString();
        var answer = await Cli.Answer.Call(parsed, "agreement_answer", parameters, cancellationToken);
        return Cli.Answer.Write(parsed, answer, () => Rendering.OneLine(answer!, "message"));
    }

    private static JsonObject Parameters(ParseResult parsed) => parsed.GetValue(User) is { } user ? new JsonObject { ["user"] = user } : [];

    private static string Text(JsonNode agreement)
    {
        var words = AgreementWords.Current;
        var standing = agreement["required"]?.GetValue<bool>() != true
            ? words.NotRequired
            : agreement["accepted"]?.GetValue<bool>() switch
            {
                null => words.Open,
                true => words.Accepted,
                false => words.Refused,
            };
        return $"{Rendering.Lines(agreement, "text").TrimEnd()}\n\n{standing}";
    }
}
