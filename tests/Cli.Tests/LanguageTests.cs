using System.CommandLine;
using Ahenk.Cli.Documentation;

namespace Ahenk.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class LanguageTests
{
    private static readonly CommandRun Turkish = new([]) { Locale = "tr_TR.UTF-8" };

    [Fact]
    public async Task The_help_of_every_command_is_in_Turkish_where_the_locale_is()
    {
        await using var site = new CommandSite();
        var root = Program.CreateRoot();
        var english = new List<string>();

        // One process for each command that has others below it or options of its own.
        await Parallel.ForEachAsync(CommandTree.Walk(root), TestContext.Current.CancellationToken, async (entry, _) =>
        {
            var help = (await site.StartAsync(Turkish with { Arguments = [.. entry.Words, "--help"] })).Output;
            var texts = CommandTree.Options(entry.Command).Where(option => option is not VersionOption).Select(option => option.Description)
                .Concat(entry.Command.Arguments.Select(argument => argument.Description))
                .Append(entry.Command.Description);
            lock (english)
            {
                english.AddRange(texts.OfType<string>().Where(text => text.EndsWith('.') && help.Contains(text, StringComparison.Ordinal)));
            }
        });

        Assert.Empty(english);
    }

    [Fact]
    public async Task Tables_sentences_and_states_are_in_Turkish_and_JSON_is_not()
    {
        await using var site = new CommandSite();

        Assert.Contains("\nKayıtlı:           evet, adı pc-01 (doğrulandı)\n", (await site.RunAsync(Turkish with { Arguments = ["status"] })).Output, StringComparison.Ordinal);
        Assert.StartsWith("ID  DURUM ", (await site.RunAsync(Turkish with { Arguments = ["tasks"] })).Output, StringComparison.Ordinal);
        Assert.Contains("böyle bir soket yok", (await site.RunAsync(Turkish with { Arguments = ["status", "--socket", "/none"] })).Error, StringComparison.Ordinal);
        Assert.Contains("\n12. UYARI    disk space: ", (await site.RunAsync(Turkish with { Arguments = ["doctor"] })).Output, StringComparison.Ordinal);
        Assert.Equal("Hizmet sona erdi.\n", (await site.RunAsync(Turkish with { Arguments = ["stop"] })).Output);
        Assert.StartsWith("Bu, bilgisayarın kimliğini", (await site.RunAsync(Turkish with { Arguments = ["clean"] })).Error, StringComparison.Ordinal);
        Assert.Equal((await site.RunAsync("tasks", "--json")).Output, (await site.RunAsync(Turkish with { Arguments = ["tasks", "--json"] })).Output);
    }

    [Fact]
    public async Task Manual_page_and_completions_are_English_whatever_the_locale()
    {
        await using var site = new CommandSite();

        var page = (await site.StartAsync(Turkish with { Arguments = ["documentation", "manual"] })).Output;

        Assert.Contains("Shows registration, connection", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Kaydı", page, StringComparison.Ordinal);
        Assert.All(ExitCodes.All, code => Assert.Contains($".B {code.Code}\n\\&{code.Meaning}\n", page, StringComparison.Ordinal));
    }
}
