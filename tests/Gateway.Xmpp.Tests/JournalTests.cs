using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>The stream's memory beyond the process: what is written down, when, and what a new process makes of it.</summary>
[Trait("Category", "Unit")]
public sealed class JournalTests
{
    [Fact]
    public async Task Stream_is_loaded_first_noted_when_established_and_forgotten_when_ended_in_order()
    {
        var journal = new RecordingJournal();
        var (scene, connection) = await Scene.OnlineAsync(journal: journal);
        await using var _ = scene;
        Assert.Equal(["load", "established s1"], journal.Calls);
        Assert.Equal(Jid.Parse("agent@im.liderahenk.org/r1"), journal.State!.BoundJid);

        var stopping = scene.Running.StopAsync();
        while ((await connection.ReadAsync("the client's last words")).Kind == TokenKind.Element)
        {
            // Presence and ack.
        }

        await connection.WriteAsync("</stream:stream>");
        await stopping.Within("the client to stop");

        Assert.Equal("ended", journal.Calls[^1]);
    }

    [Fact]
    public async Task Tagged_messages_are_noted_before_a_byte_of_them_leaves()
    {
        var journal = new RecordingJournal();
        var (scene, connection) = await Scene.OnlineAsync(journal: journal);
        await using var _ = scene;
        await connection.FlushAsync();
        var waitingBytes = -1;
        journal.Sending = _ =>
        {
            waitingBytes = connection.WaitingBytes;
            return Task.CompletedTask;
        };

        await scene.Client.SendAllAsync(Outgoing.Message("m1", tag: 11), Outgoing.Message("m2"), Outgoing.Message("m3", tag: 13));

        Assert.Equal(["m1", "m2", "m3"], await connection.ReadIdsAsync(3));
        Assert.Equal(0, waitingBytes);

        // The presence and the answer to the ping are stanzas 1 and 2; one call for the whole batch, and none for what has no tag.
        Assert.Equal("sending s1 11@3 13@5", Assert.Single(journal.Calls, call => call.StartsWith("sending", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Untagged_messages_are_none_of_its_business()
    {
        var journal = new RecordingJournal();
        var (scene, connection) = await Scene.OnlineAsync(journal: journal);
        await using var _ = scene;

        await scene.Client.SendAllAsync(Outgoing.Messages("m1", "m2"));
        await connection.ReadIdsAsync(2);

        Assert.DoesNotContain(journal.Calls, call => call.StartsWith("sending", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failing_journal_keeps_the_message_from_leaving()
    {
        var journal = new RecordingJournal { Sending = _ => Task.FromException(new IOException("disk full")) };
        var (scene, connection) = await Scene.OnlineAsync(journal: journal);
        await using var _ = scene;

        await Assert.ThrowsAsync<IOException>(async () => await scene.Client.SendAsync(Outgoing.Message("m1", tag: 1)));

        await scene.Client.SendAllAsync(Outgoing.Message("m2"));
        Assert.Equal(["m2"], await connection.ReadIdsAsync(1));
    }

    [Fact]
    public async Task Acks_are_noted_by_the_number_of_the_stanza()
    {
        var journal = new RecordingJournal();
        var (scene, connection) = await Scene.OnlineAsync(journal: journal);
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Message("m1", tag: 1), Outgoing.Message("m2", tag: 2));
        await connection.ReadIdsAsync(2);
        await connection.AckAsync(3);
        await scene.SettleAsync(connection);
        Assert.Equal(0, scene.Client.Status.Unacknowledged);

        Assert.Contains("acknowledged s1 3", journal.Calls);
    }

    [Fact]
    public async Task Restarted_process_resumes_the_stream_of_the_one_before()
    {
        var journal = new RecordingJournal
        {
            State = new StreamState("old", Jid.Parse("agent@im.liderahenk.org/r1"), Handled: 41, Sent: 17),
        };
        await using var scene = Scene.Start(journal: journal);
        var connection = await scene.Server.AcceptSessionAsync(new SessionScript
        {
            AnswerResume = request =>
            {
                Assert.Equal("old", (string?)request.Attribute("previd"));
                Assert.Equal("41", (string?)request.Attribute("h"));
                return Steps.Resumed("old", 15);
            },
        });

        var session = await scene.Handler.NextSessionAsync();
        Assert.True(session.Resumed);
        Assert.Equal("old", session.StreamId);
        Assert.Equal(Jid.Parse("agent@im.liderahenk.org/r1"), session.BoundJid);
        Assert.Contains("acknowledged old 15", journal.Calls);

        await connection.MessageAsync("kept for you");
        var message = await scene.Handler.NextMessageAsync();
        Assert.Equal(42, message.Sequence);
        Assert.Equal("old", message.StreamId);
        await connection.RequestAckAsync();
        Assert.Equal(42, await connection.ReadAckAsync());

        await scene.Client.SendAllAsync(Outgoing.Message("m1", tag: 5));
        Assert.Contains("sending old 5@16", journal.Calls);
    }

    [Fact]
    public async Task Counters_go_on_beyond_32_bits()
    {
        const long Wrap = 1L << 32;
        var journal = new RecordingJournal
        {
            State = new StreamState("old", Jid.Parse("agent@im.liderahenk.org/r1"), Handled: Wrap - 1, Sent: Wrap - 2),
        };
        await using var scene = Scene.Start(journal: journal);
        var connection = await scene.Server.AcceptSessionAsync(new SessionScript
        {
            AnswerResume = request =>
            {
                Assert.Equal("4294967295", (string?)request.Attribute("h"));
                return Steps.Resumed("old", Wrap - 1);
            },
        });
        await scene.Handler.NextSessionAsync();
        Assert.Contains($"acknowledged old {Wrap - 1}", journal.Calls);

        await connection.MessageAsync("one");
        Assert.Equal(Wrap, (await scene.Handler.NextMessageAsync()).Sequence);
        await connection.RequestAckAsync();
        Assert.Equal(0, await connection.ReadAckAsync());

        await scene.Client.SendAllAsync(Outgoing.Message("m1", tag: 1), Outgoing.Message("m2", tag: 2));
        Assert.Contains($"sending old 1@{Wrap} 2@{Wrap + 1}", journal.Calls);
        await connection.AckAsync(1);
        await scene.SettleAsync(connection);
        Assert.Equal(0, scene.Client.Status.Unacknowledged);
        Assert.Contains($"acknowledged old {Wrap + 1}", journal.Calls);
    }

    [Fact]
    public async Task Stored_stream_the_server_has_forgotten_is_ended_and_replaced()
    {
        var journal = new RecordingJournal { State = new StreamState("old", Jid.Parse("agent@im.liderahenk.org/r1"), Handled: 4, Sent: 2) };
        await using var scene = Scene.Start(journal: journal);
        await scene.Server.AcceptSessionAsync(new SessionScript { StreamId = "new" });

        Assert.False((await scene.Handler.NextSessionAsync()).Resumed);
        Assert.Equal(["load", "ended", "established new"], journal.Calls);
    }

    [Fact]
    public async Task Resent_messages_are_noted_anew_with_their_new_numbers_before_they_leave()
    {
        var journal = new RecordingJournal();
        var (scene, connection) = await Scene.OnlineAsync(journal: journal);
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Message("m1", tag: 1), Outgoing.Message("m2", tag: 2));
        await connection.ReadIdsAsync(2);
        connection.Cut();

        var second = await scene.Server.AcceptSessionAsync(new SessionScript { StreamId = "s2" });
        Assert.Equal(["m1", "m2"], await second.ReadIdsAsync(2));

        Assert.Equal(
            ["load", "established s1", "sending s1 1@2 2@3", "ended", "established s2", "sending s2 1@2 2@3"],
            journal.Calls.Where(call => !call.StartsWith("acknowledged", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_stream_management_tagged_messages_have_no_stream_and_no_number()
    {
        var journal = new RecordingJournal();
        var (scene, connection) = await Scene.OnlineAsync(journal: journal, script: new SessionScript { OffersStreamManagement = false });
        await using var _ = scene;

        await scene.Client.SendAllAsync(Outgoing.Message("m1", tag: 8));
        await connection.ReadIdsAsync(1);

        Assert.Contains("sending - 8@0", journal.Calls);
    }
}
