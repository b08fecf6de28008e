using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Configuration;

namespace Ahenk.Cli;

/// <summary><c>ahenk doctor</c>: asks the daemon, and where it does not answer looks by itself.</summary>
internal static class DoctorCommands
{
    private const int Warnings = 1;
    private const int SomethingBroken = 2;

    /// <summary>The daemon tells its status within milliseconds; one that does not in this time does not work.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Above the time that a check may take.</summary>
    private static readonly TimeSpan ExaminationLimit = TimeSpan.FromSeconds(30);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Option<string>("--config") { Description = "The main configuration file, where the daemon does not answer.", DefaultValueFactory = _ => ConfigurationFiles.DefaultPath };
        var command = new Command("doctor", "Looks for what is wrong and says what to do. Ends with 0: all is well, 1: there are warnings, 2: something is broken.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var findings = await AskDaemonAsync(parsed.GetValue(CommandOptions.Socket)!, cancellationToken)
                ?? await LookAsync(parsed.GetValue(file)!, cancellationToken);
            Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(findings) : Show(findings, HasColours()));
            return Rendering.OneLine(findings, "result") switch
            {
                "ok" => ExitCodes.Success,
                "warning" => Warnings,
                _ => SomethingBroken,
            };
        });
        return command;
    }

    /// <summary>The findings for people, one check after the other.</summary>
    internal static string Show(JsonNode findings, bool inColour)
    {
        var text = new StringBuilder();
        foreach (var check in findings["checks"]?.AsArray() ?? [])
        {
            var result = Rendering.OneLine(check!, "result");
            text.AppendLine($"{Rendering.OneLine(check!, "number"),2}. {Colour(result, inColour)}  {Rendering.OneLine(check!, "name")}: {Rendering.OneLine(check!, "found")}");
            if (Rendering.OneLine(check!, "advice") is { Length: > 0 } advice)
            {
                text.AppendLine($"               -> {advice}");
            }
        }

        return text.Append(Rendering.OneLine(findings, "result") switch
        {
            "ok" => "All is well.",
            "warning" => "The agent works, but there are warnings.",
            _ => "Something is broken.",
        }).ToString();
    }

    /// <returns><see langword="null"/>: the daemon does not answer.</returns>
    private static async Task<JsonNode?> AskDaemonAsync(string socket, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(socket, "status", Patience, cancellationToken);
            return await CallAsync(socket, "doctor", ExaminationLimit, cancellationToken);
        }
        catch (ControlFailure failure) when (failure.ExitCode == ExitCodes.NotRunning)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<JsonNode?> CallAsync(string socket, string method, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        return await ControlClient.CallAsync(socket, method, [], limit.Token);
    }

    private static async Task<JsonNode> LookAsync(string configurationFile, CancellationToken cancellationToken)
    {
        var output = await DaemonProgram.ReadAsync("doctor", configurationFile, cancellationToken);
        try
        {
            return JsonNode.Parse(output) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new ControlFailure(SomethingBroken, "The daemon does not answer, and its program could not look for the reason; install the package again.");
        }
    }

    private static string Colour(string result, bool inColour)
    {
        var word = $"{result.ToUpperInvariant(),-7}";
        return !inColour ? word : result switch
        {
            "ok" => $"\u001b[32m{word}\u001b[0m",
            "warning" => $"\u001b[33m{word}\u001b[0m",
            "broken" => $"\u001b[31m{word}\u001b[0m",
            _ => word,
        };
    }

    private static bool HasColours() => !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
}
