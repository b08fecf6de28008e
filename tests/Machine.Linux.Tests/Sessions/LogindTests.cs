using Ahenk.Machine.Linux.Processes;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests.Sessions;

[Trait("Category", "Unit")]
public sealed class LogindTests : IDisposable
{
    private readonly SessionRoot _root = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Sessions_of_systemd_252_are_understood()
    {
        _root.AddRuntime(1000, "bus", "wayland-0");
        _root.AddRuntime(1001, "wayland-1.lock", "wayland-1", "wayland-x");
        var sessions = await ListAsync(Recorded(252));

        Assert.Equal(["1", "2", "4", "c1", "7"], sessions.Select(session => session.Id));
        Assert.Equal(
            new UserSession("1", "root", 0)
            {
                Type = SessionType.Tty,
                State = SessionState.Active,
                Terminal = "pts/1",
                RemoteHost = "10.0.1.7",
                Service = "sshd",
                LeaderPid = 812,
            },
            sessions[0]);
        Assert.Equal(
            new UserSession("2", "ayse", 1000)
            {
                Type = SessionType.X11,
                State = SessionState.Active,
                Seat = "seat0",
                Terminal = "tty2",
                Display = ":0",
                Desktop = "gnome",
                Service = "gdm-password",
                LeaderPid = 1402,
                RuntimeDirectory = "/run/user/1000",
                DBusAddress = "unix:path=/run/user/1000/bus",
            },
            sessions[1]);
        Assert.Equal((@"LIDER\mehmet", SessionType.Wayland, SessionState.Online, "wayland-1", null as string), (
            sessions[2].UserName, sessions[2].Type, sessions[2].State, sessions[2].WaylandSocket, sessions[2].DBusAddress));
        Assert.Equal((SessionType.Unspecified, SessionState.Closing, "pc-07.example.org"), (sessions[4].Type, sessions[4].State, sessions[4].RemoteHost));
        Assert.Equal(["1", "2", "4"], sessions.Where(session => session.IsOfPerson).Select(session => session.Id));
    }

    [Fact]
    public async Task Sessions_of_systemd_257_are_understood()
    {
        var sessions = await ListAsync(Recorded(257));

        Assert.Equal(["12", "13", "15", "c3"], sessions.Select(session => session.Id));
        Assert.Equal(
            [SessionClass.User, SessionClass.Other, SessionClass.User, SessionClass.Greeter], sessions.Select(session => session.Class));
        Assert.Equal(["ayse", "zeynep@lider.local"], sessions.Where(session => session.IsOfPerson).Select(session => session.UserName));
        Assert.Equal("fe80::1%eth0", sessions[2].RemoteHost);
        Assert.True(sessions[0].IsGraphical);
        Assert.False(sessions[2].IsGraphical);
    }

    [Fact]
    public async Task Two_calls_do_for_any_number_of_sessions()
    {
        var commands = Recorded(252);
        await ListAsync(commands);

        Assert.Equal(2, commands.Lines.Count);
        Assert.EndsWith(" 1 2 4 c1 7", commands.Lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]\n")]
    public async Task Nobody_may_be_logged_in(string list)
    {
        var commands = new FakeCommands(_ => FakeCommands.Ok(list));

        Assert.Empty(await ListAsync(commands));
        Assert.Single(commands.Lines);
    }

    [Fact]
    public void A_table_in_place_of_JSON_is_understood() =>
        Assert.Equal(["2", "c1"], Logind.ParseIds("         2       1000 ayse             seat0            tty2  \n        c1        114 gdm\n"));

    [Fact]
    public void Ids_that_are_none_are_left_out() =>
        Assert.Equal(["3", "5"], Logind.ParseIds("""[{"session":"3"},{"session":"--help"},{"session":"../1"},{"session":null},{"uid":4},7,{"session":5}]"""));

    [Fact]
    public async Task A_session_that_ends_meanwhile_does_not_hide_the_others()
    {
        var shown = SessionRoot.Recorded(252, "show.txt").Split("\n\n");
        var commands = new FakeCommands(line => line switch
        {
            _ when line.Contains("list-sessions", StringComparison.Ordinal) => FakeCommands.Ok(SessionRoot.Recorded(252, "list.json")),
            _ when line.EndsWith(" 1 2 4 c1 7", StringComparison.Ordinal) => FakeCommands.Failed(1, "No session '2' known", shown[0] + "\n\n"),
            _ when line.EndsWith(" 4 c1 7", StringComparison.Ordinal) => FakeCommands.Failed(1, "No session '7' known", $"{shown[2]}\n\n{shown[3]}\n\n"),
            _ => FakeCommands.Failed(99),
        });

        Assert.Equal(["1", "4", "c1"], (await ListAsync(commands)).Select(session => session.Id));
    }

    [Fact]
    public void What_users_and_hosts_chose_is_taken_only_in_plain_forms()
    {
        const string Text = "Id=9\nUser=1000\nName=ayse\nDisplay=:0;id\nRemoteHost=$(id)\nDesktop=<b>\nSeat=../x\nTTY=/etc/passwd\nService=a b\nLeader=-5\n" +
            "Type=\nClass=\nState=\nTimestamp=x=y\n\nId=10\nUser=-1\nName=x\n\nId=11\nUser=5\nName=--all\n";

        Assert.Equal(new UserSession("9", "ayse", 1000), Assert.Single(Logind.ParseSessions(Text)));
    }

    [Fact]
    public async Task A_real_program_in_place_of_loginctl_is_asked()
    {
        var directory = Directory.CreateDirectory($"{_root.Path}/bin").FullName;
        var fixtures = Directory.CreateDirectory($"{_root.Path}/fixtures").FullName;
        File.WriteAllText($"{fixtures}/list-sessions", SessionRoot.Recorded(257, "list.json"));
        File.WriteAllText($"{fixtures}/show-session", SessionRoot.Recorded(257, "show.txt"));
        File.WriteAllText($"{directory}/loginctl", $"#!/bin/sh\nexec cat \"{fixtures}/$1\"\n");
        File.SetUnixFileMode($"{directory}/loginctl", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var runner = new CommandRunner(TimeProvider.System, NullLogger<CommandRunner>.Instance) { SearchPath = $"{directory}:/usr/bin:/bin" };

        Assert.Equal(["12", "13", "15", "c3"], (await ListAsync(runner)).Select(session => session.Id));
    }

    private static FakeCommands Recorded(int version) => new(line => FakeCommands.Ok(
        SessionRoot.Recorded(version, line.Contains("list-sessions", StringComparison.Ordinal) ? "list.json" : "show.txt")));

    private Task<IReadOnlyList<UserSession>> ListAsync(ICommandRunner commands) => _root.Sessions(commands).ListAsync(Token);
}
