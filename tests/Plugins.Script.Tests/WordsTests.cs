using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Script.Tests;

[Trait("Category", "Unit")]
public sealed class WordsTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData(" \t\r\n ", new string[0])]
    [InlineData("a  b\tc\nd", new[] { "a", "b", "c", "d" })]
    [InlineData("'a b'\"c d\"e", new[] { "a bc de" })]
    [InlineData("'' \"\"", new[] { "", "" })]
    [InlineData(@"'a\b' ""a\b"" a\b", new[] { @"a\b", @"a\b", "ab" })]
    [InlineData("\"\\$ \\` \\\" \\\\ \\n\"", new[] { @"$ ` "" \ \n" })]
    [InlineData("a\\\nb \"c\\\nd\"", new[] { "ab", "cd" })]
    [InlineData(@"\'a\'", new[] { "'a'" })]
    [InlineData(@"end\", new[] { @"end\" })]
    [InlineData("ğ 'ü ş'", new[] { "ğ", "ü ş" })]
    public void Quotes_and_backslashes_make_words(string text, string[] expected) => Assert.Equal(expected, Words.Split(text));

    [Theory]
    [InlineData("'a")]
    [InlineData("a\"b")]
    [InlineData("\"a\\\"")]
    public void An_open_quote_is_an_error(string text) => Assert.Throws<FormatException>(() => Words.Split(text));

    [Fact]
    public async Task Bash_splits_the_same_texts_into_the_same_words()
    {
        // Of a seeded stream of quotes, backslashes, blanks and letters; none of these is expanded by the shell.
        var runner = new Ahenk.Machine.Linux.Processes.CommandRunner(
            TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<Ahenk.Machine.Linux.Processes.CommandRunner>.Instance);
        var random = new Random(17);
        var texts = new List<string>();
        while (texts.Count < 300)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 24)).Select(_ => @"ab  '""\ş"[random.Next(8)]));

            // bash would read on beyond an open quote or a backslash at the end.
            if (!text.EndsWith('\\') && Record.Exception(() => Words.Split(text)) is not FormatException)
            {
                texts.Add(text);
            }
        }

        var script = string.Concat(texts.Select(text => $"printf '<%s>' {text}\nprintf '\\n'\n"));
        var result = await runner.RunAsync(new CommandLine("bash") { StandardInput = script }, TestContext.Current.CancellationToken);

        var expected = texts.Select(text => Words.Split(text) is { Count: > 0 } words ? string.Concat(words.Select(word => $"<{word}>")) : "<>");
        Assert.Equal(expected, result.Output.TrimEnd('\n').Split('\n'));
    }
}
