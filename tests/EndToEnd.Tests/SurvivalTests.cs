using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>
/// What a machine can suffer, really made for the daemon alone: it goes on, loses nothing that it has taken, recovers when the fault goes, and <c>ahenk doctor</c> names
/// the fault.
/// </summary>
[Trait("Category", "Crash")]
public sealed class SurvivalTests(Survivor survivor) : IClassFixture<Survivor>, IAsyncLifetime
{
    private const string FakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    private static long _task = 100;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private Site Site => survivor.Site;

    private AgentProcess Agent => survivor.Agent;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make these faults for one process");
        survivor.Reset();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (Environment.IsPrivilegedProcess && Agent is { Exited.IsCompleted: false })
        {
            await Agent.KillAsync();
        }
    }

    [Fact]
    public async Task A_disk_that_is_full()
    {
        var saved = BuiltAgent.CopyFolder(survivor.Disk, Path.Combine(Agent.Directory, "before"));
        Agent.Arrange($"mount -t tmpfs -o size=3m,mode=0755 none {survivor.Disk}\ncp -a {saved}/. {survivor.Disk}/");
        await Agent.StartAsync();
        await survivor.WaitOnlineAsync(Cancelled);
        var file = Path.Combine(Agent.Directory, "runs");
        var ballast = Agent.OwnFile(Path.Combine(survivor.Disk, "ballast"));
        await FillAsync(ballast);

        var id = Interlocked.Increment(ref _task);
        await Site.SendAsync(id, "probe", "APPEND", new JsonObject { ["file"] = file, ["text"] = new string('x', 20_000) }, Cancelled);
        await Agent.WaitForStatusAsync(_ => Agent.Output.Contains("The disk is full", StringComparison.Ordinal), "a write that fails", TimeSpan.FromSeconds(60), Cancelled);
        await Survivor.AssertNamedAsync(Agent, 12, "broken", "is full", Cancelled);
        Assert.False(File.Exists(file));

        File.Delete(ballast);

        Assert.Equal("TASK_PROCESSED", (await Site.Lider.Tasks.WaitForAnswerAsync(id, TimeSpan.FromSeconds(60), cancellationToken: Cancelled)).Code);
        Assert.Single(await File.ReadAllLinesAsync(file, Cancelled));

        await KeepStateAsync();
    }

    [Fact]
    public async Task A_file_system_that_becomes_read_only_while_it_runs()
    {
        Assert.SkipUnless(File.Exists("/dev/loop-control"), "a file system that can fail is needed, and loop devices for it");
        var image = Path.Combine(Agent.Directory, "image");
        await Survivor.RunAsync("truncate", "--size=64M", image);
        await Survivor.RunAsync("mkfs.ext4", "-q", "-d", survivor.Disk, image);
        Agent.Arrange($"mount -o loop {image} {survivor.Disk}");
        await Agent.StartAsync();
        await survivor.WaitOnlineAsync(Cancelled);
        var file = Path.Combine(Agent.Directory, "runs-of-a-failed-disk");

        // What the kernel does when the disk fails: it does not ask whether files are open.
        await InItsMounts("mount", "-o", "remount,abort", survivor.Disk);

        var id = Interlocked.Increment(ref _task);
        await Site.SendAsync(id, "probe", "APPEND", new JsonObject { ["file"] = file, ["text"] = "x" }, Cancelled);
        await Agent.WaitForStatusAsync(
            _ => Agent.Output.Contains("Reading or writing failed", StringComparison.Ordinal) || Agent.Output.Contains("It is read-only", StringComparison.Ordinal),
            "a write that fails", TimeSpan.FromSeconds(60), Cancelled);

        // Newer kernels do not show on the mount that they have stopped writing.
        await Survivor.AssertNamedAsync(Agent, 9, "broken", "could not be stored", Cancelled);
        Assert.False(File.Exists(file));

        // Such a file system is written again only after it was mounted anew.
        await Agent.KillAsync();
        await Agent.StartAsync();

        Assert.Equal("TASK_PROCESSED", (await Site.Lider.Tasks.WaitForAnswerAsync(id, TimeSpan.FromSeconds(60), cancellationToken: Cancelled)).Code);
        Assert.Single(await File.ReadAllLinesAsync(file, Cancelled));
        await KeepStateAsync();
    }

    [Fact]
    public async Task A_file_system_that_is_read_only_at_the_start()
    {
        Agent.Arrange($"mount --bind {survivor.Disk} {survivor.Disk}\nmount -o remount,bind,ro {survivor.Disk}");
        await Agent.StartAsync();
        await Agent.WaitForOutputAsync("cannot start yet", TimeSpan.FromSeconds(60), Cancelled);

        await Survivor.AssertNamedAsync(Agent, 12, "broken", "read-only", Cancelled);
        await Survivor.AssertNamedAsync(Agent, 2, "broken", "does not run", Cancelled);
        await Survivor.AssertNamedAsync(Agent, 3, "ok", $"Registered as {Site.AgentName}", Cancelled);

        await InItsMounts("mount", "-o", "remount,bind,rw", survivor.Disk);
        await survivor.WaitOnlineAsync(Cancelled);
        await AnswersAsync();
    }

    [Fact]
    public async Task A_database_that_is_damaged()
    {
        await Agent.StartAsync();
        await Agent.WaitForStatusAsync(_ => File.Exists(survivor.Database + ".good"), "a good copy", TimeSpan.FromSeconds(60), Cancelled);
        await Agent.KillAsync();
        await File.WriteAllBytesAsync(survivor.Database, [.. Enumerable.Repeat((byte)0xAB, 40_000)], Cancelled);

        await Agent.StartAsync();

        await survivor.WaitOnlineAsync(Cancelled);
        await AnswersAsync();
        await Survivor.AssertNamedAsync(Agent, 13, "warning", "ahenk.db.corrupt-", Cancelled);
        Assert.Contains("database-repaired", Agent.Audit, StringComparison.Ordinal);
        foreach (var damaged in Directory.GetFiles(survivor.State, "ahenk.db.corrupt-*"))
        {
            File.Delete(damaged);
        }

        await Survivor.AssertNamedAsync(Agent, 13, "ok", "is sound", Cancelled);
    }

    [Fact]
    public async Task A_machine_without_network()
    {
        const string Here = "10.231.77.1";
        Agent.Arrange("true", withoutNetwork: true).Set("CONNECTION", "host", Here);
        await Agent.StartAsync();
        await Agent.WaitForStatusAsync(status => status["last_error"] is not null, "an attempt that failed", TimeSpan.FromSeconds(60), Cancelled);

        var (exitCode, findings) = await Survivor.ExamineAsync(Agent, Cancelled);
        Assert.Equal(2, exitCode);
        Survivor.AssertNamed(findings, 5, "broken", "No network interface");
        Survivor.AssertNamed(findings, 7, "broken", $"{Here}:{Site.Server.Port} cannot be reached");

        var process = Agent.ProcessId.ToString(CultureInfo.InvariantCulture);
        var cable = $"ahk{process}";
        await Survivor.RunAsync("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", process);
        try
        {
            await Survivor.RunAsync("ip", "address", "add", Here + "/30", "dev", cable);
            await Survivor.RunAsync("ip", "link", "set", cable, "up");
            await Survivor.RunAsync("nsenter", "--net", "--target", process, "ip", "address", "add", "10.231.77.2/30", "dev", "eth0");
            await Survivor.RunAsync("nsenter", "--net", "--target", process, "ip", "link", "set", "eth0", "up");
            await using var bridge = new Bridge(IPAddress.Parse(Here), Site.Server.Port);
            await survivor.WaitOnlineAsync(Cancelled);
            await AnswersAsync();
            await Survivor.AssertNamedAsync(Agent, 5, "ok", "eth0", Cancelled);
        }
        finally
        {
            await Survivor.RunAsync("ip", "link", "delete", cable);
        }
    }

    [Fact]
    public async Task Name_servers_that_do_not_answer()
    {
        const string Name = "lider.survival.test";
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Parse("127.0.0.77"), 53));
        var resolver = Path.Combine(Agent.Directory, "resolv.conf");
        var hosts = Path.Combine(Agent.Directory, "hosts");
        await File.WriteAllTextAsync(resolver, "nameserver 127.0.0.77\n", Cancelled);
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost\n", Cancelled);
        Agent.Arrange($"mount --bind {resolver} $(readlink -f /etc/resolv.conf)\nmount --bind {hosts} /etc/hosts").Set("CONNECTION", "host", Name);
        await Agent.StartAsync();
        await Agent.WaitForStatusAsync(status => (string?)status["connection"] == "resolving", "looking the server up", TimeSpan.FromSeconds(60), Cancelled);

        await Survivor.AssertNamedAsync(Agent, 6, "broken", "did not answer within 5 s", Cancelled);

        await File.AppendAllTextAsync(hosts, $"127.0.0.1 {Name}\n", Cancelled);
        await survivor.WaitOnlineAsync(Cancelled);
        await AnswersAsync();
        await Survivor.AssertNamedAsync(Agent, 6, "ok", "127.0.0.1", Cancelled);
    }

    [Fact]
    public async Task A_machine_without_id_whose_clock_jumps()
    {
        Assert.SkipUnless(File.Exists(FakeTime), "Debian's libfaketime is needed to set one process's clock");
        var clock = Path.Combine(Agent.Directory, "clock");
        var nothing = Path.Combine(Agent.Directory, "nothing");
        await File.WriteAllTextAsync(clock, "+0\n", Cancelled);
        await File.WriteAllTextAsync(nothing, "", Cancelled);
        Agent.Arrange($"mount --bind {nothing} /etc/machine-id");
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
            [("LD_PRELOAD", FakeTime), ("FAKETIME_TIMESTAMP_FILE", clock), ("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("NO_FAKE_STAT", "1")])
        {
            Agent.SetVariable(name, value);
        }

        try
        {
            await Agent.StartAsync();
            await survivor.WaitOnlineAsync(Cancelled);
            foreach (var (jump, found) in ((string, string)[])[("-40d", "behind"), ("+40d", "ahead of")])
            {
                await File.WriteAllTextAsync(clock, jump + "\n", Cancelled);

                await AnswersAsync();
                var (_, findings) = await Survivor.ExamineAsync(Agent, Cancelled);
                Survivor.AssertNamed(findings, 11, "broken", found);
                Survivor.AssertNamed(findings, 4, "warning", "machine id");
            }

            await File.WriteAllTextAsync(clock, "+0\n", Cancelled);
            await AnswersAsync();
            await Survivor.AssertNamedAsync(Agent, 11, "ok", "the XMPP server", Cancelled);
        }
        finally
        {
            Agent.SetVariable("LD_PRELOAD", null);
        }
    }

    [Fact]
    public async Task A_configuration_of_zero_bytes()
    {
        // All is at its default: the directories of the machine are covered up.
        await using var agent = new AgentProcess();
        agent.ForgetSettings().Arrange("mount -t tmpfs none /var\nmount -t tmpfs none /run");
        await agent.StartAsync();
        agent.ControlSocket = agent.OwnFile("/run/ahenk/control.sock");
        await agent.WaitForStatusAsync(
            status => ((string?)status["connection"])!.StartsWith("waiting for", StringComparison.Ordinal), "waiting to be registered", TimeSpan.FromSeconds(60), Cancelled);

        agent.ControlSocket = "/run/ahenk/control.sock";
        await Survivor.AssertNamedAsync(agent, 1, "warning", "is empty (0 bytes)", Cancelled);
        Assert.Contains("is empty", agent.Output, StringComparison.Ordinal);
    }

    private static async Task FillAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                await stream.WriteAsync(new byte[4096], Cancelled);
            }
        }
        catch (IOException)
        {
            // That was the last free block.
        }
    }

    /// <summary>
    /// The other tests go on with what has happened here: an agent whose state went back in time would give messages ids that Lider knows. It is copied before the directory
    /// goes, for what is mounted on it in other namespaces goes with it.
    /// </summary>
    private async Task KeepStateAsync()
    {
        Agent.Freeze();
        var now = Path.Combine(Agent.Directory, "after");
        Assert.Equal(0, (await AhenkCommand.RunAsync(["cp", "-a", Agent.OwnFile(survivor.Disk), now], "", Cancelled)).ExitCode);
        Directory.Delete(survivor.Disk, recursive: true);
        Directory.Move(now, survivor.Disk);
    }

    private Task InItsMounts(params string[] command) =>
        Survivor.RunAsync(["nsenter", "--mount", "--target", Agent.ProcessId.ToString(CultureInfo.InvariantCulture), .. command]);

    /// <summary>It does its work.</summary>
    private async Task AnswersAsync() =>
        Assert.Equal("TASK_PROCESSED", (await Site.RunAsync(Interlocked.Increment(ref _task), "probe", "NOOP", [], Cancelled)).Code);
}
