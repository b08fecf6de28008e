using System.Runtime.InteropServices;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests.Processes;

[Trait("Category", "Integration")]
public sealed partial class CommandRunnerTests : RunnerTest
{
    [Fact]
    public async Task A_program_answers_with_its_streams_and_its_exit_code()
    {
        var result = await Bash("echo out; echo err >&2; exit 7");

        Assert.Equal((7, "out\n", "err\n"), (result.ExitCode, result.Output, result.Error));
        Assert.False(result.Succeeded);
        Assert.False(result.TimedOut);
        Assert.Null(result.StartError);
    }

    [Fact]
    public async Task A_signal_becomes_128_and_its_number() => Assert.Equal(128 + 9, (await Bash("kill -KILL $$")).ExitCode);

    [Fact]
    public async Task Arguments_reach_the_program_as_they_are()
    {
        string[] arguments = ["a b", "$HOME", "`id`", "", "*", "'\"\\", "ğüşiöç ☃", "-n"];

        var result = await Runner.RunAsync(new CommandLine("printf", ["%s\\n", .. arguments]), Token);

        Assert.Equal(string.Concat(arguments.Select(argument => argument + "\n")), result.Output);
    }

    [Fact]
    public async Task A_mebibyte_on_both_streams_at_once_comes_whole()
    {
        const string Script = "import sys\nfor i in range(256): sys.stdout.write('o'*4096); sys.stdout.flush(); sys.stderr.write('e'*4096); sys.stderr.flush()";

        var result = await Runner.RunAsync(new CommandLine("python3", "-c", Script), Token);

        Assert.True(result.Succeeded);
        Assert.Equal(new string('o', 1 << 20), result.Output);
        Assert.Equal(new string('e', 1 << 20), result.Error);
    }

    [Fact]
    public async Task Input_and_output_of_a_mebibyte_do_not_block_each_other()
    {
        var text = string.Concat(Enumerable.Range(0, 1 << 17).Select(i => (i % 1000).ToString("D3", null) + "ş\n\n\n"));

        var result = await Runner.RunAsync(new CommandLine("cat") { StandardInput = text, OutputLimit = 8 << 20 }, Token);

        Assert.Equal(text, result.Output);
    }

    [Fact]
    public async Task A_program_that_does_not_read_its_input_is_no_error()
    {
        var result = await Runner.RunAsync(new CommandLine("true") { StandardInput = new string('x', 1 << 20) }, Token);

        Assert.True(result.Succeeded);
    }

    [Fact]
    public async Task Without_input_the_program_sees_its_end_at_once() =>
        Assert.Equal("/dev/null\n0\n", (await Bash("readlink /proc/self/fd/0; wc -c")).Output);

    [Fact]
    public async Task Bytes_that_are_no_utf8_become_replacement_characters()
    {
        var result = await Bash(@"printf 'Masa\xc3\xbcst\xc3\xbc \xff\xfe \\ \xc3'");

        Assert.Equal("Masaüstü \uFFFD\uFFFD \\ \uFFFD", result.Output);
    }

    [Fact]
    public async Task The_environment_is_small_and_does_not_come_from_the_agent()
    {
        Environment.SetEnvironmentVariable("AHENK_TEST_SECRET", "leaked");
        var command = new CommandLine("/usr/bin/env") { Environment = new Dictionary<string, string> { ["EXTRA"] = "a=b c", ["LANG"] = "tr_TR.UTF-8" } };

        var result = await Runner.RunAsync(command, Token);

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(
            [$"EXTRA=a=b c", $"HOME={home}", "LANG=tr_TR.UTF-8", $"PATH={ProgramStarter.DefaultSearchPath}"],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_program_starts_in_the_root_directory_or_where_it_is_told()
    {
        Assert.Equal("/\n", (await Bash("pwd")).Output);
        Assert.Equal("/usr/bin\n", (await Runner.RunAsync(new CommandLine("bash", "-c", "pwd") { WorkingDirectory = "/usr/bin" }, Token)).Output);
    }

    [Fact]
    public async Task A_program_leads_its_own_session_and_group()
    {
        var fields = (await Bash("cut -d' ' -f5,6 /proc/$$/stat; echo $$")).Output.Split((char[])[' ', '\n']);

        Assert.Equal(fields[2], fields[0]);
        Assert.Equal(fields[2], fields[1]);
        Assert.NotEqual(Number(fields[2]), Environment.ProcessId);
    }

    [Fact]
    public async Task Only_the_three_standard_descriptors_are_inherited()
    {
        // A descriptor without close-on-exec, as a native library or a careless parent leaves one.
        var leaked = Leak();
        try
        {
            var result = await Runner.RunAsync(new CommandLine("python3", "-c", """
                import os
                print(sorted(n for n in map(int, os.listdir('/proc/self/fd')) if os.path.exists('/proc/self/fd/%d' % n)))
                """), Token);

            Assert.Equal("[0, 1, 2]\n", result.Output);
        }
        finally
        {
            Libc.Close(leaked);
        }
    }

    [Fact]
    public async Task Signals_are_at_their_defaults_in_the_program()
    {
        var lines = (await Runner.RunAsync(new CommandLine("grep", "-E", "SigBlk|SigIgn", "/proc/self/status"), Token)).Output.Split('\n');

        // 32 and 33 belong to the C library, which leaves them ignored.
        const long Internal = 0x1_8000_0000;
        Assert.Equal("SigBlk:\t0000000000000000", lines[0]);
        Assert.Equal(0, Convert.ToInt64(lines[1]["SigIgn:".Length..].Trim(), 16) & ~Internal);
    }

    [Fact]
    public async Task The_kernel_prefers_the_program_to_the_agent_when_memory_is_short()
    {
        using var ready = new Fifo();
        using var go = new Fifo();
        var own = Number(await File.ReadAllTextAsync("/proc/self/oom_score_adj", Token));
        var run = Bash($"echo $$ > {ready.Path}; read line < {go.Path}; cat /proc/self/oom_score_adj");
        var pid = Number(await ready.ReadLineAsync());
        var expected = own + ProgramStarter.OomScoreDistance;
        Assert.True(SpinWait.SpinUntil(() => Number(File.ReadAllText($"/proc/{pid}/oom_score_adj")) == expected, TimeSpan.FromSeconds(30)));
        go.WriteLine("go");

        Assert.Equal($"{expected}\n", (await run).Output);
    }

    [Theory]
    [InlineData("no-such-program", "not found")]
    [InlineData("/no/such/program", "does not exist")]
    [InlineData("/etc/passwd", "not executable")]
    [InlineData("/usr", "not executable")]
    [InlineData("", "empty")]
    [InlineData("a\0b", "NUL")]
    public async Task What_cannot_be_started_says_why(string program, string reason)
    {
        var result = await Runner.RunAsync(new CommandLine(program), Token);

        Assert.Equal(-1, result.ExitCode);
        Assert.Contains(reason, result.StartError, StringComparison.Ordinal);
        Assert.False(result.Succeeded);
    }

    [Fact]
    public async Task Flaws_of_a_command_are_told_apart()
    {
        Assert.Contains("working directory", (await Runner.RunAsync(new CommandLine("true") { WorkingDirectory = "/nowhere" }, Token)).StartError!, StringComparison.Ordinal);
        Assert.Contains("NUL", (await Runner.RunAsync(new CommandLine("echo", "a\0b"), Token)).StartError!, StringComparison.Ordinal);
        Assert.Contains("too long", (await Runner.RunAsync(new CommandLine("echo", new string('x', 200_000)), Token)).StartError!, StringComparison.Ordinal);
        var environment = new Dictionary<string, string> { ["A=B"] = "" };
        Assert.Contains("A=B", (await Runner.RunAsync(new CommandLine("true") { Environment = environment }, Token)).StartError!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scripts_without_interpreter_or_format_are_told_apart()
    {
        var directory = Directory.CreateTempSubdirectory("ahenk-start-").FullName;
        try
        {
            const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            await File.WriteAllTextAsync($"{directory}/lost", "#!/no/such/interpreter\n", Token);
            await File.WriteAllTextAsync($"{directory}/text", "just text\n", Token);
            File.SetUnixFileMode($"{directory}/lost", Executable);
            File.SetUnixFileMode($"{directory}/text", Executable);

            Assert.Contains("interpreter", (await Runner.RunAsync(new CommandLine($"{directory}/lost"), Token)).StartError!, StringComparison.Ordinal);
            Assert.Contains("not a program", (await Runner.RunAsync(new CommandLine($"{directory}/text"), Token)).StartError!, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Exit_codes_survive_a_parent_that_ignored_the_end_of_children()
    {
        const nint Ignore = 1;

        // .NET's own handler, without which its processes would never end for the tests that come after this one.
        var before = new byte[256];
        Assert.Equal(0, ReadAction(Libc.SigChild, 0, before));
        try
        {
            Libc.Signal(Libc.SigChild, Ignore);
            var runner = new CommandRunner(TimeProvider.System, NullLogger<CommandRunner>.Instance);

            Assert.Equal(3, (await runner.RunAsync(new CommandLine("bash", "-c", "exit 3"), Token)).ExitCode);
        }
        finally
        {
            Assert.Equal(0, SetAction(Libc.SigChild, before, 0));
        }
    }

    [Fact]
    public async Task Two_hundred_runs_leave_no_child_and_no_descriptor()
    {
        await Bash("true");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Directory.GetFiles("/proc/self/fd").Length;

        for (var i = 0; i < 200; i++)
        {
            Assert.True((await Runner.RunAsync(new CommandLine("cat") { StandardInput = "x" }, Token)).Succeeded);
        }

        Assert.Equal("", Children());
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 1);
    }

    [Fact]
    public async Task Many_programs_run_beside_each_other()
    {
        using var ready = new Fifo();
        var go = new Fifo();
        var runs = Enumerable.Range(0, 32).Select(i => Bash($"exec 3< {go.Path}; echo {i} > {ready.Path}; cat <&3; echo {i}")).ToList();
        var seen = new List<int>();
        for (var i = 0; i < runs.Count; i++)
        {
            seen.Add(Number(await ready.ReadLineAsync()));
        }

        // Only now do they read the end of the second pipe.
        Assert.DoesNotContain(runs, run => run.IsCompleted);
        go.Dispose();

        Assert.Equal(Enumerable.Range(0, 32), seen.Order());
        Assert.Equal(Enumerable.Range(0, 32), (await Task.WhenAll(runs)).Select(result => Number(result.Output)));
    }

    private static unsafe int Leak()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, Libc.Pipe2(ends, 0));
        Libc.Close(ends[0]);
        return ends[1];
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int ReadAction(int signal, nint action, [Out] byte[] before);

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int SetAction(int signal, byte[] action, nint before);
}
