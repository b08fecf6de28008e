using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>XEP-0198, the client's own stanzas: acknowledged, re-sent, bounded.</summary>
[Trait("Category", "Unit")]
public sealed class StreamManagementTests
{
    [Fact]
    public async Task Ack_clears_everything_up_to_its_count()
    {
        var (scene, connection) = await OnlineAndAckedAsync();
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1", "m2", "m3"));
        Assert.Equal(3, scene.Client.Status.Unacknowledged);

        await connection.ReadIdsAsync(3);
        await connection.AckAsync(1 + 3);

        await scene.SettleAsync(connection);
        Assert.Equal(0, scene.Client.Status.Unacknowledged);
    }

    [Fact]
    public async Task Ack_of_some_leaves_the_rest()
    {
        var (scene, connection) = await OnlineAndAckedAsync();
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1", "m2", "m3"));
        await connection.ReadIdsAsync(3);

        await connection.AckAsync(1 + 1);
        await scene.SettleAsync(connection);
        Assert.Equal(2, scene.Client.Status.Unacknowledged);

        // The same ack again is nothing new and nothing wrong.
        await connection.AckAsync(1 + 1);
        await scene.SettleAsync(connection);
        Assert.Equal(2, scene.Client.Status.Unacknowledged);
    }

    [Fact]
    public async Task Client_asks_for_an_ack_after_it_has_sent()
    {
        var (scene, connection) = await OnlineAndAckedAsync();
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1"));

        while ((await connection.ReadElementAsync("a request for an ack")).Name != ScriptedConnection.Sm + "r")
        {
            // The message itself comes first.
        }
    }

    [Fact]
    public async Task Resumption_with_two_of_three_acknowledged_resends_exactly_the_third()
    {
        var (scene, connection) = await OnlineAndAckedAsync();
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1", "m2", "m3"));
        Assert.Equal(["m1", "m2", "m3"], await connection.ReadIdsAsync(3));
        connection.Cut();

        var second = await scene.Server.AcceptSessionAsync(new SessionScript
        {
            AnswerResume = request =>
            {
                Assert.Equal("s1", (string?)request.Attribute("previd"));
                Assert.Equal("1", (string?)request.Attribute("h"));
                return Steps.Resumed("s1", 1 + 2);
            },
        });

        var session = await scene.Handler.NextSessionAsync("the resumed session");
        Assert.True(session.Resumed);
        Assert.Equal("s1", session.StreamId);
        Assert.Equal(Jid.Parse("agent@im.liderahenk.org/r1"), session.BoundJid);
        Assert.Equal(["m3"], await second.ReadIdsAsync(1));
        Assert.DoesNotContain(await second.FlushAsync(), token => token.Element?.Name.Namespace == ScriptedConnection.Client);

        // m3 keeps its number: presence, three messages and the answer to the ping.
        Assert.Equal(1 + 3 + 1, second.Handled);
    }

    [Fact]
    public async Task Stanzas_after_a_resumption_go_on_counting_and_are_resent_after_the_next()
    {
        var (scene, connection) = await OnlineAndAckedAsync();
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1", "m2"));
        await connection.ReadIdsAsync(2);
        connection.Cut();
        var second = await scene.Server.AcceptSessionAsync(new SessionScript { AnswerResume = _ => Steps.Resumed("s1", 2) });
        Assert.Equal(["m2"], await second.ReadIdsAsync(1));
        await scene.Running.NextSessionAsync();
        await scene.Client.SendAllAsync(Outgoing.Messages("m3"));
        Assert.Equal(["m3"], await second.ReadIdsAsync(1));
        second.Cut();

        var third = await scene.Server.AcceptSessionAsync(new SessionScript { AnswerResume = _ => Steps.Resumed("s1", 3) });

        Assert.Equal(["m3"], await third.ReadIdsAsync(1));
        Assert.DoesNotContain(await third.FlushAsync(), token => token.Element?.Name.Namespace == ScriptedConnection.Client);
    }

    [Fact]
    public async Task Failed_resumption_resends_all_unacknowledged_messages_once_and_in_order()
    {
        var (scene, connection) = await OnlineAndAckedAsync();
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1", "m2", "m3", "m4"));
        await connection.ReadIdsAsync(4);
        await connection.AckAsync(1 + 1);
        await scene.SettleAsync(connection);
        Assert.Equal(3, scene.Client.Status.Unacknowledged);
        connection.Cut();

        var second = await scene.Server.AcceptSessionAsync(new SessionScript { StreamId = "s2" });

        var session = await scene.Handler.NextSessionAsync("the new session");
        Assert.False(session.Resumed);
        Assert.Equal("s2", session.StreamId);
        Assert.Equal(["m2", "m3", "m4"], await second.ReadIdsAsync(3));
        Assert.DoesNotContain(await second.FlushAsync(), token => token.Element?.Name.Namespace == ScriptedConnection.Client);
    }

    [Fact]
    public async Task Count_in_a_failed_resumption_says_what_need_not_be_resent()
    {
        var (scene, connection) = await OnlineAndAckedAsync();
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1", "m2", "m3"));
        await connection.ReadIdsAsync(3);
        connection.Cut();

        var second = await scene.Server.AcceptSessionAsync(new SessionScript
        {
            StreamId = "s2",
            AnswerResume = _ => "<failed xmlns='urn:xmpp:sm:3' h='3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>",
        });

        Assert.Equal(["m3"], await second.ReadIdsAsync(1));
        Assert.DoesNotContain(await second.FlushAsync(), token => token.Element?.Name.Namespace == ScriptedConnection.Client);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("4294967295")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("")]
    public async Task Ack_of_what_was_never_sent_ends_the_stream_and_nothing_is_lost(string h)
    {
        var (scene, connection) = await OnlineAndAckedAsync();
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1", "m2"));
        await connection.ReadIdsAsync(2);

        await connection.WriteAsync($"<a xmlns='urn:xmpp:sm:3' h='{h}'/>");

        var tokens = await connection.ReadToCloseAsync();
        Assert.Contains(tokens, token => token.Text.Contains("<stream:error", StringComparison.Ordinal));
        var second = await scene.Server.AcceptSessionAsync(new SessionScript { StreamId = "s2" });
        Assert.Equal(["m1", "m2"], await second.ReadIdsAsync(2));
        Assert.Equal(XmppFailureKind.Protocol, scene.Client.Status.LastFailure!.Kind);
    }

    [Theory]
    [InlineData("s1", "99")]
    [InlineData("other", "1")]
    [InlineData("s1", "x")]
    public async Task Nonsense_in_a_resumption_leads_to_a_fresh_stream(string streamId, string h)
    {
        var (scene, connection) = await OnlineAndAckedAsync();
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1"));
        await connection.ReadIdsAsync(1);
        connection.Cut();
        var second = await scene.Server.AcceptAsync();
        await second.OpenAsync(Steps.Mechanisms("PLAIN"));
        await second.ReadAuthAsync();
        await second.SucceedAsync();
        await second.OpenAsync("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>");
        await second.ReadElementAsync(ScriptedConnection.Sm + "resume", "a request to resume");
        await second.WriteAsync($"<resumed xmlns='urn:xmpp:sm:3' previd='{streamId}' h='{h}'/>");
        await second.ReadToCloseAsync();

        var third = await scene.Server.AcceptSessionAsync(new SessionScript { StreamId = "s3" });

        Assert.Equal(["m1"], await third.ReadIdsAsync(1));
    }

    [Fact]
    public async Task Hint_where_to_resume_is_ignored()
    {
        await using var elsewhere = new ScriptedServer();
        var (scene, connection) = await Scene.OnlineAsync(script: new SessionScript { EnabledExtra = $"location='127.0.0.1:{elsewhere.Port}'" });
        await using var _ = scene;
        connection.Cut();

        await scene.Server.AcceptSessionAsync(new SessionScript { AnswerResume = _ => Steps.Resumed("s1", 1) });

        Assert.True((await scene.Handler.NextSessionAsync()).Resumed);
        Assert.False(elsewhere.HasPending);
    }

    [Fact]
    public async Task Stream_that_cannot_be_resumed_is_acknowledged_all_the_same()
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await AuthenticateAsync(connection);
        await connection.WriteAsync("<enabled xmlns='urn:xmpp:sm:3'/>");
        await connection.ReadStanzaAsync("the initial presence");
        Assert.Null((await scene.Running.NextSessionAsync()).StreamId);
        await scene.Client.SendAllAsync(Outgoing.Messages("m1", "m2"));
        await connection.ReadIdsAsync(2);
        await connection.AckAsync(1 + 1);
        await scene.SettleAsync(connection);
        Assert.Equal(1, scene.Client.Status.Unacknowledged);
        connection.Cut();

        var second = await scene.Server.AcceptSessionAsync(
            new SessionScript { AnswerResume = _ => throw new InvalidOperationException("there is nothing to resume") });

        Assert.Equal(["m2"], await second.ReadIdsAsync(1));
    }

    [Fact]
    public async Task Refusal_to_enable_leaves_a_session_without_it()
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await AuthenticateAsync(connection);
        await connection.WriteAsync("<failed xmlns='urn:xmpp:sm:3'><unexpected-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
        await connection.ReadStanzaAsync("the initial presence");

        Assert.Null((await scene.Handler.NextSessionAsync()).StreamId);
        await connection.MessageAsync("still here");
        Assert.Equal("still here", (await scene.Handler.NextMessageAsync()).Body);
        Assert.DoesNotContain(await connection.FlushAsync(), token => token.Element?.Name.Namespace == ScriptedConnection.Sm);
    }

    [Fact]
    public async Task Without_stream_management_nothing_is_kept_or_resent()
    {
        var (scene, connection) = await Scene.OnlineAsync(script: new SessionScript { OffersStreamManagement = false });
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1"));
        await connection.ReadIdsAsync(1);
        Assert.Equal(0, scene.Client.Status.Unacknowledged);
        connection.Cut();

        var second = await scene.Server.AcceptSessionAsync(new SessionScript { OffersStreamManagement = false });

        await scene.Handler.NextSessionAsync();
        Assert.DoesNotContain(await second.FlushAsync(), token => token.Element?.Name.Namespace == ScriptedConnection.Client);
    }

    [Fact]
    public async Task Full_queue_makes_sending_wait_until_an_ack_makes_room()
    {
        var (scene, connection) = await OnlineAndAckedAsync(options => options with { MaxUnacknowledged = 3 });
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1", "m2", "m3"));
        await connection.ReadIdsAsync(3);

        var waiting = scene.Client.SendAsync(Outgoing.Messages("m4"), TestContext.Current.CancellationToken).AsTask();
        await connection.WriteAsync(Steps.Message("are you still listening"));
        await scene.Handler.NextMessageAsync();
        Assert.False(waiting.IsCompleted);
        Assert.DoesNotContain("m4", connection.Received, StringComparison.Ordinal);

        await connection.AckAsync(1 + 1);
        Assert.Equal([SendOutcome.Sent], await waiting.Within("the message to be sent after the ack"));
        Assert.Equal(["m4"], await connection.ReadIdsAsync(1));
    }

    [Fact]
    public async Task Batch_larger_than_the_queue_goes_out_as_acks_come()
    {
        var (scene, connection) = await OnlineAndAckedAsync(options => options with { MaxUnacknowledged = 4 });
        await using var _ = scene;
        var ids = Enumerable.Range(1, 25).Select(number => $"m{number}").ToArray();
        var sending = scene.Client.SendAsync(Outgoing.Messages(ids), TestContext.Current.CancellationToken).AsTask();

        var arrived = new List<string>();
        while (arrived.Count < ids.Length)
        {
            var element = await connection.ReadElementAsync("a message or a request for an ack");
            if (element.Name == ScriptedConnection.Sm + "r")
            {
                await connection.AckAsync(connection.Handled);
            }
            else
            {
                arrived.Add((string)element.Attribute("id")!);
            }
        }

        Assert.Equal(ids, arrived);
        Assert.All(await sending.Within("the batch"), outcome => Assert.Equal(SendOutcome.Sent, outcome));
    }

    [Fact]
    public async Task Waiting_sender_can_give_up()
    {
        var (scene, connection) = await OnlineAndAckedAsync(options => options with { MaxUnacknowledged = 1 });
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Messages("m1"));
        using var givingUp = new CancellationTokenSource();
        var waiting = scene.Client.SendAsync(Outgoing.Messages("m2"), givingUp.Token).AsTask();
        await connection.ReadIdsAsync(1);

        await givingUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within("the sender to give up"));
        await connection.AckAsync(connection.Handled);
        Assert.DoesNotContain(await connection.FlushAsync(), token => token.Text.Contains("m2", StringComparison.Ordinal));
    }

    private static async Task<(Scene Scene, ScriptedConnection Connection)> OnlineAndAckedAsync(
        Func<XmppClientOptions, XmppClientOptions>? configure = null)
    {
        var (scene, connection) = await Scene.OnlineAsync(configure);
        try
        {
            Assert.Equal(1, connection.Handled);
            await connection.AckAsync(1);
            await scene.SettleAsync(connection);
            Assert.Equal(0, scene.Client.Status.Unacknowledged);
            return (scene, connection);
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    private static async Task AuthenticateAsync(ScriptedConnection connection)
    {
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadAuthAsync();
        await connection.SucceedAsync();
        await connection.OpenAsync("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>");
        var bind = await connection.ReadElementAsync("a request to bind");
        await connection.WriteAsync(
            $"<iq type='result' id='{(string)bind.Attribute("id")!}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>" +
            $"<jid>agent@{Steps.Domain}/r1</jid></bind></iq>");
        await connection.ReadElementAsync(ScriptedConnection.Sm + "enable", "a request to enable stream management");
    }
}
