using System.Text.Json.Nodes;

namespace Ahenk.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class SendTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    [InlineData("{'memoryUsage': 'x', 'n': 2}", """{"memoryUsage":"x","n":2}""")]
    [InlineData("hello", """{"Result":"hello"}""")]
    [InlineData("{broken", """{"Result":"{broken"}""")]
    [InlineData("[1]", """{"Result":"[1]"}""")]
    public async Task Whatever_is_sent_is_an_object_as_Lider_takes_nothing_else(string text, string expected)
    {
        await using var site = new CommandSite();

        Assert.Equal(0, (await site.RunAsync("send", "-t", "43", "-m", text)).Code);

        var parameters = Assert.Single(site.Daemon.Requests)["params"]!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), parameters["data"]), parameters.ToJsonString());
        Assert.Equal(("processed", 43), ((string?)parameters["code"], (int)parameters["task"]!));
    }

    [Fact]
    public async Task A_policy_is_answered_by_its_version_and_execution()
    {
        await using var site = new CommandSite();

        await site.RunAsync("send", "-p", "12-3", "-c", "901", "-m", "x", "-w");

        var parameters = Assert.Single(site.Daemon.Requests)["params"]!;
        Assert.Equal(("warning", "12-3", 901, null), ((string?)parameters["code"], (string?)parameters["policy_version"], (int)parameters["execution"]!, parameters["task"]));
    }

    [Fact]
    public async Task A_file_that_is_too_large_or_no_text_is_not_sent()
    {
        await using var site = new CommandSite();
        site.Write("/root/large", new string('x', 48 * 1024 + 1));
        await File.WriteAllBytesAsync(site.In("/root/picture.png"), [0x89, 0x50, 0x4e, 0x47, 0xff], TestContext.Current.CancellationToken);

        Assert.Contains("larger than 48 KiB", (await site.RunAsync("send", "-t", "43", "-f", "/root/large")).Error, StringComparison.Ordinal);
        Assert.Contains("is not text in UTF-8", (await site.RunAsync("send", "-t", "43", "-f", "/root/picture.png")).Error, StringComparison.Ordinal);
        Assert.Contains("64 KiB", (await site.RunAsync("send", "-t", "43", "-m", new string('x', 70_000))).Error, StringComparison.Ordinal);
        Assert.Empty(site.Daemon.Requests);
    }
}
