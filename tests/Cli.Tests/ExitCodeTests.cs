using System.Text.Json.Nodes;

namespace Ahenk.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class ExitCodeTests
{
    [Fact]
    public void The_document_has_every_exit_code()
    {
        var document = File.ReadAllText(Transcript.File);

        Assert.All(ExitCodes.All, code => Assert.Contains($"| {code.Code} | {code.Meaning} |\n", document, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, "tasks", "show", "x")]
    [InlineData(2, "send", "-t", "1")]
    [InlineData(2, "send", "-t", "1", "-m", "x", "-e", "-w")]
    [InlineData(2, "send", "-p", "1", "-m", "x")]
    [InlineData(2, "tasks", "run", "script", "RUN", "--param", "x")]
    [InlineData(2, "tasks", "run", "script", "RUN", "--json-param", "/none")]
    [InlineData(2, "send", "-t", "1", "-f", "/none")]
    [InlineData(1, "tasks", "show", "99")]
    [InlineData(1, "tasks", "cancel", "99")]
    [InlineData(3, "status", "--socket", "/none")]
    public async Task What_went_wrong_is_told_by_the_exit_code_and_in_JSON(int code, params string[] arguments)
    {
        await using var site = new CommandSite();

        Assert.Equal(code, (await site.RunAsync(arguments)).Code);
        var result = await site.RunAsync([.. arguments, "--json"]);
        Assert.Equal((code, ""), (result.Code, result.Error));
        var answer = JsonNode.Parse(result.Output)!;
        Assert.True(answer["outcome"] is not null || (int)answer["exit_code"]! == code, result.Output);
    }

    [Fact]
    public async Task A_version_is_told_without_a_daemon_too()
    {
        await using var site = new CommandSite();

        var (code, output, _) = await site.RunAsync("version", "--socket", "/none");

        Assert.Equal(0, code);
        Assert.Contains("Daemon:           does not answer", output, StringComparison.Ordinal);
    }
}
