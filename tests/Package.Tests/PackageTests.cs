using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator;
using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;
using Ahenk.TestSite;
using Ahenk.XmppServers;

namespace Ahenk.Package.Tests;

/// <summary>The package in fresh Debian systems: <c>./dev.sh deb test</c> builds it and runs these.</summary>
[Trait("Category", "Package")]
public sealed class PackageTests(DebianSystems systems) : IClassFixture<DebianSystems>
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static string Package => Directory.GetFiles(Tool.File("artifacts", "deb"), "ahenk_*.deb").Single(file => !file.Contains("+next", StringComparison.Ordinal));

    private static string Next => Directory.GetFiles(Tool.File("artifacts", "deb"), "ahenk_*+next_*.deb").Single();

    [Theory]
    [InlineData("bookworm")]
    [InlineData("trixie")]
    public async Task It_is_installed_registers_works_is_upgraded_removed_and_purged(string suite)
    {
        await using var server = new ProsodyServer();
        await server.StartAsync(Cancelled);
        await using var lider = await StartLiderAsync(server);
        await using var debian = await systems.CreateAsync(suite);

        await debian.InstallAsync(Package);
        Assert.Equal("600 root", (await debian.RunAsync("stat", "-c", "%a %U", "/etc/ahenk/ahenk.conf")).Trim());
        Assert.Contains("ahenk-session", await debian.RunAsync("cat", "/etc/pam.d/common-session"), StringComparison.Ordinal);
        File.Copy(server.CaFile, debian.Path("/etc/ahenk/ca.pem"));
        debian.Write(
            "/etc/ahenk/config.d/test",
            string.Create(CultureInfo.InvariantCulture, $"[CONNECTION]\nhost = 127.0.0.1\nport = {server.Port}\ntls_ca_file = /etc/ahenk/ca.pem\nanswer_delay_ms = 0\n"));

        var agent = await StartAsync(debian);
        var (code, said) = await debian.TryAsync(Site.AdminPassword + "\n", "ahenk", "register", "127.0.0.1", Site.Admin);
        Assert.True(code == 0, said);
        var name = (await lider.Agents.WaitForOnlineAsync(null, TimeSpan.FromSeconds(60), Cancelled)).Name;
        await RunTaskAsync(lider, name, 1);

        // As apt does it while the agent runs; there is no systemd that would restart it.
        await debian.InstallAsync(Next);
        Assert.EndsWith("+next", (await debian.RunAsync("dpkg-query", "-W", "-f", "${Version}", "ahenk")).Trim(), StringComparison.Ordinal);
        Assert.Equal(0, await StopAsync(agent));
        var again = lider.Agents.WaitForOnlineAsync(name, TimeSpan.FromSeconds(60), Cancelled);
        agent = await StartAsync(debian);
        await again;
        await RunTaskAsync(lider, name, 2);
        Assert.Equal(0, await StopAsync(agent));

        await debian.RunAsync("apt-get", "remove", "-y", "-q", "ahenk");
        Assert.False(Path.Exists(debian.Path("/usr/lib/ahenk")));
        Assert.True(File.Exists(debian.Path("/etc/ahenk/ahenk.conf")) && File.Exists(debian.Path("/var/lib/ahenk/ahenk.db")));
        Assert.DoesNotContain("ahenk", await debian.RunAsync("cat", "/etc/pam.d/common-session"), StringComparison.Ordinal);

        await debian.RunAsync("apt-get", "purge", "-y", "-q", "ahenk");
        Assert.Equal(["/var/ahenk", "/var/ahenk/log", "/var/ahenk/log/ahenk.log", "/var/ahenk/log/audit.log"], (await debian.TracesAsync()).Order(StringComparer.Ordinal));
        Assert.Empty(lider.Violations);
    }

    [Theory]
    [InlineData(":")]
    [InlineData("rm -rf /etc/ahenk")]
    public async Task It_takes_the_place_of_the_python_agent_and_goes_on_as_it_whatever_the_old_package_removes(string removal)
    {
        await using var server = new ProsodyServer();
        await server.StartAsync(Cancelled);
        await using var lider = await StartLiderAsync(server);
        await server.AddAccountAsync("pc-7", "geheim", Cancelled);
        await lider.AddAgentAsync("pc-7", "geheim", ["aa:bb:cc:00:11:22"], Cancelled);
        await using var debian = await systems.CreateAsync("bookworm");
        await OldPackage.InstallAsync(debian, removal);
        debian.Write(
            "/etc/ahenk/ahenk.conf",
            string.Create(CultureInfo.InvariantCulture, $"[BASE]\ndbpath = /etc/ahenk/ahenk.db\n\n[CONNECTION]\nuid = pc-7\npassword = geheim\nhost = 127.0.0.1\nport = {server.Port}\nservicename = {server.Domain}\n\n[MACHINE]\nagreement = 2\n"),
            Private | UnixFileMode.OtherRead);
        await OldPackage.MakeDatabaseAsync(debian.Path("/etc/ahenk/ahenk.db"));
        const string Plugins = "/usr/share/ahenk/plugins/";
        debian.Write(Plugins + "extra/__pycache__/main.pyc", "nobody's");
        debian.Write(Plugins + "own/main.py", "an administrator's");
        Directory.CreateSymbolicLink(debian.Path(Plugins + "linked"), "/root/old" + Plugins + "extra");
        var database = File.ReadAllBytes(debian.Path("/etc/ahenk/ahenk.db"));

        var said = await debian.InstallAsync(Package);

        Assert.Contains("The state of the Python Ahenk is taken over.", said, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", said, StringComparison.Ordinal);
        Assert.Contains("password = geheim", File.ReadAllText(debian.Path("/etc/ahenk/ahenk.conf")), StringComparison.Ordinal);
        Assert.Equal(Private, File.GetUnixFileMode(debian.Path("/etc/ahenk/ahenk.conf")));
        Assert.Equal(database, File.ReadAllBytes(debian.Path("/etc/ahenk/ahenk.db")));
        Assert.Equal(Private, File.GetUnixFileMode(debian.Path("/etc/ahenk/ahenk.db")));
        Assert.Equal(["ahenk.conf", "ahenk.db"], Directory.GetFiles(Assert.Single(Directory.GetDirectories(debian.Path("/var/ahenk/backup")))).Select(Path.GetFileName).Order());
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(debian.Path("/var/ahenk/backup")));
        Assert.False(Path.Exists(debian.Path("/usr/share/ahenk/base")));
        Assert.False(Path.Exists(debian.Path(Plugins + "script/main.py")));
        Assert.All(["extra/main.py", "extra/data/words"], file => Assert.Equal("of the Python Ahenk\n", File.ReadAllText(debian.Path(Plugins + file))));
        Assert.Equal("extra\n", File.ReadAllText(debian.Path("/var/lib/ahenk/restored-plugins")));
        Assert.False(Path.Exists(debian.Path("/etc/init.d/ahenk")));
        Assert.False(Path.Exists(debian.Path("/etc/logrotate.d/ahenk")));
        Assert.Contains("/usr/bin/ahenk", File.ReadAllText(debian.Path("/usr/share/ahenk/ahenkd.py")), StringComparison.Ordinal);

        File.Copy(server.CaFile, debian.Path("/etc/ahenk/ca.pem"));
        debian.Write("/etc/ahenk/config.d/test", "[CONNECTION]\ntls_ca_file = /etc/ahenk/ca.pem\nanswer_delay_ms = 0\n");
        var agent = await StartAsync(debian);
        await lider.Agents.WaitForOnlineAsync("pc-7", TimeSpan.FromSeconds(60), Cancelled);
        Assert.Equal(0, lider.Agents.Find("pc-7")!.Registrations);
        Assert.Contains("4211", await debian.RunAsync("ahenk", "schedule"), StringComparison.Ordinal);
        await RunTaskAsync(lider, "pc-7", 1);
        Assert.Equal(0, await StopAsync(agent));
        Assert.Contains("already", await debian.RunAsync("ahenk", "import"), StringComparison.Ordinal);
        Assert.Empty(lider.Violations);

        await debian.InstallAsync(Next);
        Assert.True(File.Exists(debian.Path(Plugins + "extra/main.py")));
        await debian.RunAsync("dpkg", "--purge", "ahenk");
        Assert.Equal(["linked", "own"], Directory.GetFileSystemEntries(debian.Path(Plugins)).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task An_old_agent_whose_state_cannot_be_taken_over_does_not_keep_the_package_from_being_installed()
    {
        await using var debian = await systems.CreateAsync("bookworm");
        debian.Write("/etc/ahenk/ahenk.conf", "[BASE]\ndbpath = /etc/ahenk/ahenk.db\n\n[CONNECTION]\nuid =\n");
        debian.Write("/etc/ahenk/ahenk.db", "a database");

        var said = await debian.InstallAsync(Package);

        Assert.Contains("nothing was taken over from the Python Ahenk", said, StringComparison.Ordinal);
        Assert.Contains("install ok installed", await debian.RunAsync("dpkg-query", "-W", "-f", "${Status}", "ahenk"), StringComparison.Ordinal);
        Assert.Equal("a database", File.ReadAllText(debian.Path("/etc/ahenk/ahenk.db")));
    }

    [Fact]
    public async Task The_python_agent_is_stopped_by_its_own_program_and_goes_on_when_this_one_cannot_be_unpacked()
    {
        await using var debian = await systems.CreateAsync("bookworm");
        await OldPackage.InstallAsync(debian);
        var systemd = new FakeSystemd(debian, runs: true);
        var cut = File.ReadAllBytes(Package);
        File.WriteAllBytes(debian.Path("/root/cut.deb"), cut[..(cut.Length / 2)]);

        Assert.NotEqual(0, (await debian.TryAsync(null, "dpkg", "--unpack", "/root/cut.deb")).Code);

        var asked = systemd.Asked();
        Assert.Matches("stop ahenk.service\nby of the Python Ahenk\n(?s:.*)start ahenk.service", asked);
        Assert.Contains("2.0.1 install ok installed", await debian.RunAsync("dpkg-query", "-W", "-f", "${Version} ${Status}", "ahenk"), StringComparison.Ordinal);
        Assert.True(File.Exists(debian.Path("/usr/share/ahenk/plugins/extra/main.py")));
        Assert.False(Path.Exists(debian.Path("/var/ahenk/backup/before-3.0.0")));

        await debian.InstallAsync(Package);

        asked = systemd.Asked();
        Assert.Matches("^(?s:.*?)stop ahenk.service\nby of the Python Ahenk\n", asked);
        var reload = asked.IndexOf("daemon-reload", StringComparison.Ordinal);
        Assert.True(reload >= 0 && !asked[..reload].Contains("by #!", StringComparison.Ordinal), asked);
        Assert.Contains(" restart ahenk.service", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgrade_and_a_removal_that_the_agent_runs_itself_end_it_later_and_from_outside()
    {
        await using var debian = await systems.CreateAsync("bookworm");
        await debian.InstallAsync(Package);
        var systemd = new FakeSystemd(debian, runs: false);
        File.Copy(Next, debian.Path("/root/next.deb"));

        await RunInAgentAsync(debian, "dpkg", "-i", "/root/next.deb");

        var asked = systemd.Asked();
        Assert.Contains("systemd-run --quiet --collect --unit=ahenk-upgrade --on-active=10s", asked, StringComparison.Ordinal);
        Assert.DoesNotContain(" restart ahenk.service", asked, StringComparison.Ordinal);

        await debian.RunAsync("dpkg-reconfigure", "-f", "noninteractive", "ahenk");
        asked = systemd.Asked();
        Assert.Contains(" restart ahenk.service", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("systemd-run", asked, StringComparison.Ordinal);

        await RunInAgentAsync(debian, "dpkg", "-r", "ahenk");
        asked = systemd.Asked();
        Assert.Contains("sh /run/ahenk-when-packages-are-done stop", asked, StringComparison.Ordinal);
        Assert.DoesNotContain(" stop ahenk.service", asked, StringComparison.Ordinal);
        Assert.False(Path.Exists(debian.Path("/usr/lib/ahenk")));
        Assert.True(File.Exists(debian.Path("/run/ahenk-when-packages-are-done")));
    }

    [Fact]
    public async Task What_the_python_agent_does_while_it_installs_the_package_is_taken_over_too()
    {
        await using var debian = await systems.CreateAsync("bookworm");
        await OldPackage.InstallAsync(debian);
        debian.Write("/etc/ahenk/ahenk.conf", "[BASE]\ndbpath = /etc/ahenk/ahenk.db\n\n[CONNECTION]\nuid = pc-7\npassword = geheim\nhost = 127.0.0.1\nservicename = example.org\n");
        await OldPackage.MakeDatabaseAsync(debian.Path("/etc/ahenk/ahenk.db"));
        var systemd = new FakeSystemd(debian, runs: false);
        File.Copy(Package, debian.Path("/root/ahenk.deb"));

        await RunInAgentAsync(debian, "apt-get", "install", "-y", "-q", "--no-install-recommends", "/root/ahenk.deb");

        var asked = systemd.Asked();
        Assert.Contains("when-packages-are-done move", asked, StringComparison.Ordinal);
        Assert.DoesNotContain(" stop ahenk.service", asked, StringComparison.Ordinal);
        Assert.False(Path.Exists(debian.Path("/var/lib/ahenk/ahenk.db")));

        await debian.RunAsync("/usr/lib/ahenk/when-packages-are-done", "move");

        Assert.Matches(" stop ahenk.service\n(?s:.*) start ahenk.service\n$", systemd.Asked());
        Assert.Contains("already", await debian.RunAsync("ahenk", "import"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_systemd_does_not_restart_or_stop_it_later_the_administrator_is_told_and_the_package_is_whole()
    {
        await using var debian = await systems.CreateAsync("bookworm");
        await debian.InstallAsync(Package);
        new FakeSystemd(debian, runs: false).TakeTimers(false);
        File.Copy(Next, debian.Path("/root/next.deb"));

        Assert.Contains("when-packages-are-done restart", await RunInAgentAsync(debian, "dpkg", "-i", "/root/next.deb"), StringComparison.Ordinal);
        Assert.Contains("install ok installed", await debian.RunAsync("dpkg-query", "-W", "-f", "${Status}", "ahenk"), StringComparison.Ordinal);
        Assert.Contains("systemctl stop ahenk", await RunInAgentAsync(debian, "dpkg", "-r", "ahenk"), StringComparison.Ordinal);
    }

    private static async Task<string> RunInAgentAsync(DebianSystem debian, params string[] command)
    {
        using var group = new ControlGroup("ahenk.service");
        return await Tool.RunAsync("sh", ["-c", "echo $$ >\"$1\"; shift; exec chroot \"$@\"", "sh", group.Members, debian.Directory, .. command]);
    }

    private static async Task<LiderServer> StartLiderAsync(ProsodyServer server)
    {
        var options = new LiderServerOptions
        {
            Xmpp = new BareXmppOptions { Port = server.Port, Domain = server.Domain, Username = "lider_sunucu", Password = "lider", Resource = "Smack" },
        };
        options.Registration.AuthorizedUser = Site.Admin;
        options.Registration.AuthorizedPassword = Site.AdminPassword;
        return await LiderServer.StartAsync(options, Cancelled);
    }

    private static async Task<OwnedProcess> StartAsync(DebianSystem debian)
    {
        var agent = await OwnedProcess.StartAsync(["chroot", debian.Directory, "/usr/lib/ahenk/ahenkd"], "/", new Dictionary<string, string>());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while ((await debian.TryAsync(null, "ahenk", "status")).Code != 0)
        {
            Assert.False(agent.Exited.IsCompleted, agent.Output);
            await Task.Delay(100, limit.Token);
        }

        return agent;
    }

    private static async Task<int> StopAsync(OwnedProcess agent)
    {
        agent.Terminate();
        return await agent.ExitCode;
    }

    private static async Task RunTaskAsync(LiderServer lider, string agent, long id)
    {
        var parameters = new JsonObject { ["SCRIPT_TYPE"] = 0, ["SCRIPT_CONTENTS"] = "cat /etc/debian_version", ["SCRIPT_PARAMS"] = "" };
        await lider.SendTaskAsync(agent, new TaskOrder(id, "script", "EXECUTE_SCRIPT", parameters), Cancelled);
        var answer = await lider.Tasks.WaitForAnswerAsync(id, TimeSpan.FromSeconds(60), cancellationToken: Cancelled);
        Assert.Equal("TASK_PROCESSED", answer.Code);
    }
}
