using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests.Sessions;

[Trait("Category", "Unit")]
public sealed class UtmpTests : IDisposable
{
    private const short UserProcess = 7;
    private readonly SessionRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Without_logind_utmp_tells_who_is_logged_in()
    {
        foreach (var pid in Enumerable.Range(100, 10))
        {
            _root.AddProcess(pid, 1000, "/", 5);
        }

        _root.AddUtmp(2, 0, "~", "reboot", "6.1.0");
        _root.AddUtmp(UserProcess, 100, "tty7", "ayse", ":0");
        _root.AddUtmp(UserProcess, 101, "pts/0", "ayse", ":0"); // a terminal window
        _root.AddUtmp(UserProcess, 102, "pts/1", "mehmet", "10.0.1.7");
        _root.AddUtmp(UserProcess, 103, "pts/2", "mehmet", "10.0.1.7:S.0"); // screen
        _root.AddUtmp(UserProcess, 104, "tty1", "mehmet", "");
        _root.AddUtmp(8, 105, "tty2", "", ""); // logged out
        _root.AddUtmp(UserProcess, 999, "tty3", "ayse", ""); // died without signing off
        _root.AddUtmp(UserProcess, 106, "tty4", "nobody-knows", "");
        _root.AddUtmp(UserProcess, 107, "tty5", "--help", "");
        _root.AddUtmp(UserProcess, 1, "tty6", "ayse", "");

        var sessions = await _root.Sessions(Commands()).ListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                new UserSession("utmp-100", "ayse", 1000)
                {
                    Type = SessionType.X11, State = SessionState.Active, Terminal = "tty7", Display = ":0", LeaderPid = 100,
                },
                new UserSession("utmp-102", "mehmet", 1001)
                {
                    Type = SessionType.Tty, State = SessionState.Active, Terminal = "pts/1", RemoteHost = "10.0.1.7", LeaderPid = 102,
                },
                new UserSession("utmp-104", "mehmet", 1001) { Type = SessionType.Tty, State = SessionState.Active, Terminal = "tty1", LeaderPid = 104 },
            ],
            sessions);
        Assert.All(sessions, session => Assert.True(session.IsOfPerson));
    }

    [Fact]
    public async Task A_machine_without_either_has_no_sessions() =>
        Assert.Empty(await _root.Sessions(Commands()).ListAsync(TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_torn_file_is_read_as_far_as_it_goes()
    {
        _root.AddProcess(100, 1000, "/", 5);
        _root.AddUtmp(UserProcess, 100, "tty1", "ayse", "");
        _root.AddUtmp(UserProcess, 100, "tty2", "ayse", "");
        using (var file = File.OpenWrite($"{_root.Path}/run/utmp"))
        {
            file.SetLength(file.Length - 5);
        }

        Assert.Equal("tty1", Assert.Single(await _root.Sessions(Commands()).ListAsync(TestContext.Current.CancellationToken)).Terminal);
    }

    private static FakeCommands Commands() => new(line => line switch
    {
        "getent passwd ayse" => FakeCommands.Ok("ayse:x:1000:1000:Ayşe,,,:/home/ayse:/bin/bash\n"),
        "getent passwd mehmet" => FakeCommands.Ok("mehmet:x:1001:1001::/home/mehmet:/bin/sh\n"),
        "id -G ayse" => FakeCommands.Ok("1000 27\n"),
        "id -G mehmet" => FakeCommands.Ok("1001\n"),
        _ when line.StartsWith("loginctl ", StringComparison.Ordinal) => FakeCommands.Failed(1, "Failed to connect to bus"),
        _ => FakeCommands.Failed(2),
    });
}
