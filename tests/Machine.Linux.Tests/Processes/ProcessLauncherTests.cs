using System.Text;
using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux.Processes;

namespace Ahenk.Machine.Linux.Tests.Processes;

/// <summary>The launcher as it is on this machine.</summary>
[Trait("Category", "Integration")]
public sealed class ProcessLauncherTests : LauncherTest
{
    private readonly ProcessLauncher _launcher;

    public ProcessLauncherTests() => _launcher = new ProcessLauncher(TimeProvider.System, Log);

    [Fact]
    public async Task The_channel_carries_both_ways_until_its_end()
    {
        await using var child = _launcher.Start(Python("""
            import socket
            channel = socket.socket(fileno=3)
            with channel.makefile('rwb') as lines:
                for line in lines:
                    lines.write(b'<' + line.strip() + b'>\n')
                    lines.flush()
            print('ended')
            """) with
        { WithChannel = true });

        foreach (var text in (string[])["one", "iki ğ", new string('x', 1 << 20)])
        {
            await child.Channel!.WriteAsync(Encoding.UTF8.GetBytes(text + "\n"), Token);
            Assert.Equal($"<{text}>", await ReadLine(child.Channel));
        }

        await child.Channel!.DisposeAsync();
        Assert.Equal("ended\n", await ReadAll(child.Output));
        Assert.Equal(new ProcessEnd(0, false), await child.Exited);
    }

    [Fact]
    public async Task The_end_of_the_program_is_the_end_of_the_channel()
    {
        await using var child = _launcher.Start(Script("echo last >&3; exit 7") with { WithChannel = true });

        Assert.Equal("last\n", await ReadAll(child.Channel!));
        Assert.Equal(7, (await child.Exited).ExitCode);
    }

    [Fact]
    public async Task Only_the_channel_comes_to_the_standard_descriptors()
    {
        const string List = "import os\nprint([n for n in map(int, sorted(os.listdir('/proc/self/fd'))) if os.path.exists('/proc/self/fd/%d' % n)])";
        await using var with = _launcher.Start(Python(List) with { WithChannel = true });
        await using var without = _launcher.Start(Python(List));

        Assert.Equal("[0, 1, 2, 3]\n", await ReadAll(with.Output));
        Assert.Equal("[0, 1, 2]\n", await ReadAll(without.Output));
        Assert.Null(without.Channel);
        Assert.Null(without.Input);
    }

    [Fact]
    public async Task Input_environment_and_directory_are_as_ordered()
    {
        await using var child = _launcher.Start(Script("cat; pwd; echo $EXTRA $LANG") with
        {
            WithInput = true,
            WorkingDirectory = "/usr",
            Environment = new Dictionary<string, string> { ["EXTRA"] = "more" },
        });

        await child.Input!.WriteAsync("in\n"u8.ToArray(), Token);
        await child.Input.DisposeAsync();
        Assert.Equal("in\n/usr\nmore C.UTF-8\n", await ReadAll(child.Output));
    }

    [Fact]
    public async Task The_program_leads_its_group_and_is_ended_before_the_agent_when_memory_is_short()
    {
        await using var child = _launcher.Start(Script("read go; cut -d' ' -f5,6 /proc/$$/stat; cat /proc/$$/oom_score_adj") with { WithInput = true });

        await child.Input!.WriteAsync("go\n"u8.ToArray(), Token);
        var own = Number(await File.ReadAllTextAsync("/proc/self/oom_score_adj", Token));
        Assert.Equal($"{child.Pid} {child.Pid}\n{own + ProgramStarter.OomScoreDistance}\n", await ReadAll(child.Output));
    }

    [Fact]
    public async Task At_its_end_the_whole_group_is_asked_to_go_and_has_the_grace_for_it()
    {
        using var fifo = new Fifo();

        // Not a shell: one that is asked to go while it starts a command may never come to its trap.
        var script = $"""
            python3 -c "
            import os, signal
            def tidy(number, frame):
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                open('{fifo.Path}').readline()
                print('tidied', flush=True)
                os._exit(0)
            signal.signal(signal.SIGTERM, tidy)
            print(os.getpid(), flush=True)
            while True:
                signal.pause()
            " & wait
            """;
        await using var child = _launcher.Start(Script(script));
        var grandchild = Number(await ReadLine(child.Output));

        // The program itself ends at once; its child is still at work then.
        var ending = child.EndAsync(Grace);
        await child.Exited;
        Assert.False(ending.IsCompleted);
        Assert.NotNull(State(grandchild));
        fifo.WriteLine("go");

        Assert.Equal(128 + 15, (await ending).ExitCode);
        Assert.Equal("tidied\n", await ReadAll(child.Output));
        await IsGone(grandchild);
    }

    [Fact]
    public async Task What_does_not_go_is_killed_with_its_children()
    {
        await using var child = _launcher.Start(Script("trap '' TERM; bash -c 'echo $$; while :; do sleep 1000; done' & wait"));
        var grandchild = Number(await ReadLine(child.Output));

        var end = await child.EndAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal(new ProcessEnd(128 + 9, false), end);
        Assert.Equal(end, await child.EndAsync(Grace));
        await IsGone(grandchild);
    }

    [Fact]
    public async Task A_child_that_left_the_group_is_killed_where_there_are_control_groups()
    {
        await using var child = _launcher.Start(Script("setsid bash -c 'trap \"\" TERM; echo $$; while :; do sleep 1000; done' & wait"));
        var grandchild = Number(await ReadLine(child.Output));

        await child.EndAsync(TimeSpan.FromMilliseconds(1));

        if (Log.Lines.Any(line => line.Id == 5010))
        {
            await IsGone(grandchild);
        }
        else
        {
            Assert.Contains(Log.Lines, line => line.Id == 5011);
            Assert.NotNull(State(grandchild));
            Libc.Kill(-grandchild, Libc.SigKill);
        }
    }

    [Fact]
    public async Task Memory_without_end_ends_the_program_and_not_the_machine()
    {
        await using var child = _launcher.Start(Python("""
            kept = []
            while True:
                kept.append(bytearray(1 << 20))
                kept[-1][::4096] = b'x' * 256
                if len(kept) > 1000:
                    raise SystemExit('not limited')
            """) with
        { Limits = new ProcessLimits { MemoryBytes = 128 << 20, Processes = 64, CpuPercent = 100 } });

        var error = await ReadAll(child.Error);
        var end = await child.Exited;

        Assert.DoesNotContain("not limited", error, StringComparison.Ordinal);
        Assert.Equal(end.OutOfMemory, !error.Contains("MemoryError", StringComparison.Ordinal));
        Assert.NotEqual(0, end.ExitCode);
    }

    [Fact]
    public async Task What_a_program_left_running_lives_on_after_its_own_end()
    {
        var child = _launcher.Start(Script("sleep 1000 > /dev/null 2>&1 & echo $!"));
        var left = Number(await ReadLine(child.Output));
        await child.Exited;
        await child.DisposeAsync();

        Assert.NotNull(State(left));
        Assert.Equal(0, Libc.Kill(left, Libc.SigKill));
        await IsGone(left);

        // Its group can go now, and goes with the next one.
        await _launcher.Start(Script("true")).DisposeAsync();
        Assert.Empty(Groups());
    }

    [Fact]
    public async Task A_running_program_that_is_let_go_is_killed()
    {
        var child = _launcher.Start(Script("trap '' TERM; echo ready; while :; do sleep 1000; done"));
        await ReadLine(child.Output);
        await child.DisposeAsync();
        await child.DisposeAsync();

        Assert.Null(State(child.Pid));
        Assert.Equal(128 + 9, (await child.Exited).ExitCode);
    }

    [Theory]
    [InlineData("no-such-program", "not found")]
    [InlineData("/no/such/program", "does not exist")]
    [InlineData("/etc/passwd", "not executable")]
    [InlineData("", "empty")]
    [InlineData("a\0b", "NUL")]
    public void What_cannot_be_started_says_why(string program, string reason)
    {
        var failure = Assert.Throws<ProcessStartException>(() => _launcher.Start(new ProcessOrder(program, [])));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a b")]
    public void A_name_that_is_no_part_of_a_path_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => _launcher.Start(Script("true") with { Name = name }));

    [Fact]
    public async Task A_hundred_programs_leave_no_descriptor_no_child_and_no_control_group()
    {
        await RunOnce();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Directory.GetFiles("/proc/self/fd").Length;
        for (var i = 0; i < 100; i++)
        {
            await RunOnce();
            Assert.Throws<ProcessStartException>(() => _launcher.Start(new ProcessOrder("/etc/passwd", []) { WithChannel = true, WithInput = true }));
        }

        Assert.Equal("", Children());
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 1);
        Assert.Empty(Groups());

        async Task RunOnce()
        {
            await using var child = _launcher.Start(new ProcessOrder("cat", []) { WithChannel = true, WithInput = true });
            await child.Input!.DisposeAsync();
            Assert.Equal(0, (await child.Exited).ExitCode);
        }
    }

    private static string[] Groups() => ControlGroups.FindOwn("/proc/self", out _) is { } own && Directory.Exists(own)
        ? Directory.GetDirectories(own, $"ahenk-*-{Environment.ProcessId}-*")
        : [];
}
