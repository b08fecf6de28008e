using System.Text.Json.Nodes;

namespace Ahenk.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class TaskRunTests
{
    [Fact]
    public async Task Parameters_come_from_a_file_and_single_ones_go_before()
    {
        await using var site = new CommandSite();

        await site.RunAsync("tasks", "run", "script", "EXECUTE_SCRIPT", "--json-param", "/root/script.json", "--param", "SCRIPT_PARAMS=a=b", "--param", "x=");

        var parameters = site.Daemon.Requests[0]["params"]!["parameters"]!;
        Assert.Equal(("BASH", "a=b", ""), ((string?)parameters["SCRIPT_TYPE"], (string?)parameters["SCRIPT_PARAMS"], (string?)parameters["x"]));
    }

    [Fact]
    public async Task Secrets_come_over_standard_input()
    {
        await using var site = new CommandSite();

        var result = await site.RunAsync(new CommandRun(["tasks", "run", "user", "SET", "--json-param", "-"]) { Input = """{"password":"s3cret-of-all"}""" });

        Assert.Equal(0, result.Code);
        Assert.Equal("s3cret-of-all", (string?)site.Daemon.Requests[0]["params"]!["parameters"]!["password"]);
    }

    [Fact]
    public async Task A_file_that_is_the_result_is_moved_to_where_it_is_wanted_and_replaces_nothing()
    {
        await using var site = new CommandSite();

        var first = JsonNode.Parse((await site.RunAsync("tasks", "run", "screenshot", "TAKE", "--output", "/root/out", "--json")).Output)!;
        Assert.Equal("/root/out/screen.png", (string?)first["saved_as"]);
        Assert.Equal("a picture", File.ReadAllText(site.In("/root/out/screen.png")));
        Assert.False(File.Exists(site.In("/var/lib/ahenk/tmp/local-result-1")));

        site.Write("/var/lib/ahenk/tmp/local-result-1", "another");
        Assert.Equal(1, (await site.RunAsync("tasks", "run", "screenshot", "TAKE", "--output", "/root/out")).Code);
        Assert.Equal("a picture", File.ReadAllText(site.In("/root/out/screen.png")));
    }

    [Fact]
    public async Task Without_a_place_for_it_the_file_is_not_kept()
    {
        await using var site = new CommandSite();

        var (code, output, _) = await site.RunAsync("tasks", "run", "screenshot", "TAKE");

        Assert.Equal(0, code);
        Assert.Contains("not kept without --output", output, StringComparison.Ordinal);
        Assert.False(File.Exists(site.In("/var/lib/ahenk/tmp/local-result-1")));
    }
}
