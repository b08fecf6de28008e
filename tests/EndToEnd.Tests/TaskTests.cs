using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.EndToEnd.Tests;

[Trait("Category", "Integration")]
public sealed class TaskTests
{
    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task Script_and_resource_usage_are_answered_as_the_real_server_accepts_it()
    {
        await using var site = await Installation.OnlineAsync();

        var script = await site.RunAsync(
            1, "script", "EXECUTE_SCRIPT", new JsonObject { ["SCRIPT_TYPE"] = 0, ["SCRIPT_CONTENTS"] = "echo ığüşöç", ["SCRIPT_PARAMS"] = "" }, Cancelled);
        Assert.Equal(("TASK_PROCESSED", "ığüşöç\n"), (script.Code, script.Data!.Value.GetProperty("Result").GetString()));

        var usage = await site.RunAsync(2, "resource-usage", "RESOURCE_INFO_FETCHER", [], Cancelled);
        Assert.Equal("TASK_PROCESSED", usage.Code);
        Assert.True(usage.Data!.Value.GetProperty("Total Memory").GetInt64() > 0);
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task An_answer_is_not_sent_before_the_server_has_stored_the_task()
    {
        await using var site = await Installation.OnlineAsync(configure: options => options with { RowDelay = TimeSpan.FromMilliseconds(300) });
        await site.Agent.StopAsync();
        site.Agent.Set("CONNECTION", "answer_delay_ms", "500");
        await site.BringOnlineAsync(Cancelled);

        Assert.Equal("TASK_PROCESSED", (await site.RunAsync(1, "probe", "NOOP", [], Cancelled)).Code);
        Assert.Equal(0, site.Lider.Tasks.AnsweredTooEarly);
    }

    [Theory]
    [InlineData("probe", "NOSUCH", "no command")]
    [InlineData("nosuch", "NOOP", "not installed")]
    [InlineData("../../etc", "NOOP", "not installed")]
    [InlineData("probe", "THROW", "the probe was told to throw")]
    [InlineData("probe", "HANG", "time limit of 1 s")]
    public async Task What_cannot_be_done_is_answered_with_an_error_that_says_why(string plugin, string command, string reason)
    {
        await using var site = await Installation.OnlineAsync(agent: agent => agent.Set("PLUGIN", "install_timeout", "1"));

        var answer = await site.RunAsync(1, plugin, command, [], Cancelled);

        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains(reason, answer.Message, StringComparison.Ordinal);
        Assert.Equal("TASK_PROCESSED", (await site.RunAsync(2, "probe", "NOOP", [], Cancelled)).Code);
    }

    [Fact]
    public async Task A_result_that_is_too_large_is_cut_and_keeps_its_end()
    {
        await using var site = await Installation.OnlineAsync();

        var answer = await site.RunAsync(1, "probe", "BIG", new JsonObject { ["size"] = 500_000 }, Cancelled);

        var text = answer.Data!.Value.GetProperty("Result").GetString()!;
        Assert.EndsWith("end", text, StringComparison.Ordinal);
        Assert.Contains("cut", text, StringComparison.Ordinal);
        Assert.True(site.Lider.MaxStanzaBytes <= 61 * 1024, $"{site.Lider.MaxStanzaBytes} bytes");
    }

    [Fact]
    public async Task Tasks_of_one_plugin_run_in_the_order_they_came()
    {
        await using var site = await Installation.OnlineAsync();
        var file = Path.Combine(site.Agent.Directory, "runs");

        for (var id = 1; id <= 200; id++)
        {
            await site.SendAsync(id, "probe", "APPEND", new JsonObject { ["file"] = file }, Cancelled);
        }

        await site.Lider.Tasks.WaitForAnswersAsync(200, TimeSpan.FromSeconds(60), Cancelled);
        Assert.Equal(Enumerable.Range(1, 200).Select(id => id.ToString(CultureInfo.InvariantCulture)), await File.ReadAllLinesAsync(file, Cancelled));
    }

    [Fact]
    public async Task A_long_task_holds_up_no_other_plugin()
    {
        await using var site = await Installation.OnlineAsync();

        await site.SendAsync(1, "probe", "WAIT", [], Cancelled);
        var answer = await site.RunAsync(2, "script", "EXECUTE_SCRIPT", new JsonObject { ["SCRIPT_TYPE"] = "BASH", ["SCRIPT_CONTENTS"] = "true" }, Cancelled);

        Assert.Equal("TASK_PROCESSED", answer.Code);
        Assert.Null(site.Lider.Tasks.Find(1)!.Final);
    }

    [Fact]
    public async Task A_stranger_on_the_same_domain_is_not_obeyed()
    {
        await using var site = await Installation.OnlineAsync();
        var file = Path.Combine(site.Agent.Directory, "runs");
        await using var stranger = await BareXmppConnection.ConnectAsync(site.Bare, _ => { }, Cancelled);

        var body = LiderMessages.ExecuteTask(
            new TaskOrder(666, "probe", "APPEND", new JsonObject { ["file"] = file }), LiderEdition.Current, DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc);
        await stranger.SendMessageAsync($"{site.AgentName}@{site.Server.Domain}", body, Cancelled);
        await stranger.DrainAsync(Cancelled);

        var status = await site.Agent.WaitForStatusAsync(
            status => (long?)status["foreign_messages"] > 0, "a foreign message counted", TimeSpan.FromSeconds(60), Cancelled);
        Assert.Equal(0, (int?)status["unfinished_tasks"]);
        Assert.Equal("TASK_PROCESSED", (await site.RunAsync(1, "probe", "NOOP", [], Cancelled)).Code);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task The_daemon_listens_on_no_network_socket()
    {
        await using var site = await Installation.OnlineAsync();

        using var ss = Process.Start(new ProcessStartInfo("ss", "-lxntup") { RedirectStandardOutput = true })!;
        var lines = (await ss.StandardOutput.ReadToEndAsync(Cancelled)).Split('\n')
            .Where(line => line.Contains($"pid={site.Agent.ProcessId},", StringComparison.Ordinal)).ToArray();

        var only = Assert.Single(lines);
        Assert.StartsWith("u_str", only, StringComparison.Ordinal);
        Assert.Contains(site.Agent.ControlSocket, only, StringComparison.Ordinal);
    }
}
