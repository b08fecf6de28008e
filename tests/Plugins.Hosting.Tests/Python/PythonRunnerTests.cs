using System.Diagnostics;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Plugins.Hosting.Tests.Python;

/// <summary>A host that behaves: what it is told, when it starts, when it leaves.</summary>
[Trait("Category", "Integration")]
public sealed class PythonRunnerTests : PythonTest
{
    [Fact]
    public async Task A_command_is_called_with_all_that_belongs_to_it()
    {
        var call = Call("GET_USERS", new JsonObject { ["a"] = "ğ\n" }) with
        {
            FileServer = FileServer.FromJson("""{"protocol":"SSH","parameterMap":{"host":"h","port":22,"username":"u","password":"p","path":"/x/"}}"""),
        };

        var told = (await NewRunner().RunAsync(call, Token)).Data!;

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                {
                  "op": "call", "kind": "command", "command": "GET_USERS", "mode": null, "parameters": { "a": "ğ\n" }, "task_id": 4711, "user": null,
                  "policy_version": null, "execution_id": null,
                  "file_server": { "protocol": "SSH", "parameterMap": { "host": "h", "port": 22, "username": "u", "password": "p", "path": "/x/" } },
                  "agent": { "uid": "pardus-1", "password": "s3cr3t-of-the-account", "dn": "cn=pardus-1", "registered": true, "params": "{}" },
                  "sessions": [{ "username": "ayşe", "display": ":0", "desktop": "gnome", "ip": "10.0.0.5", "domain": "OKUL" }]
                }
                """),
            told),
            told.ToJsonString());
    }

    [Fact]
    public async Task A_profile_is_called_with_its_user_and_version()
    {
        var told = (await NewRunner().RunAsync(
            Call("") with { Kind = PluginWorkKind.Profile, Id = 12, UserName = "ali", PolicyVersion = "3-1" }, Token)).Data!;

        Assert.Equal(
            ("profile", "ali", "3-1", 12, null),
            ((string?)told["kind"], (string?)told["user"], (string?)told["policy_version"], (int?)told["execution_id"], (string?)told["task_id"]));
        Assert.Null(told["file_server"]);
    }

    [Fact]
    public async Task A_mode_without_a_file_starts_nothing_and_one_with_a_file_is_called()
    {
        var runner = NewRunner();
        var mode = Call("") with { Kind = PluginWorkKind.Mode, Id = 0, Mode = PluginMode.Login, UserName = "ali", Parameters = new JsonObject { ["do"] = "say" } };

        await runner.RunAsync(mode, Token);
        Assert.False(runner.IsLoaded);
        Put("login.py");
        await runner.RunAsync(mode, Token);

        Assert.True(runner.IsLoaded);
        await Log.WaitForAsync("to log");
    }

    [Fact]
    public async Task The_host_starts_isolated_in_the_root_directory_with_the_places_of_the_agent()
    {
        var where = (await Do(NewRunner(), "where")).Data!;

        Assert.Equal("/", (string?)where["cwd"]);
        Assert.Equal([Folder], where["argv"]!.AsArray().Select(item => (string)item!));
        Assert.Equal([1, 1], where["flags"]!.AsArray().Select(item => (int)item!));
        var environment = where["env"]!;
        Assert.Equal("probe", (string?)environment["AHENK_PLUGIN_NAME"]);
        Assert.Equal("3.0.0", (string?)environment["AHENK_VERSION"]);
        Assert.Equal("/etc/ahenk/ahenk.conf", (string?)environment["AHENK_CONFIG_FILE"]);
        Assert.Equal(Path.Combine(Root, "plugins"), (string?)environment["AHENK_PLUGINS_DIR"]);
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(OwnerOnly, File.GetUnixFileMode((string)environment["AHENK_STATE_DIR"]!));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode((string)environment["AHENK_PRIVATE_DIR"]!));
    }

    [Fact]
    public async Task One_process_serves_all_calls_until_it_has_had_nothing_to_do_for_a_while()
    {
        var time = new FakeTimeProvider();
        var runner = NewRunner(time);
        Assert.False(runner.IsLoaded);
        var first = await PidAsync(Do(runner, "where"));
        time.Advance(Limits.Idle / 2);
        Assert.Equal(first, await PidAsync(Do(runner, "where")));
        time.Advance(Limits.Idle / 2);
        Assert.True(runner.IsLoaded);

        // The thread of the last call may have answered and not ended yet; then it is looked again a while later. A process that is leaving must not be
        // hurried by the clock: it would be killed.
        do
        {
            time.Advance(Limits.Idle);
            await LeavesAsync(runner);
        }
        while (runner.IsLoaded);

        await Log.WaitForAsync("had nothing to do and has left");
        await IsGone(first);
        Assert.NotEqual(first, await PidAsync(Do(runner, "where")));
    }

    [Fact]
    public async Task A_process_whose_plugin_still_works_in_a_thread_is_not_idle()
    {
        var time = new FakeTimeProvider();
        var runner = NewRunner(time);
        Assert.Equal(PluginCode.Warning, (await Do(runner, "background")).Code);
        for (var i = 0; i < 10; i++)
        {
            time.Advance(Limits.Idle);
        }

        Assert.True(runner.IsLoaded);
        await Do(runner, "release");
        while (runner.IsLoaded)
        {
            time.Advance(Limits.Idle);
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Calls_beside_each_other_get_each_its_own_answer()
    {
        var runner = NewRunner();
        var waiting = Enumerable.Range(0, 5).Select(_ => Do(runner, "wait")).ToList();
        for (var i = 1; i <= waiting.Count; i++)
        {
            await Log.WaitForAsync($"waiting {i}");
        }

        var echoes = Enumerable.Range(0, 50).Select(i => Do(runner, "echo", new JsonObject { ["number"] = i }));
        Assert.Equal(Enumerable.Range(0, 50), (await Task.WhenAll(echoes)).Select(result => (int)result.Data!["parameters"]!["number"]!));
        Assert.DoesNotContain(waiting, run => run.IsCompleted);
        await Do(runner, "release");
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task Unloading_asks_an_idle_process_to_leave_and_ends_one_that_works()
    {
        var idle = NewRunner();
        var first = await PidAsync(Do(idle, "where"));
        await idle.DisposeAsync();
        await IsGone(first);
        Assert.False(idle.IsLoaded);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Do(idle, "echo"));

        var busy = NewRunner();
        var run = Do(busy, "wait");
        await Log.WaitForAsync("waiting 1");
        await busy.DisposeAsync();
        Assert.Contains("unloaded", await Failure(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_are_the_files_that_are_no_part_of_the_plugin_itself()
    {
        foreach (var name in (string[])["main", "get_users", "multiple-file-transfer", "policy", "login", "init"])
        {
            Put(name + ".py", "def handle_mode(context):\n    pass\n");
        }

        Put("shutdown.py", "import os\n\ndef handle_task(task, context):\n    pass\n");
        var runner = NewRunner();

        Assert.All((string[])["GET_USERS", "Multiple-File-Transfer", "SHUTDOWN"], command => Assert.NotNull(runner.FindCommand(command)));
        Assert.All(
            (string[])["MAIN", "POLICY", "LOGIN", "INIT", "SAFE", "MISSING", "", "../probe/get_users", "/etc/passwd", ".hidden", "a\0b"],
            command => Assert.Null(runner.FindCommand(command)));
        Assert.Equal(new CommandAbility(false, false, TimeSpan.FromHours(1)), runner.FindCommand("get_users"));
        Assert.Equal(TimeSpan.FromMinutes(10), runner.FindPolicy()!.TimeLimit);
        Assert.False(runner.IsLoaded);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task What_cannot_be_started_says_why()
    {
        var failure = await Assert.ThrowsAsync<PluginLoadException>(() => Do(NewRunner(interpreter: "no-such-python"), "echo"));

        Assert.Contains("'no-such-python' was not found", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_in_no_log_line()
    {
        var runner = NewRunner();
        await Do(runner, "echo", new JsonObject { ["password"] = "s3cr3t-of-the-task" });
        await runner.DisposeAsync();

        Assert.NotEmpty(Log.Lines);
        Assert.DoesNotContain(Log.Lines, line => line.Text.Contains("s3cr3t", StringComparison.Ordinal));
    }

    private static async Task LeavesAsync(Hosting.Python.PythonRunner runner)
    {
        var patience = Stopwatch.StartNew();
        while (runner.IsLoaded && patience.Elapsed < TimeSpan.FromSeconds(10))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        }
    }
}
