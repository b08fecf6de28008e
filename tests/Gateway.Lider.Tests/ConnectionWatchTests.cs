using Ahenk.Gateway.Lider.Tests.Rig;
using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Gateway.Lider.Tests;

[Trait("Category", "Unit")]
public sealed class ConnectionWatchTests
{
    private readonly FakeTimeProvider _clock = Given.Clock();
    private readonly ConnectionWatch _watch;

    public ConnectionWatchTests() => _watch = new ConnectionWatch(_clock);

    [Fact]
    public async Task It_follows_the_client_of_the_session_and_tells_of_changes()
    {
        var phases = new List<string>();
        await using var client = Client();
        _watch.Changed += state => phases.Add($"{state.Phase} {state.Name} {state.IsOnline}");

        _watch.Enter("registering");
        _watch.Follow(client, "pc");
        client.GoOnline();
        _watch.Enter("registering");
        client.Fail(XmppFailureKind.Unreachable);

        Assert.Equal(["registering  False", "connecting pc False", "online pc True", "registering pc False"], phases);
    }

    [Fact]
    public async Task A_step_of_connecting_that_takes_too_long_is_stuck_and_a_session_never_is()
    {
        await using var client = Client();
        _watch.Follow(client, "pc");
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(_watch.FindStuck());

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains("connecting for 11 min", _watch.FindStuck(), StringComparison.Ordinal);

        client.GoOnline();
        _clock.Advance(TimeSpan.FromDays(30));
        Assert.Null(_watch.FindStuck());
    }

    [Fact]
    public async Task A_client_that_waits_past_its_next_attempt_is_stuck()
    {
        await using var client = Client();
        _watch.Follow(client, "pc");
        client.Fail(XmppFailureKind.Unreachable);
        _clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Null(_watch.FindStuck());

        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.NotNull(_watch.FindStuck());
    }

    [Fact]
    public void To_wait_for_a_registration_is_never_stuck()
    {
        _watch.Enter("waiting for 'ahenk register'");
        _clock.Advance(TimeSpan.FromDays(30));

        Assert.Null(_watch.FindStuck());
    }

    private static FakeXmppClient Client() => new(
        Given.Options.ToClientOptions(new XmppCredentials.Password("pc", "x"), null, permanent: true), null!, null);
}
