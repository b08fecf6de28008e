using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.FileServers;
using Ahenk.LiderSimulator.Wire;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>Plugins of every kind in the running daemon.</summary>
[Trait("Category", "Integration")]
public sealed class PluginTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task A_folder_of_python_plugins_that_is_dropped_in_answers_like_the_original()
    {
        await using var site = await Installation.OnlineAsync();
        foreach (var plugin in BuiltAgent.PythonPlugins)
        {
            BuiltAgent.CopyFolder(plugin, Path.Combine(site.Agent.Plugins, Path.GetFileName(plugin)));
        }

        var greeted = await site.RunAsync(1, "py-greeter", "GREET", new JsonObject { ["name"] = "Ayşe" }, Cancelled);
        Assert.Equal(("TASK_PROCESSED", "Greeted Ayşe"), (greeted.Code, greeted.Message));
        Assert.Equal(("Merhaba Ayşe", 1), (greeted.Data!.Value.GetProperty("Result").GetString(), greeted.Data.Value.GetProperty("task").GetInt32()));
        Assert.Equal("TASK_ERROR", (await site.RunAsync(2, "py-greeter", "GREET", [], Cancelled)).Code);

        await WaitForLogAsync(site, "init of nobody");
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task What_a_python_plugin_does_wrong_is_answered_once_and_the_next_task_works()
    {
        await using var site = await Installation.OnlineAsync();
        BuiltAgent.CopyFolder(BuiltAgent.PythonPlugin("py-trouble"), Path.Combine(site.Agent.Plugins, "py-trouble"));
        await WaitForPluginAsync(site, "py-trouble");
        (string Command, string How)[] troubles =
        [
            ("BROKEN", ""), ("EXIT_AT_IMPORT", ""), ("NO_HANDLER", ""), ("NOSUCH", ""), ("FAIL", "exception"), ("FAIL", "key"), ("FAIL", "exit"), ("FAIL", "recursion"),
            ("FAIL", "memory"), ("FAIL", "all-descriptors"),
        ];
        for (var id = 0; id < troubles.Length; id++)
        {
            await site.SendAsync(id + 1, "py-trouble", troubles[id].Command, new JsonObject { ["how"] = troubles[id].How }, Cancelled);
        }

        await site.SendAsync(100, "py-trouble", "SHUTDOWN", [], Cancelled);
        await site.Lider.Tasks.WaitForAnswersAsync(troubles.Length + 1, Patience, Cancelled);

        Assert.All(Enumerable.Range(1, troubles.Length), id => Assert.Equal("TASK_ERROR", Assert.Single(site.Lider.Tasks.Find(id)!.Answers).Code));
        Assert.Equal(("TASK_PROCESSED", "A command that has the name of a mode"), Answer(site, 100));
        Assert.Empty(site.Lider.Violations);
    }

    [Theory]
    [InlineData("while True: pass", "time limit", "timeLimitSeconds")]
    [InlineData("x = [' ' * (1 << 20) for _ in iter(int, 1)]", "memory", "memory_limit_mib")]
    public async Task A_python_plugin_without_end_is_ended_at_its_limit_and_holds_nobody_up(string code, string limit, string setting)
    {
        await using var site = await Installation.OnlineAsync(agent: agent => agent.Set("PLUGIN", "memory_limit_mib", "100"));
        var folder = Directory.CreateDirectory(Path.Combine(site.Agent.Plugins, "endless")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "main.py"), "def info():\n    return {'version': '1.0.0'}\n", Cancelled);
        await File.WriteAllTextAsync(Path.Combine(folder, "run.py"), $"def handle_task(task, context):\n    {code}\n", Cancelled);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "plugin.json"),
            """{"name":"endless","version":"1.0.0","kind":"python","commands":[{"id":"RUN","timeLimitSeconds":5}]}""", Cancelled);
        await WaitForPluginAsync(site, "endless");

        await site.SendAsync(1, "endless", "RUN", [], Cancelled);
        Assert.Equal("TASK_PROCESSED", (await site.RunAsync(2, "probe", "NOOP", [], Cancelled)).Code);
        var ended = await site.Lider.Tasks.WaitForAnswerAsync(1, Patience, cancellationToken: Cancelled);

        Assert.Equal("TASK_ERROR", ended.Code);
        Assert.Contains(limit, ended.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(setting, ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_in_any_language_is_a_plugin()
    {
        await using var site = await Installation.OnlineAsync();
        var folder = Directory.CreateDirectory(Path.Combine(site.Agent.Plugins, "shell")).FullName;
        var program = Path.Combine(folder, "run");
        await File.WriteAllTextAsync(program, "#!/bin/sh\ncat >/dev/null\nprintf '{\"code\":\"processed\",\"message\":\"from sh\",\"data\":{\"Result\":42}}'\n", Cancelled);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "plugin.json"), """{"name":"shell","version":"1.0.0","kind":"executable","program":"run","commands":[{"id":"RUN"}]}""", Cancelled);

        var answer = await site.RunAsync(1, "shell", "RUN", [], Cancelled);

        Assert.Equal(("TASK_PROCESSED", "from sh", 42), (answer.Code, answer.Message, answer.Data!.Value.GetProperty("Result").GetInt32()));
    }

    [Fact]
    public async Task A_plugin_that_is_replaced_is_loaded_anew_without_a_restart()
    {
        await using var site = await Installation.OnlineAsync();
        var folder = Directory.CreateDirectory(Path.Combine(site.Agent.Plugins, "changing")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "main.py"), "def info():\n    return {'version': '1.0.0'}\n", Cancelled);
        await File.WriteAllTextAsync(Path.Combine(folder, "run.py"), "def handle_task(task, context):\n    context.create_response('TASK_PROCESSED', 'first')\n", Cancelled);
        Assert.Equal("first", (await site.RunAsync(1, "changing", "RUN", [], Cancelled)).Message);

        await File.WriteAllTextAsync(Path.Combine(folder, "main.py"), "def info():\n    return {'version': '2.0.0'}\n", Cancelled);
        await site.Lider.SendTaskAsync(site.AgentName, new TaskOrder(2, "changing", "RUN", []) { Version = "2.0.0" }, Cancelled);
        Assert.Equal("TASK_PROCESSED", (await site.Lider.Tasks.WaitForAnswerAsync(2, Patience, cancellationToken: Cancelled)).Code);

        Directory.Delete(folder, recursive: true);
        await site.Agent.WaitForPluginsAsync(plugins => !plugins.Any(plugin => (string?)plugin!["name"] == "changing"), "the plugin gone", Patience, Cancelled);
    }

    [Fact]
    public async Task A_result_that_is_a_file_lies_on_the_file_server_before_it_is_announced()
    {
        await using var ssh = await SshTestServer.StartAsync();
        await using var site = await Installation.OnlineAsync();
        var place = JsonNode.Parse(ssh.Place("agent-files/{0}/").ToJson())!.AsObject();
        await site.Lider.SendTaskAsync(site.AgentName, new TaskOrder(1, "package-manager", "INSTALLED_PACKAGES", []) { FileServer = place }, Cancelled);

        var answer = await site.Lider.Tasks.WaitForAnswerAsync(1, Patience, cancellationToken: Cancelled);

        Assert.Equal("TASK_PROCESSED", answer.Code);
        var md5 = answer.Data!.Value.GetProperty("md5").GetString()!;
        var uploaded = await File.ReadAllBytesAsync(Path.Combine(ssh.Home, "agent-files", site.AgentName, md5), Cancelled);
        Assert.Equal(md5, Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(HashAlgorithmName.MD5, new MemoryStream(uploaded), Cancelled)));
        Assert.Contains("dpkg", Encoding.UTF8.GetString(uploaded), StringComparison.Ordinal);
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task A_file_that_cannot_be_uploaded_is_an_error_and_never_announced()
    {
        await using var site = await Installation.OnlineAsync();
        var nowhere = new JsonObject
        {
            ["protocol"] = "SSH",
            ["parameterMap"] = new JsonObject { ["host"] = "127.0.0.1", ["port"] = 1, ["username"] = "lider", ["password"] = "s3cret", ["path"] = "/x/" },
        };
        await site.Lider.SendTaskAsync(site.AgentName, new TaskOrder(1, "package-manager", "INSTALLED_PACKAGES", []) { FileServer = nowhere }, Cancelled);

        var answer = await site.Lider.Tasks.WaitForAnswerAsync(1, Patience, cancellationToken: Cancelled);

        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains("127.0.0.1", answer.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", site.Agent.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_others_can_write_is_not_used()
    {
        await using var site = await Installation.OnlineAsync();
        var folder = BuiltAgent.CopyFolder(BuiltAgent.PythonPlugin("py-greeter"), Path.Combine(site.Agent.Plugins, "py-greeter"));
        File.SetUnixFileMode(Path.Combine(folder, "greet.py"), (UnixFileMode)0b110_110_110);
        await site.Agent.WaitForPluginsAsync(
            plugins => plugins.Any(plugin => (string?)plugin!["name"] == "py-greeter" && (string?)plugin["status"] == "malfunctioned"), "the plugin refused", Patience, Cancelled);

        var answer = await site.RunAsync(1, "py-greeter", "GREET", new JsonObject { ["name"] = "x" }, Cancelled);

        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains("greet.py", answer.Message, StringComparison.Ordinal);
    }

    private static (string Code, string? Message) Answer(Site site, long id)
    {
        var final = site.Lider.Tasks.Find(id)!.Answers.Single(answer => answer.IsFinal);
        return (final.Code, final.Message);
    }

    private static Task WaitForPluginAsync(Site site, string name) => site.Agent.WaitForPluginsAsync(
        plugins => plugins.Any(plugin => (string?)plugin!["name"] == name && (string?)plugin["status"] == "active"),
        string.Create(CultureInfo.InvariantCulture, $"plugin {name}"), Patience, Cancelled);

    private static Task<JsonNode> WaitForLogAsync(Site site, string text) =>
        site.Agent.WaitForStatusAsync(_ => site.Agent.Log.Contains(text, StringComparison.Ordinal), $"'{text}' in the log", Patience, Cancelled);
}
