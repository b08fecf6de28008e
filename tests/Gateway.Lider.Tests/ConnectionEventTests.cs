using Ahenk.Gateway.Lider.Tests.Rig;
using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Gateway.Lider.Tests;

[Trait("Category", "Unit")]
public sealed class ConnectionEventTests : IAsyncDisposable
{
    private readonly AgentRig _rig = new();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_session_that_stands_and_falls_is_told_once_each_time()
    {
        _rig.Grains.Agent.Identity = _rig.Grains.Agent.Identity with { State = RegistrationState.Verified };
        await _rig.Start();
        var client = await _rig.Clients.WhenCreated(0);
        await client.WhenRunning();

        client.Fail(XmppFailureKind.Unreachable, "nobody answers");
        client.GoOnline();
        client.GoOnline();
        client.Fail(XmppFailureKind.TimedOut, "nothing was heard");
        client.Fail(XmppFailureKind.Unreachable, "nobody answers");
        client.GoOnline();

        Assert.Equal(
            [new AgentConnected(null, null), new AgentDisconnected("timedout", "nothing was heard"), new AgentConnected(null, null)], _rig.Events.Raised);
    }

    [Fact]
    public void A_session_that_the_agent_ends_has_no_failure_even_when_the_one_before_had()
    {
        var events = new RecordingEvents();
        var news = new ConnectionNews(events);
        var failure = new XmppFailure(XmppFailureKind.TimedOut, XmppPhase.Online, "earlier", Given.Now);

        news.Note(new XmppStatus { Phase = XmppPhase.Online, LastFailure = failure, BoundJid = Jid.Parse("pc@liderahenk.org/Ahenk"), Connection = "TLS 1.3" });
        news.Note(new XmppStatus { Phase = XmppPhase.Stopped, LastFailure = failure });

        Assert.Equal([new AgentConnected("pc@liderahenk.org/Ahenk", "TLS 1.3"), new AgentDisconnected(null, null)], events.Raised);
    }
}
