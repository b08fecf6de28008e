using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Writes what a command has to say: for people, or for programs when <c>--json</c> is given.</summary>
internal static class Answer
{
    /// <summary>Writes an answer.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="json">What programs get.</param>
    /// <param name="text">What people get; only made for them.</param>
    /// <param name="exitCode">What the command ends with.</param>
    /// <returns>The exit code.</returns>
    public static int Write(ParseResult parsed, JsonNode? json, Func<string> text, int exitCode = ExitCodes.Success)
    {
        Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(json) : text());
        return exitCode;
    }

    /// <summary>Calls the daemon and writes its answer.</summary>
    /// <exception cref="ControlFailure">The daemon does not answer, or refuses.</exception>
    public static async Task<int> Ask(
        ParseResult parsed, string method, JsonObject parameters, Func<JsonNode, string> text, CancellationToken cancellationToken, Func<JsonNode, int>? exitCode = null)
    {
        var answer = (await Call(parsed, method, parameters, cancellationToken))!;
        return Write(parsed, answer, () => text(answer), exitCode?.Invoke(answer) ?? ExitCodes.Success);
    }

    /// <summary>Calls the daemon.</summary>
    /// <exception cref="ControlFailure">The daemon does not answer, or refuses.</exception>
    public static Task<JsonNode?> Call(ParseResult parsed, string method, JsonObject parameters, CancellationToken cancellationToken) =>
        Call(parsed, method, parameters, Patience.Of(method, Invocation.TimeOf(parsed)), cancellationToken);

    /// <summary>Calls the daemon with a patience of one's own.</summary>
    /// <exception cref="ControlFailure">The daemon does not answer, or refuses.</exception>
    public static Task<JsonNode?> Call(ParseResult parsed, string method, JsonObject parameters, Patience patience, CancellationToken cancellationToken) =>
        ControlClient.CallAsync(parsed.GetValue(CommandOptions.Socket)!, method, parameters, patience, cancellationToken);

    /// <summary>Writes why nothing came of it: to standard error; with <c>--json</c> to standard output, where programs look.</summary>
    /// <returns>The exit code.</returns>
    public static int Write(ParseResult parsed, ControlFailure failure)
    {
        if (parsed.GetValue(CommandOptions.AsJson))
        {
            Console.WriteLine(Rendering.Json(new JsonObject { ["error"] = failure.Message, ["exit_code"] = failure.ExitCode }));
        }
        else
        {
            Console.Error.WriteLine(failure.Message);
        }

        return failure.ExitCode;
    }
}
