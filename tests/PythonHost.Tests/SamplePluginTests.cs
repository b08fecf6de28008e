using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests;

/// <summary>The plugins in tests/PythonPlugins, which use the surface as those of the Python Ahenk do.</summary>
[Trait("Category", "Integration")]
public sealed class SamplePluginTests : HostTest
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_is_answered_with_data_and_mail()
    {
        var host = await StartAsync("py-greeter");

        var result = await host.CommandAsync("GREET", new JsonObject
        {
            ["name"] = "Ayşe",
            ["mailSend"] = true,
            ["mailSubject"] = "Greeting",
            ["mailContent"] = "Greeted {name}",
        });

        Assert.Equal(("TASK_PROCESSED", "Greeted Ayşe", "APPLICATION_JSON"), (
            (string?)result["code"], (string?)result["message"], (string?)result["content_type"]));
        Assert.Equal(("Merhaba Ayşe", 4201), ((string?)Data(result)["Result"], (int)Data(result)["task"]!));
        Assert.Equal(
            """{"send":true,"subject":"Greeting","content":"Greeted Ay\u015Fe"}""", result["mail"]!.ToJsonString());
        Assert.Contains("debug: Greeting Ayşe", host.Log);
    }

    [Fact]
    public async Task A_task_without_its_parameter_is_answered_by_the_plugin()
    {
        var host = await StartAsync("py-greeter");

        var result = await host.CommandAsync("GREET");

        Assert.Equal(("TASK_ERROR", "Nobody to greet: 'name'"), ((string?)result["code"], (string?)result["message"]));
        Assert.Null(result["data"]);
        Assert.Null(result["mail"]);
    }

    [Theory]
    [InlineData("ayse", "greeting-ayse")]
    [InlineData(null, "greeting-machine")]
    public async Task A_policy_is_applied_and_answered(string? user, string file)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folders.Plugins, "greetings")).FullName;
        var host = await StartAsync("py-greeter");

        var result = await host.CallAsync(new JsonObject
        {
            ["kind"] = "profile",
            ["user"] = user,
            ["policy_version"] = "12-3",
            ["execution_id"] = 901,
            ["parameters"] = new JsonObject { ["folder"] = folder, ["text"] = "Günaydın" },
        });

        Assert.Equal("POLICY_PROCESSED", (string?)result["code"]);
        Assert.Equal("Günaydın", await File.ReadAllTextAsync(Path.Combine(folder, file), Token));
    }

    [Theory]
    [InlineData("safe")]
    [InlineData("logout")]
    public async Task A_mode_undoes_the_users_policy(string mode)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folders.Plugins, "greetings")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "greeting-ayse"), "", Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "greeting-ali"), "", Token);
        var host = await StartAsync("py-greeter");

        var result = await host.ModeAsync(mode, "ayse");

        Assert.False((bool)result["answered"]!);
        Assert.Equal("greeting-ali", Path.GetFileName(Assert.Single(Directory.GetFiles(folder))));
        Assert.Contains($"info: {mode} of ayse", host.Log);
    }

    [Theory]
    [InlineData("init", "ayse", "nobody")]
    [InlineData("login", "ayse", "ayse")]
    [InlineData("shutdown", "ayse", "nobody")]
    public async Task Modes_know_the_user_where_there_is_one(string mode, string user, string expected)
    {
        var host = await StartAsync("py-greeter");

        await host.ModeAsync(mode, user);

        Assert.Contains($"info: {mode} of {expected}", host.Log);
    }

    [Fact]
    public async Task A_file_answer_lies_where_the_daemon_takes_it_from()
    {
        const string Content = "/bin/sh\n/bin/bash\n";
        const string Md5 = "da19d7887faad35385c2cc5672e294ea";
        var host = await StartAsync("py-files");

        var result = await host.CommandAsync("LIST_SHELLS");

        Assert.Equal(("TEXT_PLAIN", Md5), ((string?)result["content_type"], (string?)Data(result)["md5"]));
        Assert.Equal(Content, await File.ReadAllTextAsync($"/tmp/{Md5}", Token));
        File.Delete($"/tmp/{Md5}");
    }

    [Fact]
    public async Task A_file_is_fetched_through_the_daemon()
    {
        var host = await StartAsync("py-files");
        host.Answer = (_, _) => new JsonObject { ["file_name"] = "b.txt" };

        var result = await Push(host, new JsonObject { ["protocol"] = "SSH", ["parameterMap"] = new JsonObject() });

        Assert.Equal("Fetched b.txt with SSH", (string?)result["message"]);
        var (method, parameters) = Assert.Single(host.Requests);
        Assert.Equal(
            ("fetch_file", """{"remote_path":"/r/a","local_path":"/opt/","file_name":"b.txt"}"""), (method, parameters.ToJsonString()));
    }

    [Fact]
    public async Task A_file_that_is_not_to_be_had_is_the_plugins_error()
    {
        var host = await StartAsync("py-files");
        host.Answer = (_, _) => throw new RefusedException("The file server has no file /r/a.");

        var refused = await Push(host, new JsonObject { ["protocol"] = "SSH", ["parameterMap"] = new JsonObject() });
        var without = await Push(host, null);

        Assert.Equal("Not fetched: The file server has no file /r/a.", (string?)refused["message"]);
        Assert.StartsWith("Not fetched: the server sent no file server", (string)without["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_is_sent_before_the_answer()
    {
        var host = await StartAsync("py-worker");

        var result = await host.CommandAsync("WITH_PROGRESS", new JsonObject { ["steps"] = 3 });

        Assert.Equal("All steps done", (string?)result["message"]);
        Assert.Equal(
            ["Step 1", "Step 2", "Step 3"],
            host.Requests.Select(request => (string?)JsonNode.Parse((string)request.Parameters["body"]!)!["responseMessage"]));
    }

    [Fact]
    public async Task A_thread_outlives_its_call()
    {
        var pipe = Path.Combine(Folders.Root, "pipe");
        var (code, _, _) = await HostProcess.RunAsync(["-c", "import os, sys; os.mkfifo(sys.argv[1])", pipe], Folders.Environment("x"));
        Assert.Equal(0, code);
        var host = await StartAsync("py-worker");
        var sent = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Answer = (_, parameters) =>
        {
            sent.SetResult((string?)parameters["body"]);
            return null;
        };

        var result = await host.CommandAsync("IN_BACKGROUND", new JsonObject { ["waitFor"] = pipe });
        Assert.Equal("Started", (string?)result["message"]);
        await File.WriteAllTextAsync(pipe, "later", Token);

        Assert.Contains("later", await sent.Task.WaitAsync(TimeSpan.FromSeconds(60), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unfinished_task_is_queued_again_by_the_next_process()
    {
        var parameters = new JsonObject { ["note"] = Path.Combine(Folders.Plugins, "unfinished"), ["die"] = true };
        var first = await StartAsync("py-worker");
        await Assert.ThrowsAsync<InvalidOperationException>(() => first.CommandAsync("LONG_WORK", parameters));

        var second = await StartAsync("py-worker");
        await second.ModeAsync("init");

        var (method, request) = Assert.Single(second.Requests);
        Assert.Equal(("process_task", 4201, "LONG_WORK", "py-worker"), (
            method, (int)request["task"]!["id"]!, (string?)request["task"]!["commandClsId"], (string?)request["task"]!["plugin"]!["name"]));
        Assert.True(JsonNode.DeepEquals(parameters, request["task"]!["parameterMap"]));
        Assert.Contains("info: In init mode 5 of 5 are None", second.Log);
    }

    [Fact]
    public async Task Siblings_stay_loaded_and_commands_do_not()
    {
        var host = await StartAsync("py-legacy");

        var first = Data(await host.CommandAsync("SIBLINGS"));
        var second = Data(await host.CommandAsync("SIBLINGS"));

        Assert.Equal(("py-legacy", "siblings", 1, 1), (
            (string?)first["here"], (string?)first["name"], (int)first["calls"]!, (int)first["stored"]!));
        Assert.Equal((1, 2), ((int)second["calls"]!, (int)second["stored"]!));
    }

    [Fact]
    public async Task A_code_through_another_is_that_code()
    {
        var host = await StartAsync("py-legacy");

        Assert.Equal("TASK_ERROR", (string?)(await host.CommandAsync("NOTIFY"))["code"]);
    }

    [Fact]
    public async Task An_answer_without_a_code_says_so()
    {
        var host = await StartAsync("py-legacy");

        var result = await host.CommandAsync("NOTHING_NEW");

        Assert.True((bool)result["answered"]!);
        Assert.True(result.ContainsKey("code"));
        Assert.Null(result["code"]);
    }

    [Fact]
    public async Task A_plugin_that_swaps_standard_output_harms_nobody()
    {
        var file = Path.Combine(Folders.Root, "rewritten");
        await File.WriteAllTextAsync(file, "old\n", Token);
        var host = await StartAsync("py-legacy");

        var rewritten = await host.CommandAsync("REWRITE", new JsonObject { ["path"] = file });
        var failed = await host.CommandAsync("REWRITE", new JsonObject { ["path"] = file, ["fail"] = true });
        await host.CommandAsync("SIBLINGS");
        await host.SendAsync(new JsonObject { ["op"] = "exit" });
        await host.EndAsync();

        Assert.Equal("new\n", (string?)rewritten["message"]);
        Assert.Equal("ValueError: in the midst of rewriting", (string?)failed["error"]);
        Assert.Contains("Printed by a plugin", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Printed", await File.ReadAllTextAsync(file, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_with_mail_fields_gets_them()
    {
        var host = await StartAsync("py-legacy");

        var result = await host.CallAsync(new JsonObject
        {
            ["kind"] = "profile",
            ["user"] = "ayse",
            ["parameters"] = new JsonObject
            {
                ["quota"] = 500,
                ["mailSend"] = true,
                ["mailSubject"] = "Quota",
                ["mailContent"] = "Now {quota}",
            },
        });

        Assert.Equal("""{"mail_content":"Now 500","mail_subject":"Quota","mail_send":true}""", Data(result).ToJsonString());
        Assert.Equal("Now 500", (string?)result["mail"]!["content"]);
    }

    [Fact]
    public async Task A_changed_registration_is_reported_before_the_answer()
    {
        var host = await StartAsync("py-registration");
        var answered = -1;
        host.Answer = (_, _) =>
        {
            answered = host.ResultIds.Count;
            return null;
        };

        var result = await Rename(host);

        Assert.Equal("cn=pc-02,ou=Ahenkler,dc=liderahenk,dc=org", (string?)Data(result)["Dn"]);
        var (method, change) = Assert.Single(host.Requests);
        Assert.Equal(("registration_changed", "pc-02", "cn=pc-02,ou=Ahenkler,dc=liderahenk,dc=org", true, "6f1c"), (
            method, (string?)change["jid"], (string?)change["dn"], (bool)change["registered"]!, (string?)change["password"]));
        Assert.Equal(0, answered);
        Assert.Contains("uid = pc-02", await File.ReadAllTextAsync(Folders.Configuration, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_the_daemon_refuses_is_no_success()
    {
        var host = await StartAsync("py-registration");
        host.Answer = (_, _) => throw new RefusedException("The name is taken.");

        var refused = await Rename(host);
        host.Answer = (_, _) => null;
        await Rename(host);

        Assert.Equal("DaemonError: The name is taken.", (string?)refused["error"]);
        Assert.Equal(2, host.Requests.Count);
    }

    [Theory]
    [InlineData("LEAVE", "unregister")]
    [InlineData("RESTART", "reboot")]
    public async Task What_ends_the_agent_is_left_to_the_daemon(string command, string method)
    {
        var host = await StartAsync("py-registration");

        var result = await host.CommandAsync(command, new JsonObject { ["directory_server"] = "LDAP" });

        Assert.Equal("TASK_PROCESSED", (string?)result["code"]);
        Assert.Equal(method, Assert.Single(host.Requests).Method);
    }

    private static Task<JsonObject> Push(HostProcess host, JsonObject? server) => host.CallAsync(new JsonObject
    {
        ["command"] = "FILE-PUSH",
        ["parameters"] = new JsonObject { ["remotePath"] = "/r/a", ["localPath"] = "/opt/", ["fileName"] = "b.txt" },
        ["file_server"] = server,
    });

    private static Task<JsonObject> Rename(HostProcess host) =>
        host.CommandAsync("RENAME", new JsonObject { ["old_cn"] = "pc-01", ["new_cn"] = "pc-02" });
}
