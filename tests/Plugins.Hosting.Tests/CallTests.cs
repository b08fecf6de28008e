using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests;

/// <summary>What a plugin gets and what becomes of what it gives, for every kind of work.</summary>
[Trait("Category", "Integration")]
public sealed class CallTests : IDisposable
{
    private readonly PluginFolder _plugins = new();
    private readonly FakeKind _kind = new("fake");

    public CallTests()
    {
        _plugins.With(_kind);
        PluginFolder.Write(
            Directory.CreateDirectory(Path.Combine(_plugins.Root, "tool")).FullName, "plugin.json", """{ "name": "tool", "kind": "fake", "modes": ["login"] }""");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task A_profile_brings_its_data_user_and_version()
    {
        _kind.OnRun = (call, _) => Task.FromResult(
            PluginResult.Processed($"{call.Kind} {call.Id} '{call.Command}' {call.Parameters["a"]} {call.UserName} {call.PolicyVersion} {call.Files.HasServer}"));

        Assert.Equal("Profile 901 '' 1 ali 12-3 False", (await Run(PluginFolder.Profile("""{"a":1}""", "ali"))).Message);
    }

    [Theory]
    [InlineData("login")]
    [InlineData("Login")]
    public async Task A_mode_is_run_for_its_user_and_has_no_answer(string mode)
    {
        PluginCall? called = null;
        _kind.OnRun = (call, _) =>
        {
            called = call;
            return Task.FromResult<PluginResult>(null!);
        };

        Assert.Equal(new TaskOutcome(PluginCode.Processed, ""), await Run(PluginFolder.Mode(mode, "ali")));
        Assert.Equal((PluginWorkKind.Mode, PluginMode.Login, "ali"), (called!.Kind, called.Mode, called.UserName));
    }

    [Theory]
    [InlineData("logout")]
    [InlineData("1")]
    [InlineData("")]
    [InlineData("boot")]
    public async Task A_mode_that_the_plugin_does_not_have_is_not_run(string mode)
    {
        _kind.OnRun = (_, _) => throw new InvalidOperationException("It was run.");

        Assert.Equal(new TaskOutcome(PluginCode.Processed, ""), await Run(PluginFolder.Mode(mode)));
    }

    [Fact]
    public async Task A_mode_has_the_time_limit_of_the_configuration()
    {
        _plugins.Options = _plugins.Options with { ModeTimeout = TimeSpan.FromSeconds(5) };
        _kind.OnRun = async (_, stop) =>
        {
            await Task.Delay(-1, stop);
            return null!;
        };
        var running = Run(PluginFolder.Mode("login"));

        await _plugins.AdvanceUntil(running, TimeSpan.FromMinutes(1));

        Assert.Equal(
            TaskOutcome.Error("tool (mode login) was ended: it ran longer than its time limit of 5 s ([PLUGIN] mode_timeout of the agent's configuration)."),
            await running);
    }

    [Fact]
    public async Task The_time_limit_of_a_manifest_is_told_with_its_file()
    {
        _kind.OnRun = async (_, stop) =>
        {
            await Task.Delay(-1, stop);
            return null!;
        };
        var running = Run(PluginFolder.Task());

        await _plugins.AdvanceUntil(running, TimeSpan.FromMinutes(2));

        Assert.Equal(
            $"tool RUN was ended: it ran longer than its time limit of 60 s (timeLimitSeconds in {_plugins.Root}/tool/plugin.json).", (await running).Message);
    }

    [Fact]
    public async Task A_plugin_without_a_policy_refuses_profiles()
    {
        _kind.Ability = null;

        Assert.Equal(TaskOutcome.Error("The plugin tool has no policy: it cannot apply profiles."), await Run(PluginFolder.Profile()));
        Assert.Equal("The plugin tool has no policy: it cannot apply profiles.", (await _plugins.Host.FindAsync("tool", null, null)).Problem);
    }

    [Theory]
    [InlineData("[]", "not a JSON object")]
    [InlineData("\"x\"", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    public async Task Parameters_that_are_no_object_are_refused(string parameters, string expected) =>
        Assert.Contains(expected, (await Run(PluginFolder.Task(parameters: parameters))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Each_plugin_remembers_for_itself()
    {
        await _plugins.Data.SetAsync("other", "key", "foreign");
        _kind.OnRun = async (call, _) =>
        {
            Assert.Null(await call.Store.GetAsync("key"));
            await call.Store.SetAsync("key", "own");
            return PluginResult.Processed(string.Join(' ', await call.Store.ListAsync()));
        };

        Assert.Equal("[key, own]", (await Run(PluginFolder.Task())).Message);
        Assert.Equal(("own", "foreign"), (await _plugins.Data.GetAsync("tool", "key"), await _plugins.Data.GetAsync("other", "key")));
    }

    [Fact]
    public async Task Progress_is_told_for_tasks_while_they_run()
    {
        Func<string, JsonObject?, Task>? kept = null;
        _kind.OnRun = async (call, _) =>
        {
            kept = call.Progress;
            await call.Progress("half", new JsonObject { ["done"] = 50 });
            return PluginResult.Processed("all");
        };

        await Run(PluginFolder.Task());
        await Run(PluginFolder.Profile());
        await Run(PluginFolder.Mode("login"));
        await kept!("late", null);

        Assert.Equal(["7 half {\"done\":50}"], _plugins.Progress.Told);
    }

    [Fact]
    public async Task Progress_that_cannot_be_stored_does_not_disturb_the_work()
    {
        _plugins.Progress.Fails = true;
        _kind.OnRun = async (call, _) =>
        {
            await call.Progress("half", null);
            return PluginResult.Processed("all");
        };

        Assert.Equal("all", (await Run(PluginFolder.Task())).Message);
    }

    [Fact]
    public async Task A_mail_is_added_to_the_data()
    {
        _kind.OnRun = (_, _) => Task.FromResult(PluginResult.Processed("m", new JsonObject { ["a"] = 1 }) with { Mail = new ResultMail("S", "C") });
        Assert.Equal("""{"a":1,"mail_send":true,"mail_subject":"S","mail_content":"C"}""", (await Run(PluginFolder.Task())).Data);

        _kind.OnRun = (_, _) => Task.FromResult(PluginResult.Processed("m") with { Mail = new ResultMail("S", null!) });
        Assert.Equal("""{"mail_send":true,"mail_subject":"S","mail_content":""}""", (await Run(PluginFolder.Task())).Data);
    }

    [Fact]
    public async Task What_is_done_after_the_answer_is_handed_on_and_may_fail()
    {
        var done = 0;
        _kind.OnRun = (_, _) => Task.FromResult(PluginResult.Processed("m") with
        {
            AfterAnswer = _ =>
            {
                done++;
                throw new InvalidOperationException("no reboot");
            },
        });

        var run = await _plugins.Host.RunAsync("tool", PluginFolder.Task(), Token);
        Assert.Equal(0, done);
        await run.AfterAnswer!(Token);

        Assert.Equal(1, done);
    }

    [Fact]
    public async Task A_message_that_is_null_is_empty()
    {
        _kind.OnRun = (_, _) => Task.FromResult(PluginResult.Processed(null!));

        Assert.Equal("", (await Run(PluginFolder.Task())).Message);
    }

    [Fact]
    public async Task Text_that_is_all_escapes_still_fits()
    {
        _kind.OnRun = (_, _) => Task.FromResult(PluginResult.Processed("m", new JsonObject { ["Result"] = new string('\u0001', 1 << 20) }));

        Assert.Equal((6 << 20) + "{\"Result\":\"\"}".Length, (await Run(PluginFolder.Task())).Data!.Length);
    }

    private async Task<TaskOutcome> Run(PluginWork work) => (await _plugins.Host.RunAsync("Tool", work, Token)).Outcome;
}
