using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests;

/// <summary>The host as the daemon meets it: its life, and one result for every call.</summary>
[Trait("Category", "Integration")]
public sealed class ProtocolTests : HostTest
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_once_that_it_is_ready()
    {
        var host = await StartAsync("py-greeter");

        var ready = await host.Ready;
        Assert.Equal(host.Pid, (int)ready["pid"]!);
        Assert.Matches(@"^3\.\d+\.\d+", (string)ready["python"]!);
    }

    [Fact]
    public async Task It_ends_when_it_is_told_to_whatever_still_runs()
    {
        var host = await StartAsync(MakePlugin("stays", ("stay.py", """
            import threading
            def handle_task(task, context):
                threading.Thread(target=threading.Event().wait).start()
                if task.get('wait'):
                    threading.Event().wait()
                context.create_response('TASK_PROCESSED')
            """)));
        await host.CommandAsync("STAY");
        var (_, running) = host.BeginCall(new JsonObject { ["command"] = "STAY", ["parameters"] = new JsonObject { ["wait"] = true } });
        await host.CommandAsync("STAY");

        await host.SendAsync(new JsonObject { ["op"] = "exit" });

        Assert.Equal(0, await host.EndAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => running);
    }

    [Fact]
    public async Task It_ends_when_the_daemon_is_gone()
    {
        var host = await StartAsync("py-greeter");

        host.Close();

        Assert.Equal(0, await host.EndAsync());
    }

    [Fact]
    public async Task Calls_may_overlap()
    {
        var host = await StartAsync(MakePlugin("meets", ("meet.py", """
            from base.scope import Scope
            import threading
            def handle_task(task, context):
                barrier = Scope.get_instance().get_custom_map().setdefault('barrier', threading.Barrier(2))
                barrier.wait()
                context.create_response('TASK_PROCESSED', context.get('task_id'))
            """)));

        var (first, one) = host.BeginCall(new JsonObject { ["command"] = "MEET" });
        var (second, two) = host.BeginCall(new JsonObject { ["command"] = "MEET" });

        Assert.Equal(
            ($"{4200 + first}", $"{4200 + second}"), ((string?)(await one)["message"], (string?)(await two)["message"]));
    }

    [Theory]
    [InlineData("exception", "ValueError: It went wrong: for two reasons")]
    [InlineData("key", "KeyError: 'not there'")]
    [InlineData("exit", "the plugin ended itself with sys.exit(3)")]
    [InlineData("interrupt", "KeyboardInterrupt: ")]
    [InlineData("recursion", "RecursionError: maximum recursion depth exceeded")]
    [InlineData("memory", "MemoryError: ")]
    [InlineData("unshowable", "Unshowable: (cannot be shown: ValueError)")]
    [InlineData("thread-exception", "the plugin ended itself with sys.exit(None)")]
    [InlineData("too-long", "the plugin's answer cannot be sent: ")]
    public async Task Whatever_a_plugin_throws_is_one_result(string how, string error)
    {
        var host = await StartAsync("py-trouble");

        var result = await host.CommandAsync("FAIL", new JsonObject { ["how"] = how });
        await host.CommandAsync("SHUTDOWN");

        Assert.StartsWith(error.TrimEnd(), (string)result["error"]!, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', (string)result["error"]!);
        Assert.Null(result["missing"]);
        Assert.True(how == "too-long" || ((string)result["traceback"]!).Contains("fail.py\", line", StringComparison.Ordinal));
        Assert.Equal([1, 2], host.ResultIds);
    }

    [Theory]
    [InlineData("signal")]
    [InlineData("low-descriptors")]
    [InlineData("standard-output")]
    [InlineData("fork")]
    [InlineData("change-directory")]
    public async Task What_a_plugin_does_to_its_process_does_not_cost_its_answer(string how)
    {
        var host = await StartAsync("py-trouble");

        var result = await host.CommandAsync("FAIL", new JsonObject { ["how"] = how });
        var next = await host.CommandAsync("SHUTDOWN");

        Assert.Equal($"Survived {how}", (string?)result["message"]);
        Assert.Equal("A command that has the name of a mode", (string?)next["message"]);
        Assert.Equal([1, 2], host.ResultIds);
        await host.SendAsync(new JsonObject { ["op"] = "exit" });
        await host.EndAsync();
    }

    [Fact]
    public async Task A_child_that_a_plugin_forked_does_not_keep_the_connection_open()
    {
        var held = Path.Combine(Folders.Root, "held");
        await HostProcess.RunAsync(["-c", "import os, sys; os.mkfifo(sys.argv[1])", held], Folders.Environment("x"));
        var host = await StartAsync("py-trouble");

        var result = await host.CommandAsync("FAIL", new JsonObject { ["how"] = "fork-and-stay", ["held"] = held });
        await host.SendAsync(new JsonObject { ["op"] = "exit" });

        Assert.Equal("Survived fork-and-stay", (string?)result["message"]);
        Assert.Equal(0, await host.EndAsync());
        await File.WriteAllTextAsync(held, "", Token);
    }

    [Theory]
    [InlineData("die", 4)]
    [InlineData("all-descriptors", 70)]
    public async Task A_plugin_that_ends_the_process_or_its_connection_is_seen_at_once(string how, int exitCode)
    {
        var host = await StartAsync("py-trouble");

        await Assert.ThrowsAsync<InvalidOperationException>(() => host.CommandAsync("FAIL", new JsonObject { ["how"] = how }));

        Assert.Equal(exitCode, await host.EndAsync());
        Assert.Empty(host.ResultIds);
    }

    [Fact]
    public async Task An_answer_that_is_not_quite_right_is_made_so()
    {
        var host = await StartAsync("py-trouble");

        var result = await host.CommandAsync("FAIL", new JsonObject { ["how"] = "strange-answer" });

        Assert.Equal(("half ?", "7"), ((string?)result["message"], (string?)result["content_type"]));
        Assert.Equal("{\"Result\": \"{1}\"}", (string?)result["data"]);
    }

    [Fact]
    public async Task No_answer_is_said_to_be_none()
    {
        var host = await StartAsync("py-trouble");

        var result = await host.CommandAsync("FAIL", new JsonObject { ["how"] = "no-answer" });

        Assert.False((bool)result["answered"]!);
        Assert.Null(result["error"]);
    }

    [Theory]
    [InlineData("EXIT_AT_IMPORT", "sys.exit('The module a_module_that_nobody_has is needed')")]
    [InlineData("BROKEN", "SyntaxError: ")]
    public async Task A_file_that_cannot_be_executed_is_an_error(string command, string error)
    {
        var host = await StartAsync("py-trouble");

        var result = await host.CommandAsync(command);

        Assert.Contains(error, (string)result["error"]!, StringComparison.Ordinal);
        Assert.Contains(command.ToLowerInvariant() + ".py\", line", (string)result["traceback"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("command", "NOTHING", null, "no file nothing.py")]
    [InlineData("command", "../py-greeter/GREET", null, "no file ../py-greeter/greet.py")]
    [InlineData("command", "", null, "no file .py")]
    [InlineData("command", "NO_HANDLER", null, "no_handler.py has no function handle_task")]
    [InlineData("command", "MAIN", null, "main.py has no function handle_task")]
    [InlineData("mode", null, "init", "no file init.py")]
    [InlineData("mode", null, "shutdown", "shutdown.py has no function handle_mode")]
    [InlineData("unknown", null, null, "calls of the kind 'unknown'")]
    public async Task What_is_not_there_is_said_to_be_missing(string kind, string? command, string? mode, string error)
    {
        var host = await StartAsync("py-trouble");

        var result = await host.CallAsync(new JsonObject { ["kind"] = kind, ["command"] = command, ["mode"] = mode });

        Assert.True((bool)result["missing"]!);
        Assert.Contains(error, (string)result["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_without_what_the_constructor_needs_is_an_error()
    {
        var host = await StartAsync("py-trouble");

        var result = await host.CallAsync(new JsonObject { ["kind"] = "profile", ["parameters"] = new JsonObject() });

        Assert.Equal("KeyError: 'needed'", (string?)result["error"]);
    }

    [Fact]
    public async Task An_edit_takes_effect_at_once()
    {
        var folder = MakePlugin("edited", ("say.py", "def handle_task(task, context): context.create_response('TASK_PROCESSED', 'one')"));
        var host = await StartAsync(folder);
        var time = File.GetLastWriteTimeUtc(Path.Combine(folder, "say.py"));

        var before = await host.CommandAsync("SAY");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "say.py"), "def handle_task(task, context): context.create_response('TASK_PROCESSED', 'two')", Token);
        File.SetLastWriteTimeUtc(Path.Combine(folder, "say.py"), time);
        var after = await host.CommandAsync("SAY");

        Assert.Equal(("one", "two"), ((string?)before["message"], (string?)after["message"]));
        Assert.False(Directory.Exists(Path.Combine(folder, "__pycache__")));
    }

    [Fact]
    public async Task What_a_plugin_prints_goes_to_standard_output()
    {
        var host = await StartAsync("py-legacy");

        await host.CommandAsync("SIBLINGS");
        await host.SendAsync(new JsonObject { ["op"] = "exit" });
        await host.EndAsync();

        Assert.Contains("Printed by a plugin: İşte", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_read_is_put_aside()
    {
        await File.WriteAllTextAsync(Path.Combine(Folders.State, "ahenk.db"), new string('x', 4096), Token);
        var host = await StartAsync("py-registration");

        var result = await host.CommandAsync("RENAME", new JsonObject { ["old_cn"] = "pc-01", ["new_cn"] = "pc-02" });

        Assert.Equal("Renamed", (string?)result["message"]);
        Assert.Single(Directory.GetFiles(Folders.State, "ahenk.db.broken-*"));
    }

    [Fact]
    public async Task A_task_is_remembered_until_its_answer_and_no_longer()
    {
        var host = await StartAsync(MakePlugin("remembers", ("count.py", """
            from base.plugin.abstract_plugin import AbstractPlugin
            def handle_task(task, context):
                rows = AbstractPlugin().db_service.select('task', ['id'], '', 'id')
                context.create_response(task['code'], ','.join(str(row[0] - 4200) for row in rows))
            """)));

        Assert.Equal("1", await CountAsync("TASK_PROCESSED"));
        Assert.Equal("2", await CountAsync("TASK_PROCESSING"));
        Assert.Equal("2,3", await CountAsync("TASK_ERROR"));

        async Task<string?> CountAsync(string code) =>
            (string?)(await host.CommandAsync("COUNT", new JsonObject { ["code"] = code }))["message"];
    }

    [Fact]
    public async Task Without_a_socket_it_says_what_starts_it()
    {
        var (code, _, error) = await HostProcess.RunAsync(
            ["-I", "-B", Repository.Host, Repository.Plugin("py-greeter")], Folders.Environment("x"));

        Assert.Equal(2, code);
        Assert.Contains("started by the daemon", error, StringComparison.Ordinal);
    }
}
