using System.Text.Json.Nodes;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.Script.Tests;

[Trait("Category", "Integration")]
public sealed class ExecuteScriptTests : ScriptTest
{
    [Fact]
    public void The_command_is_lasting_and_not_idempotent()
    {
        Assert.Equal("EXECUTE_SCRIPT", Command.Id);
        Assert.False(Command.Idempotent);
        Assert.True(Command.TimeLimit > ScriptPlugin.ScriptLimit + new CommandLine("").TerminationGrace);
    }

    [Theory]
    [InlineData("0", "echo $0 | sed 's/.*[.]//'; [ -n \"$BASH_VERSION\" ]", "sh\n")]
    [InlineData("\"0\"", "echo ${BASH_VERSION:+bash}", "bash\n")]
    [InlineData("\"bash\"", "echo ${BASH_VERSION:+bash}", "bash\n")]
    [InlineData("1", "import sys; print(sys.version_info[0], sys.argv[0][-3:])", "3 .py\n")]
    [InlineData("\" 1 \"", "import sys; print(sys.version_info[0])", "3\n")]
    [InlineData("\"Python\"", "import sys; print(sys.version_info[0])", "3\n")]
    [InlineData("2", "print 'perl', substr($0, -3), \"\\n\";", "perl.pl\n")]
    [InlineData("\"PERL\"", "print \"$]\" > 5 ? \"yes\" : \"no\";", "yes")]
    public async Task The_type_is_a_number_digits_or_a_name_in_any_case(string type, string contents, string expected)
    {
        var result = await Run(Parameters(JsonNode.Parse(type), contents));

        Assert.Equal((PluginCode.Processed, expected), (result.Code, Text(result)));
        Assert.Equal(KeptPart.End, result.Keep);
        Assert.Equal(["Result"], result.Data!.Select(pair => pair.Key));
    }

    [Theory]
    [InlineData(null, "echo ${BASH_VERSION:+bash}", "bash\n")]
    [InlineData("\"\"", "#!/usr/bin/perl\nprint 'perl';", "perl")]
    [InlineData(null, "#!/usr/bin/env python3\r\nprint(1 + 1)\r\n", "2\n")]
    [InlineData(null, "#! /usr/bin/perl -l\nprint 'a';", "a\n")]
    public async Task Without_a_type_the_first_line_decides_and_else_bash(string? type, string contents, string expected)
    {
        var result = await Run(Parameters(type is null ? null : JsonNode.Parse(type), contents));

        Assert.Equal((PluginCode.Processed, expected), (result.Code, Text(result)));
    }

    [Theory]
    [InlineData("4")]
    [InlineData("\"POWERSHELL\"")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("{}")]
    public async Task A_type_that_cannot_be_run_is_refused_with_what_can(string type)
    {
        var result = await Run(Parameters(JsonNode.Parse(type), $"touch {PrivateDirectory}/ran"));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("SCRIPT_TYPE is 0 (Bash)", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_without_a_script_is_refused() =>
        Assert.Contains("SCRIPT_CONTENTS", (await Run(new JsonObject { ["SCRIPT_TYPE"] = 0 })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_quotes_of_the_old_console_come_back()
    {
        var result = await Run(Parameters(0, "echo &dbq;a  b&dbq; &sgq;$HOME&sgq;"));

        Assert.Equal("a  b $HOME\n", Text(result));
    }

    [Theory]
    [InlineData(0, "if true; then\r\n  echo ok\r\nfi\r\n")]
    [InlineData(1, "if True:\r\n    print('ok')\r\n")]
    [InlineData(2, "print <<E;\r\nok\r\nE\r\n")]
    [InlineData(0, "\uFEFF#!/bin/bash\r\necho ok\r\n")]
    public async Task Scripts_from_windows_run(int type, string contents) => Assert.Equal("ok\n", Text(await Run(Parameters(type, contents))));

    [Fact]
    public async Task Parameters_are_words_and_never_shell_text()
    {
        var canary = Path.Combine(PrivateDirectory, "canary");
        var result = await Run(Parameters(1, "import sys; print(sys.argv[1:])", $"a 'b c' \"d\\\"e\" f\\ g $HOME * ; touch {canary} `id` | ''"));

        Assert.Equal($"['a', 'b c', 'd\"e', 'f g', '$HOME', '*', ';', 'touch', '{canary}', '`id`', '|', '']\n", Text(result));
        Assert.False(File.Exists(canary));
    }

    [Fact]
    public async Task Parameters_that_are_null_are_none() => Assert.Equal("0\n", Text(await Run(Parameters(0, "echo $#", null))));

    [Fact]
    public async Task Parameters_with_an_open_quote_are_refused()
    {
        var result = await Run(Parameters(0, "echo ran", "'open"));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Null(result.Data);
        Assert.Contains("SCRIPT_PARAMS", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_answers_with_its_error_stream_and_does_not_lose_the_other()
    {
        var result = await Run(Parameters(0, "echo half done; echo broken >&2; exit 3"));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Equal("broken\n--- stdout ---\nhalf done\n", Text(result));
        Assert.Contains("exit code 3", result.Message, StringComparison.Ordinal);
        Assert.Equal(KeptPart.End, result.Keep);
    }

    [Fact]
    public async Task A_success_answers_with_its_output_and_does_not_lose_its_warnings() =>
        Assert.Equal("done\n--- stderr ---\ncareful\n", Text(await Run(Parameters(0, "printf done; echo careful >&2"))));

    [Fact]
    public async Task The_other_stream_is_cut_so_that_it_does_not_push_the_main_one_out()
    {
        var text = Text(await Run(Parameters(1, "import sys; print('main'); sys.stderr.write('x' * 100000 + 'end')")));

        Assert.StartsWith("main\n--- stderr ---\n[... 95907 characters cut here ...]\nxxx", text, StringComparison.Ordinal);
        Assert.EndsWith("xxxend", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 4096, 4300);
    }

    [Fact]
    public async Task Of_a_long_output_the_end_is_kept()
    {
        var text = Text(await Run(Parameters(1, "print('x' * 3000000); print('last words')")));

        Assert.StartsWith("[... ", text, StringComparison.Ordinal);
        Assert.EndsWith("x\nlast words\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turkish_text_and_backslashes_come_back_as_they_are() =>
        Assert.Equal("Masaüstü ğış \\\n", Text(await Run(Parameters(0, @"echo 'Masaüstü ğış \'"))));

    [Fact]
    public async Task The_script_lies_where_only_the_agent_can_read_it()
    {
        var result = await Run(Parameters(0, "stat -c %a \"$0\"; stat -c %a \"$(dirname \"$0\")\"; echo $0"));

        var lines = Text(result).Split('\n');
        Assert.Equal(("700", "700"), (lines[0], lines[1]));
        Assert.Equal(PrivateDirectory, Path.GetDirectoryName(lines[2]));
        Assert.Matches("^[0-9a-f]{32}[.]sh$", Path.GetFileName(lines[2]));
        Assert.False(File.Exists(lines[2]));
    }

    [Fact]
    public async Task A_missing_interpreter_is_named_with_its_package()
    {
        var runner = new CommandRunner(TimeProvider.System, NullLogger<CommandRunner>.Instance) { SearchPath = PrivateDirectory };

        var result = await Run(Parameters(3, "puts 1"), runner);

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("'ruby' could not be started", result.Message, StringComparison.Ordinal);
        Assert.Contains("Install the package 'ruby'", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_line_that_names_nothing_is_told()
    {
        var result = await Run(Parameters(null, "#!/no/such/shell -x\necho"));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("/no/such/shell", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_is_told() =>
        Assert.Equal("The script ended with exit code 137 (signal 9).", (await Run(Parameters(0, "kill -KILL $$"))).Message);

    [Fact]
    public async Task At_the_time_limit_the_answer_says_so_and_holds_what_was_written()
    {
        var runner = new RecordingRunner(new CommandResult { ExitCode = 143, Output = "so far\n", Error = "", TimedOut = true });

        var result = await Run(Parameters(0, "sleep 10000"), runner);

        Assert.Equal((PluginCode.Error, "The script was ended at its time limit of 60 minutes."), (result.Code, result.Message));
        Assert.Equal("--- stdout ---\nso far\n", Text(result));
        Assert.Equal(ScriptPlugin.ScriptLimit, runner.Command!.TimeLimit);
        Assert.Equal("bash", runner.Command.Program);
    }

    [Fact]
    public async Task Cancellation_ends_the_script_and_removes_its_file()
    {
        using var cancellation = new CancellationTokenSource();
        Directory.CreateDirectory(PrivateDirectory);
        var run = Task.Run(() => Run(Parameters(0, "sleep 10000"), token: cancellation.Token), Token);
        Assert.True(SpinWait.SpinUntil(() => HasChildWith(PrivateDirectory), TimeSpan.FromSeconds(30)));
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Empty(Directory.GetFileSystemEntries(PrivateDirectory));
        Assert.False(HasChildWith(PrivateDirectory));
    }

    private static bool HasChildWith(string text) => Directory.GetDirectories("/proc/self/task")
        .SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Any(pid => File.Exists($"/proc/{pid}/cmdline") && File.ReadAllText($"/proc/{pid}/cmdline").Contains(text, StringComparison.Ordinal));

    private sealed class RecordingRunner(CommandResult result) : ICommandRunner
    {
        public CommandLine? Command { get; private set; }

        public Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)
        {
            Command = command;
            return Task.FromResult(result);
        }
    }
}
