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
    [InlineData(2, "stop", "--timeout", "0")]
    [InlineData(1, "start")]
    [InlineData(1, "restart")]
    [InlineData(1, "clean", "--yes", "--config", "/etc/ahenk/broken.conf")]
    [InlineData(2, "import", "--config", "/etc/ahenk/broken.conf")]
    [InlineData(2, "doctor", "--socket", "/none", "--config", "/etc/ahenk/broken.conf")]
    [InlineData(3, "status", "--socket", "/none")]
    [InlineData(3, "stop", "--socket", "/none")]
    [InlineData(3, "adopt", "--socket", "/none")]
    [InlineData(3, "events", "--socket", "/none")]
    [InlineData(3, "events", "--follow", "--socket", "/none")]
    [InlineData(3, "dashboard", "--socket", "/none")]
    public async Task What_went_wrong_is_told_by_the_exit_code_and_in_JSON(int code, params string[] arguments)
    {
        await using var site = new CommandSite();

        Assert.Equal(code, (await site.RunAsync(arguments)).Code);
        var result = await site.RunAsync([.. arguments, "--json"]);
        Assert.Equal((code, ""), (result.Code, result.Error));
        var answer = JsonNode.Parse(result.Output)!;
        Assert.True(answer["outcome"] is not null || (int)answer["exit_code"]! == code, result.Output);
    }

    [Theory]
    [InlineData("unregister", "No user was given.")]
    [InlineData("unregister admin", "No password was given.")]
    [InlineData("clean", "only --yes says that this is wanted")]
    public async Task What_standard_input_lacks_is_told_by_the_exit_code_and_in_JSON(string line, string why)
    {
        await using var site = new CommandSite();
        var run = new CommandRun(line.Split(' ')) { Input = "\n" };

        var (code, output, error) = await site.RunAsync(run);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(why, error, StringComparison.Ordinal);

        var result = await site.RunAsync(run with { Arguments = [.. run.Arguments, "--json"] });
        Assert.Equal((2, ""), (result.Code, result.Error));
        Assert.Equal(2, (int?)JsonNode.Parse(result.Output)!["exit_code"]);
        Assert.Empty(site.Daemon.Requests);
    }

    [Theory]
    [InlineData(0, "ok", "All is well.")]
    [InlineData(1, "warning", "The agent works, but there are warnings.")]
    [InlineData(2, "broken", "Something is broken.")]
    public async Task The_doctor_ends_with_the_worst_that_it_has_found(int code, string found, string said)
    {
        await using var site = new CommandSite();
        site.Daemon.Answer("doctor", new JsonObject { ["result"] = found, ["checks"] = new JsonArray() });

        Assert.Equal(new CommandResult(code, said + "\n", ""), await site.RunAsync("doctor"));
        Assert.Equal(code, (await site.RunAsync("doctor", "--json")).Code);
    }

    [Fact]
    public async Task A_dashboard_that_is_not_there_is_told_with_the_reason()
    {
        await using var site = new CommandSite();
        site.Daemon.Answer("dashboard", new JsonObject { ["address"] = null, ["message"] = "The dashboard is off." });

        Assert.Equal(new CommandResult(1, "The dashboard is off.\n", ""), await site.RunAsync("dashboard"));
        var (code, output, _) = await site.RunAsync("dashboard", "--json");
        Assert.Equal((1, "The dashboard is off."), (code, (string?)JsonNode.Parse(output)!["message"]));
    }

    [Fact]
    public async Task A_daemon_that_does_not_end_in_time_is_told_to_go_on_ending()
    {
        await using var site = new CommandSite();
        site.Daemon.Answer("stop", new JsonObject { ["pid"] = Environment.ProcessId, ["within_seconds"] = 90 });

        var (code, output, error) = await site.RunAsync("stop", "--timeout", "1");

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"The daemon (process {Environment.ProcessId}) still runs after 1 s", error, StringComparison.Ordinal);
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
