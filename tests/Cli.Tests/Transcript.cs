using System.Text.RegularExpressions;

namespace Ahenk.Cli.Tests;

/// <summary>
/// The transcripts in docs/cli.md. A line <c>$ ahenk ...</c> in a block is a command (with <c>echo TEXT |</c> before it, its input), the lines up to the next one are what it writes; a last line
/// <c>[N]</c> is its exit code when that is not 0. Blocks marked <c>console</c> are checked; those marked <c>text</c> are only shown.
/// </summary>
internal sealed partial record Transcript(string Line, string Expected, bool IsChecked)
{
    public static string File { get; } = Path.Combine(
        typeof(Transcript).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyMetadataAttribute), false)
            .Cast<System.Reflection.AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Documents").Value!,
        "cli.md");

    public CommandRun Run { get; } = Parse(Line);

    public static IReadOnlyList<Transcript> ReadAll()
    {
        var found = new List<Transcript>();
        Rewrite(System.IO.File.ReadAllText(File), transcript =>
        {
            found.Add(transcript);
            return transcript.Expected;
        });
        return found;
    }

    /// <summary>The document with other outputs.</summary>
    public static string Rewrite(string document, Func<Transcript, string> output) => Block().Replace(document, block =>
    {
        var isChecked = block.Groups["kind"].Value == "console";
        var body = Command().Replace(block.Groups["body"].Value, command =>
            $"$ {command.Groups["line"].Value}\n{output(new Transcript(command.Groups["line"].Value, command.Groups["output"].Value, isChecked))}");
        return $"```{block.Groups["kind"].Value}\n{body}```\n";
    });

    /// <summary>What a result looks like in a transcript.</summary>
    public static string Show(CommandResult result)
    {
        var text = Runtime().Replace(result.Output + result.Error, ".NET 10.0.0");
        return string.Join('\n', text.Split('\n').Select(line => line.TrimEnd())) + (result.Code == 0 ? "" : $"[{result.Code}]\n");
    }

    private static CommandRun Parse(string line)
    {
        var piped = Piped().Match(line);
        var words = Word().Matches(piped.Success ? piped.Groups["command"].Value : line)
            .Select(word => word.Groups["quoted"].Success ? word.Groups["quoted"].Value : word.Value).ToArray();
        return words is ["ahenk", .. var arguments]
            ? new CommandRun(arguments) { Input = piped.Success ? piped.Groups["input"].Value + "\n" : "" }
            : throw new InvalidDataException($"'{line}' in {File} is no command of ahenk.");
    }

    [GeneratedRegex("^```(?<kind>console|text)\n(?<body>(?:(?!```).*\n)*)```\n", RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\$ (?<line>.*)\n(?<output>(?:(?!\$ ).*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"^echo (?<input>.*?) \| (?<command>.*)$")]
    private static partial Regex Piped();

    [GeneratedRegex("'(?<quoted>[^']*)'|[^ ']+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\.NET 10\.0\.[0-9]+[^)\x22\n]*")]
    private static partial Regex Runtime();
}
