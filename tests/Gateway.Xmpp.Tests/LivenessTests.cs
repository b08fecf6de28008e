using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>A connection that has died is noticed; one that lives is left alone.</summary>
[Trait("Category", "Unit")]
public sealed class LivenessTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly FakeTimeProvider _clock = Clock.New();

    [Fact]
    public async Task Silence_brings_a_ping_and_its_answer_keeps_the_connection()
    {
        var (scene, connection) = await Scene.OnlineAsync(time: _clock);
        await using var _ = scene;
        for (var round = 0; round < 3; round++)
        {
            var ping = ReadPingAsync(connection);
            var silence = await _clock.AdvanceUntilAsync(ping, Step, Limit, "a ping");
            Assert.True(silence >= TimeSpan.FromSeconds(59), $"pinged after {silence}");
            await connection.WriteAsync($"<iq type='result' id='{await ping}' from='{Steps.Domain}'/>");
            await connection.FlushAsync();
        }

        Assert.Equal(XmppPhase.Online, scene.Client.Status.Phase);
        Assert.Null(scene.Client.Status.LastFailure);
    }

    [Fact]
    public async Task Error_is_an_answer_too()
    {
        // A server without XEP-0199 says so, and thereby that it lives.
        var (scene, connection) = await Scene.OnlineAsync(time: _clock);
        await using var _ = scene;
        for (var round = 0; round < 2; round++)
        {
            var ping = ReadPingAsync(connection);
            await _clock.AdvanceUntilAsync(ping, Step, Limit, "a ping");
            await connection.WriteAsync($"<iq type='error' id='{await ping}'><error type='cancel'/></iq>");
            await connection.FlushAsync();
        }

        Assert.Null(scene.Client.Status.LastFailure);
    }

    [Fact]
    public async Task Unanswered_ping_ends_the_connection_and_the_client_comes_back()
    {
        var (scene, connection) = await Scene.OnlineAsync(time: _clock);
        await using var _ = scene;
        var returning = scene.Server.AcceptAsync();

        var passed = await _clock.AdvanceUntilAsync(returning, Step, Limit, "a new connection");

        Assert.True(passed >= TimeSpan.FromSeconds(79), $"given up after {passed}");
        Assert.Contains("urn:xmpp:ping", await ReceivedAsync(connection), StringComparison.Ordinal);
        Assert.Equal(XmppFailureKind.TimedOut, scene.Client.Status.LastFailure!.Kind);
        await (await returning).EstablishAsync(new SessionScript { AnswerResume = _ => Steps.Resumed("s1", 1) });
        await scene.Handler.NextSessionAsync();
    }

    [Fact]
    public async Task Whatever_is_heard_puts_the_ping_off()
    {
        var (scene, connection) = await Scene.OnlineAsync(time: _clock);
        await using var _ = scene;
        for (var round = 0; round < 5; round++)
        {
            _clock.Advance(TimeSpan.FromSeconds(50));
            await connection.MessageAsync($"{round}");
            await scene.Handler.NextMessageAsync();
        }

        Assert.DoesNotContain(await connection.FlushAsync(), token => token.Text.Contains("urn:xmpp:ping", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_that_never_finishes_the_negotiation_is_left()
    {
        await using var scene = Scene.Start(time: _clock);
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadAuthAsync();
        var returning = scene.Server.AcceptAsync();

        var passed = await _clock.AdvanceUntilAsync(returning, Step, Limit, "a new connection");

        Assert.True(passed >= TimeSpan.FromSeconds(29), $"given up after {passed}");
        Assert.Equal(XmppFailureKind.TimedOut, scene.Client.Status.LastFailure!.Kind);
    }

    [Fact]
    public async Task Server_that_trickles_whitespace_cannot_hold_the_negotiation_open()
    {
        await using var scene = Scene.Start(time: _clock);
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadAuthAsync();
        var returning = scene.Server.AcceptAsync();
        for (var passed = TimeSpan.Zero; passed < Limit && !returning.IsCompleted; passed += Step)
        {
            await connection.TryWriteAsync([" "u8.ToArray()]);
            await _clock.AdvanceOnceAsync(returning, Step);
        }

        Assert.True(returning.IsCompleted, $"the negotiation was still open after {Limit}");
    }

    private static async Task<string> ReadPingAsync(ScriptedConnection connection)
    {
        while (true)
        {
            var stanza = await connection.ReadStanzaAsync("a ping");
            if (stanza.Elements("{urn:xmpp:ping}ping").Any())
            {
                return (string)stanza.Attribute("id")!;
            }
        }
    }

    private static async Task<string> ReceivedAsync(ScriptedConnection connection)
    {
        await connection.ReadToCloseAsync();
        return connection.Received;
    }
}
