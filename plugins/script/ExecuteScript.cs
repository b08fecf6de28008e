using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Script;

/// <summary>
/// EXECUTE_SCRIPT, and a profile, which brings the same: <c>SCRIPT_TYPE</c>, <c>SCRIPT_CONTENTS</c>, <c>SCRIPT_PARAMS</c> (PL 17). The answer's <c>Result</c> is the standard
/// output of a script that ended with 0, else its standard error; what the other stream holds follows below a line that names it.
/// </summary>
internal static class ExecuteScript
{
    /// <summary>How many characters of the other stream are added, its last ones: never so many that they push the main stream out.</summary>
    private const int OtherStreamLength = 4096;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Runs the script.</summary>
    public static async Task<PluginResult> RunAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var contents = Normalise(context.Parameters.GetString("SCRIPT_CONTENTS") ?? "");
        if (contents.Length == 0)
        {
            return PluginResult.Error("There is no script to run: SCRIPT_CONTENTS is empty.");
        }

        var type = context.Parameters.GetString("SCRIPT_TYPE")?.Trim() ?? "";
        if ((type.Length == 0 ? Interpreter.ForContents(contents) : Interpreter.ForType(type)) is not { } interpreter)
        {
            return PluginResult.Error(
                $"Scripts of type '{Shorten(type)}' cannot be run here. " +
                "SCRIPT_TYPE is 0 (Bash), 1 (Python), 2 (Perl) or 3 (Ruby), or one of these names.");
        }

        IReadOnlyList<string> parameters;
        try
        {
            parameters = Words.Split(context.Parameters.GetString("SCRIPT_PARAMS") ?? "");
        }
        catch (FormatException flaw)
        {
            return PluginResult.Error($"The script was not run, because SCRIPT_PARAMS cannot be read: {flaw.Message}.");
        }

        var name = RandomNumberGenerator.GetHexString(32, lowercase: true) + interpreter.Extension;
        var file = Path.Combine(context.Machine.PrivateDirectory, name);
        try
        {
            await WriteAsync(file, contents, cancellationToken);
            var result = await context.Machine.Commands.RunAsync(
                new CommandLine(interpreter.Program, [.. interpreter.Options, file, .. parameters])
                {
                    TimeLimit = ScriptPlugin.ScriptLimit,
                    Keep = KeptPart.End,
                },
                cancellationToken);
            return Answer(interpreter, result);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>
    /// Undoes the old console's <c>&amp;dbq;</c> and <c>&amp;sgq;</c>, and what editors on Windows leave: a byte order mark, before which the
    /// kernel and bash see no <c>#!</c>, and CR before LF, which bash takes for a part of each command.
    /// </summary>
    internal static string Normalise(string contents) => contents
        .Replace("&dbq;", "\"", StringComparison.Ordinal)
        .Replace("&sgq;", "'", StringComparison.Ordinal)
        .TrimStart('\uFEFF')
        .Replace("\r\n", "\n", StringComparison.Ordinal);

    private static async Task WriteAsync(string file, string contents, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(
            file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        await stream.WriteAsync(Encoding.UTF8.GetBytes(contents), cancellationToken);
    }

    private static PluginResult Answer(Interpreter interpreter, CommandResult result)
    {
        if (result.StartError is { } startError)
        {
            var advice = interpreter.Package is { } package
                ? $"Install the package '{package}' on the machine and send the script again."
                : "Correct the first line of the script, or give it a type.";
            return PluginResult.Error(
                $"The script was not run, because '{Shorten(interpreter.Program)}' could not be started. {startError} {advice}");
        }

        if (result.Succeeded)
        {
            return PluginResult.Processed("The script has run.", Data(result.Output, "stderr", result.Error)) with { Keep = KeptPart.End };
        }

        var message = result.TimedOut
            ? $"The script was ended at its time limit of {ScriptPlugin.ScriptLimit.TotalMinutes:0} minutes."
            : result.ExitCode is > 128 and < 160
                ? $"The script ended with exit code {result.ExitCode} (signal {result.ExitCode - 128})."
                : $"The script ended with exit code {result.ExitCode}.";
        return PluginResult.Error(message, Data(result.Error, "stdout", result.Output)) with { Keep = KeptPart.End };
    }

    private static JsonObject Data(string main, string otherName, string other)
    {
        if (other.Length > OtherStreamLength)
        {
            // Not between the halves of a surrogate pair.
            var start = other.Length - OtherStreamLength;
            start += char.IsLowSurrogate(other[start]) ? 1 : 0;
            other = $"[... {start} characters cut here ...]\n{other[start..]}";
        }

        var lineEnd = main.Length == 0 || main.EndsWith('\n') ? "" : "\n";
        return new JsonObject { ["Result"] = other.Length == 0 ? main : $"{main}{lineEnd}--- {otherName} ---\n{other}" };
    }

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
