using System.Globalization;
using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux.Processes;

namespace Ahenk.Machine.Linux.Tests.Processes;

/// <summary>What is read from and written to control groups, with a directory in the place of the kernel's.</summary>
[Trait("Category", "Integration")]
public sealed class ControlGroupTests : LauncherTest, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ahenk-cgroup-").FullName;

    public ControlGroupTests()
    {
        Write("cgroup.controllers", "cpuset cpu io memory pids\n");
        Write("cgroup.subtree_control", "\n");
        Write("cgroup.procs", $"{Environment.ProcessId}\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_program_gets_a_group_with_its_limits()
    {
        await using var child = Launcher().Start(Script("echo ready; sleep 1000") with
        {
            Name = "conky",
            Limits = new ProcessLimits { MemoryBytes = 512 << 20, CpuPercent = 50, Processes = 256 },
        });

        var group = Group("conky");
        Assert.Equal("536870912", Read(group, "memory.max"));
        Assert.Equal("0", Read(group, "memory.swap.max"));
        Assert.Equal("1", Read(group, "memory.oom.group"));
        Assert.Equal("50000 100000", Read(group, "cpu.max"));
        Assert.Equal("256", Read(group, "pids.max"));
        Assert.Equal(child.Pid.ToString(CultureInfo.InvariantCulture), Read(group, "cgroup.procs"));
        Assert.Contains(Log.Lines, line => line.Id == 5010 && line.Text.Contains(_root, StringComparison.Ordinal) && line.Text.EndsWith("cpu memory pids", StringComparison.Ordinal));
        Assert.DoesNotContain(Log.Lines, line => line.Id == 5011);
    }

    [Fact]
    public async Task Limits_that_are_not_ordered_are_not_written()
    {
        await using var child = Launcher().Start(Script("sleep 1000"));

        Assert.Equal(["cgroup.procs"], Directory.GetFiles(Group("test")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task An_agent_that_is_alone_makes_room_for_the_controllers()
    {
        await using var child = Launcher().Start(Script("sleep 1000"));

        Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), Read($"{_root}/agent", "cgroup.procs"));
        Assert.Equal("+pids", Read(_root, "cgroup.subtree_control"));
    }

    [Fact]
    public void An_agent_among_others_moves_nobody()
    {
        Write("cgroup.procs", $"1\n{Environment.ProcessId}\n");

        Launcher();

        Assert.False(Directory.Exists($"{_root}/agent"));
    }

    [Fact]
    public async Task Without_the_memory_controller_memory_is_limited_per_process()
    {
        Write("cgroup.controllers", "pids\n");
        await using var child = Launcher().Start(Script("read go; ulimit -d") with
        {
            WithInput = true,
            Limits = new ProcessLimits { MemoryBytes = 512 << 20, Processes = 9 },
        });
        await child.Input!.WriteAsync("go\n"u8.ToArray(), Token);

        Assert.Equal("524288\n", await ReadAll(child.Output));
        Assert.Equal(["cgroup.procs", "pids.max"], Directory.GetFiles(Group("test")).Select(Path.GetFileName).Order());
        Assert.Contains(Log.Lines, line => line.Id == 5011);
    }

    [Fact]
    public async Task The_kernels_word_that_memory_was_short_is_passed_on()
    {
        await using var child = Launcher().Start(Script("read go; kill -KILL $$") with
        {
            WithInput = true,
            Limits = new ProcessLimits { MemoryBytes = 512 << 20 },
        });
        await File.WriteAllTextAsync($"{Group("test")}/memory.events", "low 0\nhigh 0\nmax 31\noom 2\noom_kill 1\noom_group_kill 1\n", Token);
        await child.Input!.WriteAsync("go\n"u8.ToArray(), Token);

        Assert.Equal(new ProcessEnd(128 + 9, OutOfMemory: true), await child.Exited);
    }

    [Fact]
    public async Task Reaching_the_limit_without_an_end_is_not_out_of_memory()
    {
        await using var child = Launcher().Start(Script("read go; exit 3") with { WithInput = true });
        await File.WriteAllTextAsync($"{Group("test")}/memory.events", "max 31\noom 0\noom_kill 0\n", Token);
        await child.Input!.WriteAsync("go\n"u8.ToArray(), Token);

        Assert.Equal(new ProcessEnd(3, OutOfMemory: false), await child.Exited);
    }

    [Fact]
    public async Task An_older_kernel_has_the_members_killed_one_by_one()
    {
        await using var child = Launcher().Start(Script("setsid bash -c 'trap \"\" TERM; echo $$; while :; do sleep 1000; done' & wait"));
        var grandchild = Number(await ReadLine(child.Output));

        // 0 is a process of a namespace that is not ours; to signal it would be to signal ourselves.
        await File.AppendAllTextAsync($"{Group("test")}/cgroup.procs", $"\n0\n{grandchild}\n", Token);
        await child.EndAsync(TimeSpan.FromMilliseconds(1));

        await IsGone(grandchild);
    }

    [Fact]
    public async Task A_newer_kernel_is_asked_to_kill_the_group()
    {
        await using var child = Launcher().Start(Script("sleep 1000"));
        await File.WriteAllTextAsync($"{Group("test")}/cgroup.kill", "", Token);

        await child.EndAsync(Grace);

        Assert.Equal("1", Read(Group("test"), "cgroup.kill"));
    }

    [Fact]
    public async Task A_group_goes_when_what_lived_on_in_it_has_ended()
    {
        // A directory with files stands for a group with members.
        var launcher = Launcher();
        await (launcher.Start(Script("exit")) is var first ? first.Exited : null!);
        await first.DisposeAsync();
        var group = Group("test");
        File.Delete($"{group}/cgroup.procs");

        await using var second = launcher.Start(Script("sleep 1000") with { Name = "other" });

        Assert.False(Directory.Exists(group));
    }

    [Fact]
    public void What_a_killed_agent_left_behind_goes_and_what_others_have_stays()
    {
        // No process has the highest number there can be; the directory with a file stands for a group with members.
        foreach (var name in (string[])["ahenk-conky-4194304-1", "ahenk-my-plugin-4194304-2", "ahenk-conky-4194304-3", "ahenk-conky-1-1", "ahenk-other", "agent"])
        {
            Directory.CreateDirectory($"{_root}/{name}");
        }

        Write("ahenk-conky-4194304-3/cgroup.procs", "77\n");

        Launcher();

        Assert.Equal(
            ["agent", "ahenk-conky-1-1", "ahenk-conky-4194304-3", "ahenk-other"],
            Directory.GetDirectories(_root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_directory_that_cannot_have_children_leaves_the_limit_per_process()
    {
        // Even root cannot make a directory in /proc.
        var launcher = new ProcessLauncher(TimeProvider.System, Log, "/proc");
        await using var child = launcher.Start(Script("read go; ulimit -d") with { WithInput = true, Limits = new ProcessLimits { MemoryBytes = 64 << 20 } });
        await child.Input!.WriteAsync("go\n"u8.ToArray(), Token);

        Assert.Equal("65536\n", await ReadAll(child.Output));
        Assert.Equal([5011], Log.Lines.Select(line => line.Id));
    }

    [Theory]
    [InlineData("0::/system.slice/ahenk.service", "/ /sys/fs/cgroup", "/sys/fs/cgroup/system.slice/ahenk.service")]
    [InlineData("0::/system.slice/ahenk.service/agent", "/ /sys/fs/cgroup", "/sys/fs/cgroup/system.slice/ahenk.service")]
    [InlineData("9:name=systemd:/x\n0::/", "/ /sys/fs/cgroup/unified", "/sys/fs/cgroup/unified")]
    [InlineData("0::/docker/abc", "/docker/abc /sys/fs/cgroup", "/sys/fs/cgroup")]
    [InlineData("0::/docker/abc/in", "/docker/abc /sys/fs/cgroup", "/sys/fs/cgroup/in")]
    [InlineData("0::/docker/abcdef", "/docker/abc /sys/fs/cgroup", null)]
    [InlineData("0::/../other", "/ /sys/fs/cgroup", null)]
    [InlineData("4:memory:/x", "/ /sys/fs/cgroup", null)]
    public void The_own_group_is_found_below_its_mount(string groups, string mount, string? expected)
    {
        Write("cgroup", groups + "\n");
        Write("mountinfo", $"24 30 0:22 / /proc rw - proc proc rw\n35 24 0:30 {mount} rw,nosuid shared:9 - cgroup2 cgroup2 rw\n");

        Assert.Equal(expected, ControlGroups.FindOwn(_root, out var reason));
        Assert.Equal(expected is null, reason.Length > 0);
    }

    [Fact]
    public void Without_a_mount_there_is_no_group()
    {
        Assert.Null(ControlGroups.FindOwn($"{_root}/nothing", out _));
        Write("cgroup", "0::/\n");
        Write("mountinfo", "24 30 0:22 / /proc rw - proc proc rw\n");
        Assert.Null(ControlGroups.FindOwn(_root, out var reason));
        Assert.Contains("not mounted", reason, StringComparison.Ordinal);
    }

    private ProcessLauncher Launcher() => new(TimeProvider.System, Log, _root);

    private string Group(string name) => Directory.GetDirectories(_root, $"ahenk-{name}-{Environment.ProcessId}-*").Single();

    private void Write(string file, string text) => File.WriteAllText($"{_root}/{file}", text);

    private static string Read(string directory, string file) => File.ReadAllText($"{directory}/{file}");
}
