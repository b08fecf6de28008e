using System.Reflection;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Executable;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests.Executable;

/// <summary>Plugins that are programs.</summary>
[Trait("Category", "Integration")]
public sealed class ExecutableRunnerTests : RunnerTest
{
    private const string Done = """{"code":"processed","message":"done"}""";

    private PluginLimits Limits { get; set; } = new();

    [Fact]
    public async Task A_command_is_told_all_that_belongs_to_it()
    {
        var told = await Told(Call("GET_USERS", new JsonObject { ["a"] = "ğ\n" }));

        Assert.True(JsonNode.DeepEquals(
            new JsonObject
            {
                ["kind"] = "command",
                ["command"] = "GET_USERS",
                ["mode"] = null,
                ["task_id"] = 4711,
                ["parameters"] = new JsonObject { ["a"] = "ğ\n" },
                ["user"] = null,
                ["policy_version"] = null,
                ["plugin_folder"] = Folder,
                ["private_dir"] = Path.Combine(Private, "run-1"),
            },
            told),
            told.ToJsonString());
    }

    [Fact]
    public async Task A_profile_and_a_mode_are_told_apart()
    {
        var profile = await Told(Call("") with { Kind = PluginWorkKind.Profile, Id = 12, UserName = "ali", PolicyVersion = "3-1" });
        Assert.Equal(
            ("profile", null, null, null, "ali", "3-1"),
            ((string?)profile["kind"], (string?)profile["command"], (string?)profile["mode"], (string?)profile["task_id"], (string?)profile["user"], (string?)profile["policy_version"]));

        var mode = await Told(Call("") with { Kind = PluginWorkKind.Mode, Id = 0, Mode = PluginMode.Login, UserName = "ali" });
        Assert.Equal(("mode", "login", null), ((string?)mode["kind"], (string?)mode["mode"], (string?)mode["command"]));
    }

    [Fact]
    public async Task A_mode_that_the_manifest_does_not_name_starts_nothing()
    {
        var runner = Runner("exit 9");

        Assert.Equal(PluginCode.Processed, (await runner.RunAsync(Call("") with { Kind = PluginWorkKind.Mode, Mode = PluginMode.Safe }, Token)).Code);
    }

    [Fact]
    public async Task The_manifest_says_what_it_can_do()
    {
        var ability = new CommandAbility(true, true, TimeSpan.FromSeconds(5));
        await using var runner = Runner("", ability);

        Assert.Equal(ability, runner.FindCommand("run"));
        Assert.Null(runner.FindCommand("other"));
        Assert.Equal(ability, runner.FindPolicy());
        Assert.False(runner.IsLoaded);
    }

    [Theory]
    [InlineData("processed", PluginCode.Processed)]
    [InlineData("warning", PluginCode.Warning)]
    [InlineData("error", PluginCode.Error)]
    public async Task The_answer_becomes_the_result(string code, PluginCode expected)
    {
        var result = await Run($$$"""echo '{"code":"{{{code}}}","message":"m","data":{"a":[1]},"mail":{"subject":"s","content":"c"}}'""");

        Assert.Equal((expected, "m", """{"a":[1]}"""), (result.Code, result.Message, result.Data!.ToJsonString()));
        Assert.Equal(new ResultMail("s", "c"), result.Mail);
        Assert.Null(result.File);
    }

    [Fact]
    public async Task A_file_in_the_private_directory_can_be_the_result()
    {
        var result = await Run($$$"""
            echo report > {{{Private}}}/run-1/report
            echo '{"code":"processed","message":"m","file":{"path":"{{{Private}}}/run-1/report","type":"TEXT_PLAIN"}}'
            """);

        Assert.Equal(new ResultFile($"{Private}/run-1/report", ResultFileType.TextPlain), result.File);
    }

    [Theory]
    [InlineData("/etc/passwd", "TEXT_PLAIN", "not a file in private_dir")]
    [InlineData("PRIVATE/none", "TEXT_PLAIN", "not a file in private_dir")]
    [InlineData("PRIVATE/../../plugins/probe/run", "TEXT_PLAIN", "not a file in private_dir")]
    [InlineData("PRIVATE/link", "TEXT_PLAIN", "not a file in private_dir")]
    [InlineData("PRIVATE/report", "VIDEO", "not one that Lider knows")]
    public async Task Another_file_cannot(string path, string type, string reason)
    {
        path = path.Replace("PRIVATE", $"{Private}/run-1", StringComparison.Ordinal);

        Assert.Contains(reason, await Failure($$$"""
            echo report > {{{Private}}}/run-1/report
            ln -s /etc/passwd {{{Private}}}/run-1/link
            echo '{"code":"processed","message":"m","file":{"path":"{{{path}}}","type":"{{{type}}}"}}'
            """), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "there is none")]
    [InlineData("hello", "no JSON")]
    [InlineData("""{"code":"processed","message":"m"}{}""", "more than one object")]
    [InlineData("""{"code":"processed","message":"m","data":{"a":1,"a":2}}""", "a field twice")]
    [InlineData("[]", "no object")]
    [InlineData("""{"message":"m"}""", "code must be")]
    [InlineData("""{"code":"TASK_PROCESSED","message":"m"}""", "code must be")]
    [InlineData("""{"code":1,"message":"m"}""", "code must be a text")]
    [InlineData("""{"code":"processed"}""", "no message")]
    [InlineData("""{"code":"processed","message":"m","data":[1]}""", "data must be an object")]
    [InlineData("""{"code":"processed","message":"\ud800"}""", "text that is none")]
    public async Task An_answer_that_is_none_says_what_is_wrong(string answer, string reason)
    {
        var failure = await Failure($"echo hint >&2; echo -n '{answer}'");

        Assert.StartsWith("The plugin probe failed while running RUN: its answer is not the JSON object it must be: ", failure, StringComparison.Ordinal);
        Assert.Contains(reason, failure, StringComparison.Ordinal);
        Assert.EndsWith("The last it wrote to its standard error: hint", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_exit_code_is_a_failure_with_the_last_words()
    {
        Assert.Equal(
            "The plugin probe failed while running RUN: its program ended (exit code 3). The last it wrote to its standard error: one | two",
            await Failure($"echo '{Done}'; echo one >&2; echo two >&2; exit 3"));
        Assert.Equal("The plugin probe failed while running RUN: its program ended (signal 9).", await Failure("kill -KILL $$"));
        Assert.InRange((await Failure("yes x | head -c 100000 >&2; exit 1")).Length, 400, 1500);
    }

    [Fact]
    public async Task Too_long_an_answer_is_not_kept() =>
        Assert.Contains("longer than 16 MiB", await Failure("head -c 20000000 /dev/zero"), StringComparison.Ordinal);

    [Fact]
    public async Task A_program_need_not_read_its_call() => Assert.Equal(
        "done", (await Runner($"exec <&-; echo '{Done}'").RunAsync(Call(parameters: new JsonObject { ["big"] = new string('x', 1 << 20) }), Token)).Message);

    [Fact]
    public async Task The_standard_error_is_logged()
    {
        await Run($"echo look here >&2; echo '{Done}'");

        Assert.Contains(Log.Lines, line => line.Text == "[PLUGIN] probe stderr: look here");
    }

    [Fact]
    public async Task The_time_limit_ends_the_program_and_its_children()
    {
        Limits = Limits with { KillGrace = TimeSpan.FromMilliseconds(50) };
        var runner = Runner("trap '' TERM; bash -c 'trap \"\" TERM; echo child $$ >&2; while :; do sleep 1000; done' & wait");
        using var limit = new CancellationTokenSource();
        var run = runner.RunAsync(Call(), limit.Token);
        var line = await Log.WaitForAsync("child ");
        Assert.True(runner.IsLoaded);
        await limit.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await IsGone(int.Parse(line.Split(' ')[^1], null));
        Assert.False(runner.IsLoaded);
    }

    [Fact]
    public async Task A_service_that_the_program_leaves_behind_does_not_hold_its_answer()
    {
        var result = await Run($"setsid sleep 1000 & echo $! > {Root}/pid; echo '{Done}'");

        Assert.Equal("done", result.Message);
        var service = (await File.ReadAllTextAsync($"{Root}/pid", Token)).Trim();
        await using var kill = Launcher.Start(new ProcessOrder("kill", ["-KILL", service]));
        await kill.Exited;
        await IsGone(int.Parse(service, null));
    }

    [Fact]
    public async Task Unloading_ends_what_runs()
    {
        var runner = Runner("echo begun >&2; sleep 1000");
        var run = runner.RunAsync(Call(), Token);
        await Log.WaitForAsync("begun");
        await runner.DisposeAsync();

        Assert.Contains("unloaded", (await Assert.ThrowsAsync<PluginFailedException>(() => run)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => runner.RunAsync(Call(), Token));
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_says_why()
    {
        await using var runner = Runner("");
        File.Delete(Path.Combine(Folder, "run"));

        Assert.Contains("does not exist", (await Assert.ThrowsAsync<PluginLoadException>(() => runner.RunAsync(Call(), Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_of_the_documentation_works()
    {
        var file = typeof(ExecutableRunnerTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "ExecutablePlugins").Value!;
        var document = await File.ReadAllTextAsync(file, Token);
        var script = document.Split("```bash\n")[1].Split("```")[0];
        await using var runner = Kept(new ExecutableRunner(
            Settings with { Folder = Folder, Program = Put("disk-space", script) }, Launcher, TimeProvider.System, Log));

        var known = await runner.RunAsync(Call("DISK_SPACE", new JsonObject { ["path"] = "/" }), Token);
        Assert.Equal(PluginCode.Processed, known.Code);
        Assert.InRange((long)known.Data!["free_mib"]!, 0, long.MaxValue);

        var wrong = await runner.RunAsync(Call("DISK_SPACE", new JsonObject { ["path"] = "/no/such/place; echo \"" }), Token);
        Assert.Equal((PluginCode.Error, "There is no directory /no/such/place; echo \"."), (wrong.Code, wrong.Message));

        Assert.Equal(PluginCode.Error, (await runner.RunAsync(Call("OTHER"), Token)).Code);
    }

    private ExecutableRunner Runner(string script, CommandAbility? ability = null)
    {
        ability ??= new CommandAbility(false, false, TimeSpan.FromMinutes(1));
        return Kept(new ExecutableRunner(
            Settings with
            {
                Folder = Folder,
                Program = Put("run", "#!/bin/bash\n" + script + "\n"),
                Commands = new Dictionary<string, CommandAbility> { ["RUN"] = ability },
                Policy = ability,
                Modes = [PluginMode.Login],
                Limits = Limits,
            },
            Launcher,
            TimeProvider.System,
            Log));
    }

    private Task<PluginResult> Run(string script) => Runner(script).RunAsync(Call(), Token);

    private async Task<string> Failure(string script) => (await Assert.ThrowsAsync<PluginFailedException>(() => Run(script))).Message;

    private async Task<JsonObject> Told(PluginCall call)
    {
        await using var runner = Runner("printf '{\"code\":\"processed\",\"message\":\"m\",\"data\":%s}' \"$(cat)\"");
        return (await runner.RunAsync(call, Token)).Data!;
    }
}
