using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Python;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Plugins.Hosting.Tests.Python;

/// <summary>What plugins of the original agent find in its tables.</summary>
[Trait("Category", "Unit")]
public sealed class AgentSurroundingsTests : IDisposable
{
    private readonly CurrentIdentity _identity = new();
    private readonly FixedSessions _sessions = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly AgentSurroundings _surroundings;

    public AgentSurroundingsTests() => _surroundings = new AgentSurroundings(_identity, _sessions, _clock);

    public void Dispose() => _surroundings.Dispose();

    [Fact]
    public async Task A_machine_that_is_not_registered_has_no_name()
    {
        Assert.Equal(new PythonAgent(), (await _surroundings.ReadAsync()).Agent);
    }

    [Fact]
    public async Task The_registration_is_the_agents()
    {
        _identity.Value = new AgentIdentity { Name = "pc-01", Password = "s3cret", Dn = "cn=pc-01", State = RegistrationState.Verified };

        Assert.Equal(
            new PythonAgent { Uid = "pc-01", Password = "s3cret", Dn = "cn=pc-01", Registered = true }, (await _surroundings.ReadAsync()).Agent);
    }

    [Fact]
    public async Task Whoever_sits_at_the_machine_comes_first_and_only_people_are_told()
    {
        _sessions.Sessions =
        [
            new UserSession("1", "gdm", 120) { Class = SessionClass.Greeter, Type = SessionType.Wayland },
            new UserSession("2", "zeki", 1001) { Class = SessionClass.User, Type = SessionType.Tty, State = SessionState.Active, RemoteHost = "10.0.0.9" },
            new UserSession("3", "OKUL\\ayse", 1002) { Class = SessionClass.User, Type = SessionType.X11, State = SessionState.Active, Display = ":0", Desktop = "xfce" },
        ];

        Assert.Equal(
            [new PythonSession("ayse", ":0", "xfce", null, "OKUL"), new PythonSession("zeki", null, null, "10.0.0.9", null)],
            (await _surroundings.ReadAsync()).Sessions);
    }

    [Fact]
    public async Task Sessions_are_asked_for_at_most_every_ten_seconds()
    {
        await _surroundings.ReadAsync();
        await _surroundings.ReadAsync();
        Assert.Equal(1, _sessions.Asked);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await _surroundings.ReadAsync();
        Assert.Equal(2, _sessions.Asked);
    }
}
