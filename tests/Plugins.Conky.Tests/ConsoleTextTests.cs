namespace Ahenk.Plugins.Conky.Tests;

[Trait("Category", "Unit")]
public sealed class ConsoleTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("Ağ bakımı 18:00'de", "Ağ bakımı 18:00'de")]
    [InlineData(@"18:00'\''de", "18:00'de")]
    [InlineData(@"""\""""Kaydet""\"""" deyin", "\"Kaydet\" deyin")]
    [InlineData(@"'\''""\""""", "'\"")]
    [InlineData(@"'\'''\''", "''")]
    [InlineData(@"C:\temp\'x", @"C:\temp\'x")]
    [InlineData(@"'\'", @"'\'")]
    public void The_quoting_of_the_console_is_taken_back_and_other_quotes_stay(string sent, string shown) => Assert.Equal(shown, ConsoleText.Unquote(sent));

    [Fact]
    public void Whatever_was_typed_is_shown()
    {
        var random = new Random(20);
        for (var i = 0; i < 20_000; i++)
        {
            var typed = string.Concat(random.GetItems<char>("'\"\\ax\n", random.Next(12)));

            // As the console does it.
            var sent = typed.Replace("'", @"'\''", StringComparison.Ordinal).Replace("\"", @"""\""""", StringComparison.Ordinal);

            Assert.Equal(typed, ConsoleText.Unquote(sent));
        }
    }
}
