using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ahenk.Plugins.Sdk;
using Ahenk.PluginTesting;

namespace Ahenk.Plugins.Conky.Tests;

/// <summary>Texts on desktops: of the task EXECUTE_CONKY, and of profiles.</summary>
[Trait("Category", "Unit")]
public sealed class OverlayTests : ConkyTest
{
    /// <summary>The overlays of which processes run, by user and pattern.</summary>
    private readonly HashSet<(string User, string Pattern)> _running = [];

    public OverlayTests()
    {
        GivenFile("usr/bin/conky");
        Machine.Answer = command =>
        {
            switch (command.Program)
            {
                case "pgrep":
                    return FakeMachine.Ended(_running.Contains((command.Arguments[1], command.Arguments[^1])) ? 0 : 1);
                case "pkill":
                    return FakeMachine.Ended(_running.RemoveWhere(process => process.Pattern == command.Arguments[^1]) > 0 ? 0 : 1);
                default:
                    return FakeMachine.Ended(0);
            }
        };
        Machine.AnswerInSession = (session, command) =>
        {
            _running.Add((session.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture), PatternOf(command.Arguments[^1])));
            return FakeMachine.Ended(0);
        };
    }

    private string TaskText => Path.Combine(Root, "etc/conky/ahenk/task.conf");

    private string UserText => Path.Combine(Root, "etc/conky/ahenk/user-1001.conf");

    private string MachineText => Path.Combine(Root, "etc/conky/ahenk/machine.conf");

    private string TaskStart => Path.Combine(Root, "etc/xdg/autostart/conky.desktop");

    private string MachineStart => Path.Combine(Root, "etc/xdg/autostart/ahenk-conky.desktop");

    private IEnumerable<string> Started => Machine.RanInSession.Select(ran => ran.Session.Id);

    [Fact]
    public async Task The_task_shows_its_text_on_every_desktop_and_at_each_login()
    {
        GivenSession("ayse", 1001, ":0");
        GivenSession("bora", 1002, ":1");
        GivenFile("etc/conky/conky.conf");

        var result = await Show("conky.config = {}\nconky.text = [[Duyuru: ışık]]");

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.StartsWith("The text is on the desktop of ayse on :0, bora on :1,", result.Message, StringComparison.Ordinal);
        Assert.Equal("conky.config = {}\nconky.text = [[Duyuru: ışık]]", (string?)result.Data!["Result"]);
        Assert.Equal("conky.config = {}\nconky.text = [[Duyuru: ışık]]\n", File.ReadAllText(TaskText));
        Assert.Contains($"Exec=conky --quiet --pause=5 --config={TaskText}\n", File.ReadAllText(TaskStart), StringComparison.Ordinal);
        Assert.Equal("distribution's", File.ReadAllText(Path.Combine(Root, "etc/conky/conky.conf")));
        Assert.Equal(
            $"systemd-run --user --collect --quiet --property=Type=exec --setenv=DISPLAY=:0 --setenv=XAUTHORITY=/run/user/1001/xauthority -- " +
            $"conky --quiet --pause=5 --config={TaskText}",
            string.Join(' ', Machine.RanInSession[0].Command.Arguments.Prepend(Machine.RanInSession[0].Command.Program)));
        Assert.Equal(["ayse-:0", "bora-:1"], Started);
    }

    [Fact]
    public async Task Another_text_takes_the_place_of_the_one_before_and_the_same_changes_nothing()
    {
        GivenSession("ayse", 1001, ":0");
        await Show("one");
        await Show("one");
        Assert.Single(Started);

        await Show("two");

        Assert.Equal(2, Started.Count());
        Assert.Equal("two\n", File.ReadAllText(TaskText));
        Assert.Single(_running);
    }

    [Fact]
    public async Task Removing_ends_conky_and_takes_the_files_away_also_the_original_agent_s()
    {
        GivenSession("ayse", 1001, ":0");
        await Show("x");

        var result = await Execute("EXECUTE_CONKY", new JsonObject { ["conkyMessage"] = "", ["removeConkyMessage"] = true });

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Null(result.Data);
        Assert.Empty(_running);
        Assert.False(File.Exists(TaskText) || File.Exists(TaskStart));
        GivenFile("etc/xdg/autostart/conky.desktop");
        await Execute("EXECUTE_CONKY", new JsonObject { ["removeConkyMessage"] = "true" });
        Assert.False(File.Exists(TaskStart));
    }

    [Fact]
    public async Task Only_conky_with_our_file_is_ended()
    {
        GivenSession("ayse", 1001, ":0");
        await Show("x");
        var pattern = new Regex(Machine.Ran.First(command => command.Program == "pkill").Arguments[^1]);

        Assert.Matches(pattern, $"conky --quiet --pause=5 --config={TaskText}");
        Assert.Matches(pattern, $"/usr/bin/conky --quiet --pause=5 --config={TaskText}");
        Assert.DoesNotMatch(pattern, "conky --quiet --config=/home/ayse/.conkyrc");
        Assert.DoesNotMatch(pattern, $"systemd-run --user -- conky --quiet --pause=5 --config={TaskText}");
        Assert.DoesNotMatch(pattern, $"conky --quiet --pause=5 --config={TaskText}.other");
        Assert.DoesNotMatch(pattern, $"conky --quiet --pause=5 --config={TaskText.Replace("task.conf", "taskxconf", StringComparison.Ordinal)}");
    }

    [Theory]
    [InlineData(null, "nobody is logged in at a screen")]
    [InlineData(SessionType.Tty, "nobody is logged in at a screen")]
    [InlineData(SessionType.Wayland, "Wayland")]
    public async Task Without_an_X_session_the_task_is_an_error_and_leaves_nothing(SessionType? type, string because)
    {
        if (type is { } given)
        {
            GivenSession("ayse", 1001, "wayland-0", given);
        }

        var result = await Show("x");

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains(because, result.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(TaskText) || File.Exists(TaskStart));
    }

    [Fact]
    public async Task A_conky_that_cannot_be_started_is_told()
    {
        GivenSession("ayse", 1001, ":0");
        GivenSession("bora", 1002, ":1");
        Machine.AnswerInSession = (session, _) => session.UserName == "bora" ? FakeMachine.Ended(1, error: "Failed to connect to bus\n") : FakeMachine.Ended(0);

        var result = await Show("x");

        Assert.Equal(PluginCode.Warning, result.Code);
        Assert.EndsWith("It could not be shown to bora on :1 (conky could not be started: Failed to connect to bus).", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_conky_is_installed_or_the_answer_says_why_not()
    {
        File.Delete(Path.Combine(Root, "usr/bin/conky"));
        GivenSession("ayse", 1001, ":0");
        Assert.Equal(PluginCode.Processed, (await Apply("x")).Code);
        var install = Assert.Single(Machine.Ran, command => command.Program == "apt-get");
        Assert.Equal(["install", "conky-all"], install.Arguments.TakeLast(2));
        Assert.Contains("--no-remove", install.Arguments);

        Machine.Answer = command => FakeMachine.Ended(100, error: "E: Unable to locate package conky-all\n");
        var result = await Apply("x");

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("Unable to locate package conky-all", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_s_profile_is_on_this_user_s_desktop_alone_until_it_is_undone()
    {
        GivenSession("ayse", 1001, ":0");
        GivenSession("bora", 1002, ":1");

        Assert.Equal(PluginCode.Processed, (await Apply("x")).Code);
        Assert.Equal(PluginCode.Processed, (await Apply("x")).Code);
        Assert.Equal(["ayse-:0"], Started);
        Assert.False(File.Exists(MachineStart));

        await Run(PluginMode.Safe, "bora");
        await Run(PluginMode.Safe, user: null);
        Assert.True(File.Exists(UserText));
        Assert.Single(_running);

        await Run(PluginMode.Safe, "ayse");
        Assert.False(File.Exists(UserText));
        Assert.Empty(_running);
    }

    [Fact]
    public async Task Nothing_is_written_where_users_can_write()
    {
        GivenSession("ayse", 1001, ":0");

        await Show("x");
        await Apply("x");
        await Apply("x", user: null);

        string[] written = [TaskText, UserText, MachineText, TaskStart, MachineStart];
        Assert.Equal(
            written.Append(Path.Combine(Root, "usr/bin/conky")).Order(StringComparer.Ordinal),
            Directory.GetFiles(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Order(StringComparer.Ordinal));
        const UnixFileMode Writable = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        Assert.All(written, file => Assert.Equal(UnixFileMode.None, (File.GetUnixFileMode(file) | File.GetUnixFileMode(Path.GetDirectoryName(file)!)) & Writable));
    }

    [Fact]
    public async Task What_was_killed_by_the_user_is_shown_again_by_the_next_application()
    {
        GivenSession("ayse", 1001, ":0");
        await Apply("x");
        _running.Clear();

        await Apply("x");

        Assert.Equal(2, Started.Count());
    }

    [Fact]
    public async Task The_machine_s_profile_is_on_all_desktops_and_at_each_login_and_never_run_as_root()
    {
        Assert.Equal((PluginCode.Processed, "The text will be on the desktop after each login."), await Outcome(Apply("x", user: null)));
        GivenSession("ayse", 1001, ":0");
        GivenSession("bora", 1002, ":1");

        Assert.Equal((PluginCode.Processed, "The text is on the desktop of ayse on :0, bora on :1."), await Outcome(Apply("x", user: null)));

        Assert.True(File.Exists(MachineStart));
        Assert.DoesNotContain(Machine.Ran, command => command.Program is not ("pgrep" or "pkill"));
        await Run(PluginMode.Safe, user: null);
        Assert.False(File.Exists(MachineStart) || File.Exists(MachineText));
        Assert.Empty(_running);
    }

    [Fact]
    public async Task Task_and_profiles_do_not_remove_each_other()
    {
        GivenSession("ayse", 1001, ":0");
        await Show("task");
        await Apply("user");
        await Apply("machine", user: null);
        Assert.Equal(3, _running.Count);

        await Run(PluginMode.Safe, "ayse");
        await Run(PluginMode.Safe, user: null);

        Assert.Equal([PatternOf($"--config={TaskText}")], _running.Select(process => process.Pattern));
        Assert.Equal("task\n", File.ReadAllText(TaskText));
    }

    [Fact]
    public async Task A_user_s_profile_without_a_screen_is_a_warning_or_an_error_that_says_why()
    {
        Assert.Equal(PluginCode.Warning, (await Apply("x")).Code);
        GivenSession("ayse", 1001, "wayland-0", SessionType.Wayland);
        Assert.Equal(PluginCode.Error, (await Apply("x")).Code);
        Assert.Equal((PluginCode.Error, "The text was not shown: this machine does not know the user 'nobody'."), await Outcome(Apply("x", "nobody")));
        Assert.Equal(PluginCode.Error, (await Apply("")).Code);
    }

    [Theory]
    [InlineData(true, PluginCode.Processed)]
    [InlineData(false, PluginCode.Error)]
    public async Task A_desktop_that_is_still_starting_is_waited_for_but_not_for_ever(bool comes, PluginCode expected)
    {
        GivenSession("ayse", 1001, null);
        var running = Apply("x");
        for (var second = 0; second < 30 && !running.IsCompleted; second++)
        {
            if (comes && second == 5)
            {
                Machine.LoggedIn[0] = Machine.LoggedIn[0] with { Display = ":0" };
            }

            Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(expected, (await running.WaitAsync(TimeSpan.FromSeconds(60), Token)).Code);
        Assert.Equal(comes ? ["--setenv=DISPLAY=:0"] : [], Machine.RanInSession.Select(ran => ran.Command.Arguments[4]));
    }

    [Fact]
    public async Task A_user_for_whom_nothing_was_shown_costs_no_program_when_it_is_undone()
    {
        await Run(PluginMode.Safe, "ayse");
        await Run(PluginMode.Safe, "nobody");
        await Run(PluginMode.Safe, user: null);

        Assert.Empty(Machine.Ran);
    }

    private static string PatternOf(string config) => $"^([^ ]*/)?conky .*{config.Split('=')[0]}={Regex.Escape(config[(config.IndexOf('=', StringComparison.Ordinal) + 1)..])}$";

    private static async Task<(PluginCode Code, string Message)> Outcome(Task<PluginResult> work) => (await work) is var result ? (result.Code, result.Message) : default;

    private Task<PluginResult> Show(string text) => Execute("EXECUTE_CONKY", new JsonObject { ["conkyMessage"] = text, ["removeConkyMessage"] = false });

    private void GivenFile(string path)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "distribution's");
    }
}
