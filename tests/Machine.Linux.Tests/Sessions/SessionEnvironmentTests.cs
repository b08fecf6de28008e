using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests.Sessions;

[Trait("Category", "Unit")]
public sealed class SessionEnvironmentTests : IDisposable
{
    private const string Scope = "/user.slice/user-1000.slice/session-2.scope";
    private const string Manager = "/user.slice/user-1000.slice/user@1000.service/session.slice/gnome-shell.service";

    private static readonly UserSession X11 = new("2", "ayse", 1000)
    {
        Type = SessionType.X11,
        Display = ":0",
        RuntimeDirectory = "/run/user/1000",
        DBusAddress = "unix:path=/run/user/1000/bus",
    };

    private readonly SessionRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void It_comes_from_the_process_that_knows_most()
    {
        _root.AddProcess(50, 1000, Scope, 1, "HOME=/home/ayse", "LANG=tr_TR.UTF-8");
        _root.AddProcess(51, 1000, Scope, 2, "DISPLAY=:0", "XAUTHORITY=/home/ayse/.Xauthority", "LANG=tr_TR.UTF-8", "XDG_CURRENT_DESKTOP=XFCE", "SECRET=x");
        _root.AddProcess(52, 1000, Scope, 3, "DISPLAY=:0", "XAUTHORITY=/tmp/other", "LANG=C", "XDG_CURRENT_DESKTOP=XFCE");

        Assert.Equal(
            [
                "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus", "DISPLAY=:0", "LANG=tr_TR.UTF-8", "XAUTHORITY=/home/ayse/.Xauthority",
                "XDG_CURRENT_DESKTOP=XFCE", "XDG_RUNTIME_DIR=/run/user/1000", "XDG_SESSION_ID=2",
            ],
            Read(X11));
    }

    [Fact]
    public void Processes_below_the_users_manager_count_when_they_name_the_session()
    {
        _root.AddProcess(60, 1000, Manager, 1, "XDG_SESSION_ID=2", "WAYLAND_DISPLAY=wayland-0", "XDG_SESSION_TYPE=wayland");
        _root.AddProcess(61, 1000, Manager, 1, "XDG_SESSION_ID=3", "WAYLAND_DISPLAY=wayland-9", "XDG_SESSION_TYPE=wayland", "LANG=C");

        Assert.Contains("WAYLAND_DISPLAY=wayland-0", Read(X11 with { Type = SessionType.Wayland, Display = null }));
    }

    [Theory]
    [InlineData("0\t0\t0\t0", Scope)]
    [InlineData("1001\t1001\t1001\t1001", Scope)]
    [InlineData("1000\t0\t0\t0", Scope)]
    [InlineData("1000\t1000\t0\t1000", Scope)]
    [InlineData("1000\t1000\t1000\t1000", "/user.slice/user-1000.slice/session-22.scope")]
    [InlineData("1000\t1000\t1000\t1000", "/system.slice/cron.service")]
    public void Processes_of_others_and_of_other_sessions_do_not_count(string uids, string group)
    {
        _root.AddProcess(70, uids, group, 1, 70, "DISPLAY=:0", "XAUTHORITY=/home/ayse/.Xauthority", "XDG_SESSION_ID=2");

        Assert.DoesNotContain(Read(X11), variable => variable.StartsWith("XAUTHORITY", StringComparison.Ordinal));
    }

    [Fact]
    public void A_display_within_the_session_is_not_the_sessions()
    {
        _root.AddProcess(80, 1000, Scope, 1, "DISPLAY=:5", "XAUTHORITY=/tmp/nested", "LANG=C");

        Assert.DoesNotContain("XAUTHORITY=/tmp/nested", Read(X11));
    }

    [Theory]
    [InlineData("DISPLAY=:0 -x")]
    [InlineData("XAUTHORITY=relative")]
    [InlineData("XAUTHORITY=/home/../etc/shadow")]
    [InlineData("XAUTHORITY=/tmp/$(id)")]
    [InlineData("XAUTHORITY=/tmp/a\nLD_PRELOAD=/tmp/x")]
    [InlineData("WAYLAND_DISPLAY=../x")]
    [InlineData("DBUS_SESSION_BUS_ADDRESS=unixexec:path=/bin/sh")]
    [InlineData("DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus;unixexec:path=/bin/sh")]
    [InlineData("DBUS_SESSION_BUS_ADDRESS=tcp:host=evil")]
    [InlineData("LANG=../../tmp/catalog")]
    [InlineData("XDG_CURRENT_DESKTOP=a b")]
    [InlineData("XDG_SESSION_TYPE=evil")]
    [InlineData("LD_PRELOAD=/tmp/x.so")]
    public void Values_in_other_than_plain_forms_are_left_out(string variable)
    {
        var session = new UserSession("2", "ayse", 1000);
        _root.AddProcess(90, 1000, Scope, 1, variable);

        Assert.Equal(["XDG_SESSION_ID=2"], Read(session));
    }

    [Fact]
    public void Bytes_that_are_no_text_and_entries_that_are_no_variables_are_left_out()
    {
        _root.AddProcess(91, 1000, Scope, 1);
        File.WriteAllBytes($"{_root.Path}/proc/91/environ", [.. "LANG="u8, 0xFF, 0, .. "=x"u8, 0, 0, .. "DISPLAY"u8, 0, .. "DISPLAY=:0"u8]);

        Assert.Equal(["DISPLAY=:0", "XDG_SESSION_ID=2"], Read(new UserSession("2", "ayse", 1000)));
    }

    [Fact]
    public void Without_logind_the_display_tells_whose_process_it_is()
    {
        _root.AddProcess(92, 1000, "/", 1, "DISPLAY=:0", "XAUTHORITY=/home/ayse/.Xauthority");
        var session = new UserSession("utmp-40", "ayse", 1000) { Type = SessionType.X11, Display = ":0", LeaderPid = 40 };

        Assert.Equal(["DISPLAY=:0", "XAUTHORITY=/home/ayse/.Xauthority"], Read(session));
    }

    private List<string> Read(UserSession session) =>
        [.. _root.Sessions(new FakeCommands(_ => FakeCommands.Missing())).ReadEnvironment(session)
            .Select(variable => $"{variable.Key}={variable.Value}").Order(StringComparer.Ordinal)];
}
