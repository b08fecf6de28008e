using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Cli.Documentation;

namespace Ahenk.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class TranscriptTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_documented_transcripts_are_what_the_command_writes()
    {
        var results = new Dictionary<string, string>();
        foreach (var transcript in Transcript.ReadAll().Where(transcript => transcript.IsChecked).DistinctBy(transcript => transcript.Line))
        {
            await using var site = new CommandSite();
            results[transcript.Line] = Transcript.Show(await site.RunAsync(transcript.Run));
        }

        var documented = await File.ReadAllTextAsync(Transcript.File, Token);
        var actual = Transcript.Rewrite(documented, transcript => transcript.IsChecked ? results[transcript.Line] + (transcript.Expected.EndsWith("\n\n", StringComparison.Ordinal) ? "\n" : "") : transcript.Expected);
        if (actual != documented)
        {
            var file = Path.Combine(AppContext.BaseDirectory, "cli.md");
            await File.WriteAllTextAsync(file, actual, Token);
            Assert.Fail($"docs/cli.md is not what the command writes. If that is meant, copy {file} over it.\n{Difference(documented, actual)}");
        }
    }

    [Fact]
    public void Every_command_has_a_transcript()
    {
        var documented = Transcript.ReadAll();

        var missing = Commands().Where(words => Of(documented, words) is null).Select(words => string.Join(' ', words));

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Every_command_answers_in_JSON()
    {
        var documented = Transcript.ReadAll().Where(transcript => transcript.IsChecked).ToArray();
        var wrong = new List<string>();
        foreach (var transcript in Commands().Select(words => Of(documented, words)).OfType<Transcript>())
        {
            await using var site = new CommandSite();
            var result = await site.RunAsync(transcript.Run with { Arguments = [.. transcript.Run.Arguments, "--json"] });
            if (result.Error.Length > 0 || !IsJson(result.Output))
            {
                wrong.Add($"{transcript.Line} --json [{result.Code}]: {result.Output}{result.Error}");
            }
        }

        Assert.Empty(wrong);
    }

    /// <summary>Those that do something, by their words.</summary>
    private static IEnumerable<string[]> Commands() =>
        CommandTree.Walk(Program.CreateRoot()).Where(entry => entry.Command.Action is not null && entry.Words.Length > 0).Select(entry => entry.Words);

    /// <summary>The first transcript of a command: one whose words lead no further.</summary>
    private static Transcript? Of(IEnumerable<Transcript> documented, string[] words) => documented.FirstOrDefault(transcript =>
        Commands().Where(other => transcript.Run.Arguments.Take(other.Length).SequenceEqual(other)).MaxBy(other => other.Length) is { } longest && longest.SequenceEqual(words));

    /// <summary>One value, or one a line.</summary>
    private static bool IsJson(string text)
    {
        try
        {
            JsonNode.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return text.Length > 0 && text.Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 1 } lines && lines.All(IsJson);
        }
    }

    private static string Difference(string expected, string actual)
    {
        var (before, after) = (expected.Split('\n'), actual.Split('\n'));
        var at = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"The first difference is in line {at + 1}:\n- {before.ElementAtOrDefault(at)}\n+ {after.ElementAtOrDefault(at)}";
    }
}
