using System.Text.Json.Nodes;
using Ahenk.TestSite;
using Ahenk.XmppServers;

namespace Ahenk.EndToEnd.Tests;

[Trait("Category", "Integration")]
public sealed class CommandTests
{
    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task Register_takes_the_password_from_standard_input_and_says_how_it_went()
    {
        await using var site = await Site.CreateAsync(new ProsodyServer(), cancellationToken: Cancelled);
        site.Agent.Set("CONNECTION", "registration_credential_file", "").Set("CONNECTION", "host", "nowhere.invalid");
        await site.Agent.StartAsync();
        await site.Agent.WaitForStatusAsync(
            status => ((string?)status["connection"])!.StartsWith("waiting for", StringComparison.Ordinal), "waiting", TimeSpan.FromSeconds(60), Cancelled);

        var refused = await RunAsync(site, "wrong\n", "register", "127.0.0.1", Site.Admin);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("NOT_AUTHORIZED", refused.Output, StringComparison.Ordinal);

        var done = await RunAsync(site, Site.AdminPassword + "\n", "register", "127.0.0.1", Site.Admin);
        Assert.Equal(0, done.ExitCode);
        Assert.Contains("is registered", done.Output, StringComparison.Ordinal);
        await site.Lider.Agents.WaitForOnlineAsync(null, TimeSpan.FromSeconds(60), Cancelled);

        var second = await RunAsync(site, "x\n", "register", "127.0.0.1", Site.Admin);
        Assert.Contains("registered already", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_and_tasks_are_shown_for_people_and_as_json()
    {
        await using var site = await Installation.OnlineAsync();
        await site.RunAsync(41, "probe", "NOOP", [], Cancelled);

        Assert.Contains($"yes, as {site.AgentName}", (await RunAsync(site, "", "status")).Output, StringComparison.Ordinal);
        var status = JsonNode.Parse((await RunAsync(site, "", "status", "--json")).Output)!;
        Assert.Equal(0, (int?)status["outbox_dropped"]);
        Assert.Contains("TASK_PROCESSED", (await RunAsync(site, "", "tasks")).Output, StringComparison.Ordinal);
        var tasks = JsonNode.Parse((await RunAsync(site, "", "tasks", "--json")).Output)!.AsArray();
        Assert.Equal((41, "finished"), ((int?)tasks[0]!["id"], (string?)tasks[0]!["state"]));
    }

    [Fact]
    public async Task Scheduled_tasks_are_shown_for_people_and_as_json()
    {
        await using var site = await Installation.OnlineAsync();
        await site.Lider.SendTaskAsync(site.AgentName, 41, "probe", "NOOP", [], "0 0 29 2 *", Cancelled);
        await site.RunAsync(42, "probe", "NOOP", [], Cancelled);

        var shown = (await RunAsync(site, "", "schedule")).Output.Split('\n');
        Assert.StartsWith("ID  SCHEDULE    NEXT RUN", shown[0], StringComparison.Ordinal);
        Assert.Matches("^41  0 0 29 2 \\*  20[0-9]{2}-02-29 00:00:00 +probe +NOOP", shown[1]);
        var listed = JsonNode.Parse((await RunAsync(site, "", "schedule", "--json")).Output)!.AsArray();
        Assert.Equal((41, null), ((int?)Assert.Single(listed)!["id"], listed[0]!["last_planned"]));
    }

    [Fact]
    public async Task Without_a_daemon_the_command_says_so()
    {
        await using var agent = new AgentProcess();

        var (exitCode, output) = await RunAsync(agent.ControlSocket, "", [], "status");

        Assert.Equal(3, exitCode);
        Assert.Contains("cannot be reached", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_user_may_see_the_status_and_nothing_else()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can act as another user");
        await using var site = await Installation.OnlineAsync();
        File.SetUnixFileMode(site.Agent.Directory, File.GetUnixFileMode(site.Agent.Directory) | UnixFileMode.OtherExecute);
        string[] asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

        // The published command may lie where nobody cannot go: python speaks to the socket instead.
        async Task<string> AskAsync(string method)
        {
            var (_, output) = await StartAsync("", [.. asNobody, "/usr/bin/python3", "-c",
                "import socket,sys;s=socket.socket(socket.AF_UNIX);s.connect(sys.argv[1]);" +
                "s.sendall(('{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{\"user\":\"u\",\"password\":\"p\"}}\\n'%sys.argv[2]).encode());print(s.makefile().readline())",
                site.Agent.ControlSocket, method]);
            return output;
        }

        Assert.Contains("\"registered\":true", await AskAsync("status"), StringComparison.Ordinal);
        Assert.Contains("-32001", await AskAsync("tasks"), StringComparison.Ordinal);
        Assert.Contains("-32001", await AskAsync("register"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_lines_on_the_control_socket_are_answered_and_harm_nobody()
    {
        await using var site = await Installation.OnlineAsync();
        foreach (var (line, code) in ((string, int)[])
        [
            ("not json", -32700),
            ("[]", -32600),
            ("{\"method\":7}", -32600),
            ("{\"method\":\"nosuch\",\"id\":1}", -32601),
            ("{\"method\":\"register\",\"id\":1,\"params\":{\"user\":1}}", -32602),
        ])
        {
            Assert.Equal(code, (int?)(await site.Agent.SendLineAsync(line, Cancelled))!["error"]!["code"]);
        }

        Assert.Null(await site.Agent.SendLineAsync(new string('x', 100_000), Cancelled));
        Assert.NotNull((await site.Agent.CallAsync("status", cancellationToken: Cancelled))["result"]);
    }

    private static Task<(int ExitCode, string Output)> RunAsync(Site site, string input, params string[] arguments) =>
        RunAsync(site.Agent.ControlSocket, input, [], arguments);

    private static Task<(int ExitCode, string Output)> RunAsync(string socket, string input, string[] prefix, params string[] arguments) =>
        StartAsync(input, [.. prefix, BuiltAgent.Command, .. arguments, "--socket", socket]);

    private static async Task<(int ExitCode, string Output)> StartAsync(string input, string[] command)
    {
        var ended = await AhenkCommand.RunAsync(command, input, Cancelled);
        return (ended.ExitCode, ended.Output);
    }
}
