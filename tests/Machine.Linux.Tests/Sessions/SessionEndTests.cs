using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Machine.Linux.Tests.Sessions;

[Trait("Category", "Unit")]
public sealed class SessionEndTests : IDisposable
{
    private const string Scope = "/user.slice/user-1000.slice/session-2.scope";
    private static readonly UserSession Session = new("2", "ayse", 1000) { LeaderPid = 40 };

    private readonly SessionRoot _root = new();
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
    private readonly List<string> _signals = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Logind_ends_a_session()
    {
        var commands = new FakeCommands(line => line.Contains("terminate", StringComparison.Ordinal) ? FakeCommands.Ok() : FakeCommands.Failed(1, "No session"));

        Assert.True(await EndAsync(commands, Session));
        Assert.Equal("loginctl terminate-session 2", commands.Lines[0]);
        Assert.Empty(_signals);
    }

    [Fact]
    public async Task What_does_not_go_is_killed()
    {
        _root.AddProcess(50, 1000, Scope, 1);
        _root.AddProcess(51, 1000, "/user.slice/user-1000.slice/session-3.scope", 1);
        _root.AddProcess(52, 0, Scope, 1);
        var commands = new FakeCommands(_ => _signals.Count == 0 ? FakeCommands.Ok() : FakeCommands.Failed(1));

        Assert.True(await EndAsync(commands, Session, isDeadly: true));
        Assert.Equal(["50 9"], _signals);
    }

    [Fact]
    public async Task A_session_that_stays_is_told_of()
    {
        _root.AddProcess(50, 1000, Scope, 1);

        Assert.False(await EndAsync(new FakeCommands(_ => FakeCommands.Ok()), Session));
        Assert.Equal(["50 9"], _signals);
    }

    [Fact]
    public async Task Without_logind_the_users_processes_of_the_terminal_are_ended()
    {
        _root.AddProcess(41, "1000\t1000\t1000\t1000", "/", 1, session: 40);
        _root.AddProcess(42, "0\t0\t0\t0", "/", 1, session: 40);
        _root.AddProcess(43, "1000\t1000\t1000\t1000", "/", 1, session: 43);
        var commands = new FakeCommands(_ => FakeCommands.Missing());

        Assert.True(await EndAsync(commands, Session with { Id = "utmp-40" }, isDeadly: true));
        Assert.Equal(["41 15"], _signals);
        Assert.Empty(commands.Lines);
    }

    private async Task<bool> EndAsync(ICommandRunner commands, UserSession session, bool isDeadly = false)
    {
        var ending = _root.Sessions(commands, _time, Signal).EndAsync(session, Token);
        while (!ending.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }

        return await ending;

        int Signal(int pid, int signal)
        {
            _signals.Add($"{pid} {signal}");
            if (isDeadly)
            {
                Directory.Delete($"{_root.Path}/proc/{pid}", recursive: true);
            }

            return 0;
        }
    }
}
