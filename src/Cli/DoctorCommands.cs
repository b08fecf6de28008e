using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary><c>ahenk doctor</c>: asks the daemon, and where it does not answer looks by itself.</summary>
internal static class DoctorCommands
{
    /// <summary>The daemon tells its status within milliseconds; one that does not in this time does not work.</summary>
    private static readonly TimeSpan StatusLimit = TimeSpan.FromSeconds(5);

    /// <summary>Above the time that a check may take.</summary>
    private static readonly TimeSpan ExaminationLimit = TimeSpan.FromSeconds(30);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = CommandOptions.Configuration();
        var command = new Command("doctor", Words.Say(
            "Looks for what is wrong and says what to do. Ends with 0: all is well, 1: there are warnings, 2: something is broken, or could not be looked at.",
            "Sorunları arar ve ne yapılacağını söyler. Çıkış kodu 0: her şey yolunda, 1: uyarılar var, 2: bir şey bozuk ya da bakılamadı.")) { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var findings = await ExamineAsync(parsed, parsed.GetValue(file)!, cancellationToken);
            return Answer.Write(parsed, findings, () => Show(findings), Rendering.OneLine(findings, "result") switch
            {
                "ok" => ExitCodes.Success,
                "warning" => ExitCodes.DoctorWarns,
                _ => ExitCodes.DoctorFoundBroken,
            });
        });
        return command;
    }

    /// <summary>The findings of the daemon; where it does not answer, those of its program.</summary>
    /// <exception cref="ControlFailure">Nobody could look.</exception>
    internal static async Task<JsonNode> ExamineAsync(ParseResult parsed, string configurationFile, CancellationToken cancellationToken)
    {
        try
        {
            return await AskDaemonAsync(parsed, cancellationToken) ?? await LookAsync(configurationFile, cancellationToken);
        }
        catch (ControlFailure failure)
        {
            // Whatever its own code: 1 would say that all but something small is well.
            throw new ControlFailure(ExitCodes.DoctorFoundBroken, failure.Message);
        }
    }

    /// <summary>The findings for people, one check after the other.</summary>
    private static string Show(JsonNode findings)
    {
        var text = new StringBuilder();
        foreach (var check in findings["checks"]?.AsArray() ?? [])
        {
            text.Append($"{Rendering.OneLine(check!, "number"),2}. {Mark(Rendering.OneLine(check!, "result"))}  {Rendering.OneLine(check!, "name")}: {Rendering.OneLine(check!, "found")}\n");
            if (Rendering.OneLine(check!, "advice") is { Length: > 0 } advice)
            {
                text.Append($"               -> {advice}\n");
            }
        }

        return text.Append(Rendering.OneLine(findings, "result") switch
        {
            "ok" => Words.Say("All is well.", "Her şey yolunda."),
            "warning" => Words.Say("The agent works, but there are warnings.", "Ajan çalışıyor ama uyarılar var."),
            _ => Words.Say("Something is broken.", "Bir şey bozuk."),
        }).ToString();
    }

    private static string Mark(string result) => result switch
    {
        "ok" => Terminal.Good($"{Words.Say("OK", "İYİ"),-7}"),
        "warning" => Terminal.Doubtful($"{Words.Say("WARNING", "UYARI"),-7}"),
        "broken" => Terminal.Bad($"{Words.Say("BROKEN", "BOZUK"),-7}"),
        "skipped" => $"{Words.Say("SKIPPED", "ATLANDI"),-7}",
        _ => $"{result,-7}",
    };

    /// <returns><see langword="null"/>: the daemon does not answer.</returns>
    private static async Task<JsonNode?> AskDaemonAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var time = Invocation.TimeOf(parsed);
        try
        {
            await Answer.Call(parsed, "status", [], new Patience(time, StatusLimit), cancellationToken);
            return await Answer.Call(parsed, "doctor", [], new Patience(time, ExaminationLimit), cancellationToken);
        }
        catch (ControlFailure failure) when (failure.ExitCode == ExitCodes.NotRunning)
        {
            return null;
        }
    }

    private static async Task<JsonNode> LookAsync(string configurationFile, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ExaminationLimit);
        try
        {
            var (_, output) = await DaemonProgram.RunAsync("doctor", configurationFile, [], limit.Token);
            return JsonNode.Parse(output) ?? throw new JsonException();
        }
        catch (Exception failure) when (failure is JsonException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ControlFailure(ExitCodes.DoctorFoundBroken, Words.Say(
                "The daemon does not answer, and its program could not look for the reason; install the package again.",
                "Hizmet yanıt vermiyor ve programı nedenine bakamadı; paketi yeniden kurun."));
        }
    }
}
