using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Plugins.Hosting.Tests.Python;

/// <summary>What plugins ask of the agent.</summary>
[Trait("Category", "Integration")]
public sealed class PythonRequestTests : PythonTest
{
    [Theory]
    [InlineData("send_message", """{"body":"{\"type\":\"X\"}"}""", """probe message {"type":"X"}""")]
    [InlineData("process_task", """{"task":{"id":7}}""", """probe task {"id":7}""")]
    [InlineData("registration_changed", """{"jid":"a","registered":false}""", """probe registration {"jid":"a","registered":false}""")]
    [InlineData("unregister", """{"directory_type":"LDAP"}""", "probe unregister")]
    [InlineData("reboot", "{}", "probe reboot")]
    [InlineData("shutdown", "{}", "probe shutdown")]
    public async Task A_request_reaches_the_agent(string method, string parameters, string expected)
    {
        var reply = await Ask(method, parameters);

        Assert.True((bool)reply["ok"]!);
        Assert.Equal([expected], Requests.Made);
    }

    [Theory]
    [InlineData("sing", "{}", "does not know")]
    [InlineData("send_message", "{}", "'body' is missing")]
    [InlineData("process_task", "{}", "task is missing")]
    [InlineData("fetch_file", "{}", "'remote_path' is missing")]
    [InlineData("fetch_file", """{"remote_path":"none"}""", "has no file none")]
    public async Task What_cannot_be_done_is_refused_with_a_reason(string method, string parameters, string reason)
    {
        var reply = await Ask(method, parameters);

        Assert.False((bool)reply["ok"]!);
        Assert.Contains(reason, (string?)reply["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_the_agent_reaches_the_plugin_and_a_failure_does_not()
    {
        Requests.Deed = _ => throw new PluginRequestException("Not now.");
        Assert.Equal("Not now.", (string?)(await Ask("reboot", "{}"))["error"]);

        Requests.Deed = _ => throw new InvalidOperationException("inner matters");
        Assert.Equal("The agent could not do 'reboot'; its log says why.", (string?)(await Ask("reboot", "{}"))["error"]);
        Assert.Contains(Log.Lines, line => line.Id == 1355);
    }

    [Fact]
    public async Task A_file_is_fetched_to_where_the_plugin_wants_it()
    {
        await Remote("picture", "content");
        var place = Directory.CreateDirectory(Path.Combine(Root, "place")).FullName;

        var reply = await Ask("fetch_file", new JsonObject { ["remote_path"] = "picture", ["local_path"] = place + "/", ["file_name"] = "wall.png" }.ToJsonString());

        Assert.Equal("wall.png", (string?)reply["value"]!["file_name"]);
        Assert.Equal(["wall.png"], Directory.GetFiles(place).Select(Path.GetFileName));
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Combine(place, "wall.png"), Token));
    }

    [Fact]
    public async Task A_file_without_a_place_goes_to_the_shared_directory_under_its_sum()
    {
        await Remote("picture", $"{Guid.NewGuid()}");

        var name = (string)(await Ask("fetch_file", """{"remote_path":"picture"}"""))["value"]!["file_name"]!;

        Assert.Equal(32, name.Length);
        Assert.True(File.Exists($"/tmp/{name}"));
        File.Delete($"/tmp/{name}");
    }

    [Fact]
    public async Task A_link_where_a_fetched_file_belongs_is_replaced_and_not_followed()
    {
        await Remote("picture", "content");
        var place = Directory.CreateDirectory(Path.Combine(Root, "place")).FullName;
        var victim = Path.Combine(Root, "victim");
        await File.WriteAllTextAsync(victim, "untouched", Token);
        File.CreateSymbolicLink(Path.Combine(place, "wall.png"), victim);

        await Ask("fetch_file", new JsonObject { ["remote_path"] = "picture", ["local_path"] = place + "/", ["file_name"] = "wall.png" }.ToJsonString());

        Assert.Equal("untouched", await File.ReadAllTextAsync(victim, Token));
        Assert.Null(new FileInfo(Path.Combine(place, "wall.png")).LinkTarget);
    }

    [Fact]
    public async Task A_request_that_takes_long_holds_no_other_call()
    {
        var gate = new TaskCompletionSource();
        Requests.Deed = _ => gate.Task;
        var runner = NewRunner();
        var asking = Do(runner, "ask", new JsonObject { ["method"] = "reboot", ["params"] = new JsonObject() });

        Assert.Equal("done", (await Do(runner, "echo")).Message);
        Assert.False(asking.IsCompleted);
        gate.SetResult();

        Assert.Equal("done", (await asking).Message);
    }

    private async Task<JsonObject> Ask(string method, string parameters) =>
        (await Do(NewRunner(), "ask", new JsonObject { ["method"] = method, ["params"] = JsonNode.Parse(parameters) })).Data!;

    private async Task Remote(string name, string content)
    {
        var remote = Directory.CreateDirectory(Path.Combine(Root, "remote")).FullName;
        await File.WriteAllTextAsync(Path.Combine(remote, name), content, Token);
    }
}
